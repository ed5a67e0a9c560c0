#!/usr/bin/env bash
# Installs what is missing, builds, and runs the demo:  ./demo.sh [--work DIR]
# All it writes is in the work folder, demo-work beside this script unless another is named.
set -euo pipefail
. "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/eng/prepare.sh"

prepare build

work=(--work demo-work)
[[ $PWD == "$root" ]] || work=(--work "$root/demo-work")
for argument in "$@"; do
  case $argument in
    --work | --work=* | -h | --help) work=() ;;
  esac
done

exec "$root/delivery" demo ${work[@]+"${work[@]}"} "$@"
