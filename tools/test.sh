#!/bin/bash
#===- test.sh - build everything and run every test ----------------------===#
#
#   tools/test.sh [--filter REGEX] [--preset release|dev|asan] [--jobs N]
#   tools/test.sh --onnx
#
# --filter   runs the tests whose name matches, as in 'ir/' or 'fuse-epilogues'
# --preset   tests another build; asan is the one with sanitizers
# --onnx     runs the whole ONNX backend suite instead (found as docs/testing.md says) and writes docs/onnx-coverage.md
#
# The last line is `N passed, M failed`, with the number of skipped tests if there are any: those need something that
# this machine lacks. Exits with 0 if and only if nothing failed.
#
#===----------------------------------------------------------------------===#
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=release
lit=()
onnx=
while [ $# -gt 0 ]; do
  case $1 in
    --filter) lit+=(--filter "${2:?test.sh: --filter needs a regular expression}"); shift 2 ;;
    --preset) preset=${2:?test.sh: --preset needs a name}; shift 2 ;;
    --onnx) onnx=1; shift ;;
    --jobs) lit+=(-j "${2:?test.sh: --jobs needs a number}"); shift 2 ;;
    -h | --help) sed -n '4,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "test.sh: unknown option '$1' (try --help)" >&2; exit 2 ;;
  esac
done
build=build
[ "$preset" = release ] || build=build/$preset

# broken WHAT: the closing line of a run that came to no tests.
broken() {
  echo "0 passed, 1 failed ($1)"
  exit 1
}

tools/build.sh "$preset" all margay-test-depends || broken "the build"

if [ -n "$onnx" ]; then
  archive=${MARGAY_DATA:-../shared/data}/onnx-backend-tests.tar.xz
  [ -f "$archive" ] || broken "the suite, $archive, is not there"
  exec python3 test/onnx/suite.py --suite "$build/bin/margay-onnx-suite" --archive "$archive" --work "$build/onnx-suite" \
    --filter '^(node|simple|pytorch)' --coverage docs/onnx-coverage.md --update test/onnx/passing.txt
fi

results=$build/test/results.json
rm -f "$results"
# On a terminal a progress bar; elsewhere a line per test.
if [ -t 1 ]; then lit+=(-s); fi
echo "test: running"
status=0
/usr/lib/llvm-22/bin/lit -v --show-unsupported --output "$results" "${lit[@]}" "$build/test" "$build/test/unit" || status=$?
[ -f "$results" ] || broken "the test runner"

python3 - "$results" "$status" <<'END'
import collections, json, sys

counts = collections.Counter(test["code"] for test in json.load(open(sys.argv[1]))["tests"])
passed = counts.pop("PASS", 0) + counts.pop("FLAKYPASS", 0) + counts.pop("XFAIL", 0)
skipped = counts.pop("UNSUPPORTED", 0)
failed = sum(counts.values())
if not failed and (int(sys.argv[2]) or not passed):
    failed = 1  # the runner itself complained, or ran nothing
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(1 if failed else 0)
END
