#!/bin/bash
#===- check_format.sh - names the files that clang-format would change ---===#
#
#   check_format.sh ROOT         prints each of them; fails when there is one
#
#===----------------------------------------------------------------------===#
set -uo pipefail

status=0
for file in $("${PYTHON:-python3}" "$(dirname "$0")/sources.py" "$1" .h .hpp .c .cpp); do
  clang-format --style=file "$file" | cmp -s - "$file" && continue
  echo "${file#"$1"/}: not formatted; run clang-format-22 -i on it"
  status=1
done
exit $status
