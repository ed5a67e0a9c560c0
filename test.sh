#!/usr/bin/env bash
# Installs what is missing, builds all, runs all tests:  ./test.sh [--soak] [--filter X]
#   --soak      the long forms of the tests that have one
#   --filter X  only tests whose full name contains X, or an expression such as FullyQualifiedName~Models&DisplayName!~bytes
# The last line is 'N passed, N failed'; with skipped tests ', N skipped' follows. Exit code 0 only when something ran and nothing failed.
# Up to three tests that fail are run once more, by themselves. One that passes then is counted as passed, and is named before the last
# line: it depends on the load of the machine, which is a fault to mend, of the test or of the product, but none of the change under test.
set -euo pipefail
. "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/eng/prepare.sh"

usage() {
  say "Usage: ./test.sh [--soak] [--filter X]"
  exit 2
}

filter=()
while (($# > 0)); do
  case $1 in
    --soak) export DELIVERY_SOAK=1 ;;
    --filter)
      (($# > 1)) || usage
      filter=(--filter "$2")
      shift
      ;;
    *) usage ;;
  esac
  shift
done

cd "$root"
prepare test

# A hook of git sets these, and the git of a test would look into that repository instead of its own.
mapfile -t git_variables < <(git rev-parse --local-env-vars)
unset "${git_variables[@]}"
# Some tests read what git and bash say.
export LC_ALL=C.UTF-8

# Nothing that outlives this script may hold its output open.
export MSBUILDDISABLENODEREUSE=1

before_cli_build
dotnet restore Delivery.sln -v quiet
# One compiler for all projects takes half the time of one each; it would stay for ten minutes, so it is told to go.
dotnet build Delivery.sln -c Release --no-restore -v quiet -clp:Summary -p:UseSharedCompilation=true
dotnet build-server shutdown --vbcscompiler > /dev/null 2>&1 || echo "The compiler server ends by itself in ten minutes."
after_cli_build

rm -rf TestResults
mkdir TestResults

# Two at a time, since one mostly waits for the disk while another computes; the long ones first.
long=() short=()
while IFS= read -r project; do
  name=$(basename "$project" .csproj)
  assembly="tests/$name/bin/Release/net10.0/Delivery.$name.dll"
  case $name in
    FastData.Git.Tests | EndToEnd.Tests | Cli.Tests) long+=("$assembly") ;;
    *) short+=("$assembly") ;;
  esac
done < <(sed -n 's/.*"\(tests[\\/][^"]*\.Tests\.csproj\)".*/\1/p' Delivery.sln | tr '\134' '/')

# run_tests REPORT [argument of dotnet test]...: sets status, and passed, failed and skipped from the report.
run_tests() {
  local report=TestResults/$1
  shift
  status=0
  dotnet test "${long[@]}" "${short[@]}" "$@" --logger "trx;LogFileName=${report##*/}" --logger 'console;verbosity=minimal' --results-directory TestResults -- RunConfiguration.MaxCpuCount=2 || status=$?
  passed=0 failed=0 skipped=0
  [[ -e $report ]] || return 0
  passed=$(count "$report" passed)
  failed=$(count "$report" failed)
  skipped=$(($(count "$report" total) - passed - failed))
}

count() { sed -n 's/.*<Counters [^>]*\b'"$2"'="\([0-9]*\)".*/\1/p' "$1" | head -n 1; }

# only_failed_tests REPORT: everything that went wrong is a failed test: no process crashed, and nothing could not be cleaned up.
only_failed_tests() { [[ $(grep -c '<RunInfo [^>]*outcome="Error"' "$1") == "$failed" && $(grep -c '<Text>.*\[FAIL\]</Text>' "$1") == "$failed" ]]; }

run_tests all.trx ${filter[@]+"${filter[@]}"}

unsteady=()
if ((failed > 0 && failed <= 3)) && only_failed_tests TestResults/all.trx; then
  mapfile -t again < <(sed -n 's/.*<UnitTestResult [^>]* testName="\([^"(]*\)[^>]* outcome="Failed".*/\1/p' TestResults/all.trx | sort -u)
  echo "Once more, by themselves: ${again[*]}"
  first=("$passed" "$failed" "$skipped")
  run_tests again.trx --filter "$(printf '|FullyQualifiedName=%s' "${again[@]}" | cut -c 2-)"
  if ((status == 0 && passed > 0)); then
    unsteady=("${again[@]}")
    passed=$((first[0] + first[1])) failed=0
  else
    passed=${first[0]} failed=${first[1]} status=1
  fi
  skipped=${first[2]}
fi

if ((status != 0 && failed == 0)); then
  echo "The test run ended with code $status before all tests had a result: counted as a failure."
  failed=1
elif ((passed + failed == 0)); then
  echo "No test ran."
  status=1
fi

for name in ${unsteady[@]+"${unsteady[@]}"}; do echo "Unsteady, passed only by itself: $name"; done
printf 'Took %d min %d s.\n' $((SECONDS / 60)) $((SECONDS % 60))
summary="$passed passed, $failed failed"
((skipped == 0)) || summary+=", $skipped skipped"
echo "$summary"
((failed == 0)) || status=1
exit "$status"
