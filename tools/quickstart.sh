#!/bin/bash
#===- quickstart.sh - from nothing to a C program that reads a digit ----===#
#
#   tools/quickstart.sh [--digit N]      N: which of the test digits to read (default 0)
#
# Installs what is missing, builds Margay, compiles a trained network into out/, builds the C program of examples/digit
# around it with the system's compiler, and lets it read a digit. The network and the digits are real ones where the data
# folder is there (MARGAY_DATA, else ../shared/data beside the checkout), otherwise the repository's own.
#
#===----------------------------------------------------------------------===#
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

digit=0
while [ $# -gt 0 ]; do
  case $1 in
    --digit) digit=${2:?quickstart.sh: --digit needs a number}; shift 2 ;;
    -h | --help) sed -n '4,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "quickstart.sh: unknown option '$1' (try --help)" >&2; exit 2 ;;
  esac
done
case $digit in *[!0-9]*) echo "quickstart.sh: --digit takes a number, not '$digit'" >&2; exit 2 ;; esac

# say COMMAND...: shows a command and runs it.
say() {
  echo "\$ $*"
  "$@"
}

tools/build.sh release margay

data=${MARGAY_DATA:-$root/../shared/data}
if [ -f "$data/models/mnist-8-cntk/model.onnx" ] && [ -f "$data/datasets/mnist/t10k-images-idx3-ubyte.gz" ]; then
  data=$(cd "$data" && pwd)
  network=$data/models/mnist-8-cntk/model.onnx
  images=build/quickstart/t10k-images-idx3-ubyte
  mkdir -p build/quickstart
  [ -f $images ] || { gzip -dc "$data/datasets/mnist/t10k-images-idx3-ubyte.gz" >$images.new && mv $images.new $images; }
  picture=("$images" "$digit")
  echo "quickstart: a network trained on MNIST, and digit $digit of MNIST's test set"
else
  network=examples/digit/tiny-digits.onnxtxt
  picture=("examples/digit/images/$((10#$digit % 10)).pgm")
  echo "quickstart: the repository's own network and digits (no data in $data)"
fi

compiler=cc
command -v cc >/dev/null || compiler=clang-22

echo
say build/bin/margay compile "$network" -o out --name digit
say $compiler -std=c99 -O2 examples/digit/main.c out/digit.a -Iout -lm -o out/digit
say out/digit "${picture[@]}"
