#!/bin/bash
#===- build.sh - configure and build ------------------------------------===#
#
#   tools/build.sh [PRESET [TARGET...]]     PRESET: release (build/, the default), dev (build/dev), asan (build/asan)
#
# Installs what is missing first (tools/setup.sh); a second run only builds what has changed.
#
#===----------------------------------------------------------------------===#
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:-release}
shift || true
case $preset in
  release) build=build ;;
  dev | asan) build=build/$preset ;;
  *) echo "build.sh: unknown preset '$preset'; there are release, dev and asan" >&2; exit 2 ;;
esac

tools/setup.sh
if [ ! -f "$build/build.ninja" ] || [ CMakePresets.json -nt "$build/build.ninja" ]; then
  echo "build: configuring $build"
  mkdir -p "$build"
  # What CMake has to say is of interest only when it fails.
  if ! cmake --preset "$preset" >"$build/configure.log" 2>&1; then
    cat "$build/configure.log" >&2
    echo "build.sh: configuring failed" >&2
    exit 1
  fi
fi
echo "build: building $build"
cmake --build "$build" ${*:+--target "$@"}
