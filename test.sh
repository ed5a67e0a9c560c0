#!/usr/bin/env bash
# Installs what is missing, builds all, runs all tests:  ./test.sh [--soak] [--filter X]
#   --soak      the long forms of the tests that have one
#   --filter X  only tests whose full name contains X, or an expression such as FullyQualifiedName~Models&DisplayName!~bytes
# The last line is 'N passed, N failed'; with skipped tests ', N skipped' follows. Exit code 0 only when something ran and nothing failed.
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

status=0
dotnet test "${long[@]}" "${short[@]}" ${filter[@]+"${filter[@]}"} --logger 'trx;LogFileName=all.trx' --logger 'console;verbosity=minimal' --results-directory TestResults -- RunConfiguration.MaxCpuCount=2 || status=$?

passed=0 failed=0 skipped=0
count() { sed -n 's/.*<Counters [^>]*\b'"$1"'="\([0-9]*\)".*/\1/p' TestResults/all.trx | head -n 1; }
if [[ -e TestResults/all.trx ]]; then
  passed=$(count passed)
  failed=$(count failed)
  skipped=$(($(count total) - passed - failed))
fi

if ((status != 0 && failed == 0)); then
  echo "The test run ended with code $status before all tests had a result: counted as a failure."
  failed=1
elif ((passed + failed == 0)); then
  echo "No test ran."
  status=1
fi

printf 'Took %d min %d s.\n' $((SECONDS / 60)) $((SECONDS % 60))
summary="$passed passed, $failed failed"
((skipped == 0)) || summary+=", $skipped skipped"
echo "$summary"
((failed == 0)) || status=1
exit "$status"
