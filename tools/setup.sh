#!/bin/bash
#===- setup.sh - install what Margay is built and tested with ------------===#
#
# Installs Debian packages on a bare Debian 12 (apt and nothing else); where all are there already it returns at once,
# without asking apt.
#
#   tools/setup.sh             what building and testing need
#   tools/setup.sh --check     install nothing: exit 0 when everything is there, else name what is missing
#
#===----------------------------------------------------------------------===#
set -euo pipefail

# The compiler itself: LLVM, MLIR and lld as libraries, clang to build with.
packages=(
  clang-22 liblld-22-dev libmlir-22-dev lld-22 llvm-22-dev llvm-22-tools mlir-22-tools
  libfmt-dev libjpeg62-turbo-dev libpng-dev zlib1g-dev
  ccache cmake ninja-build
)
# Its tests: sanitizers, valgrind, unit tests, and the checks of the house style.
packages+=(
  libclang-rt-22-dev libgtest-dev valgrind libc6-dbg
  binutils clang-format-22 clang-tidy-22 gcc g++ git python3 python3-psutil
)

check_only=
case "${1:-}" in
  '') ;;
  --check) check_only=1 ;;
  -h | --help) sed -n '4,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "setup.sh: unknown option '$1' (try --help)" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup.sh: this is not a Debian system; install LLVM, MLIR, clang and lld 22, fmt, cmake, ninja, libpng," >&2
  echo "setup.sh: libjpeg, zlib and GoogleTest by your own means, then build with 'cmake --preset release'" >&2
  exit 1
fi

# missing: the packages of the list that are not installed, one a line.
missing() {
  local installed name
  # dpkg-query fails when it does not know a name at all, which is what we want to find out.
  installed=$'\n'$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true)$'\n'
  for name in "${packages[@]}"; do
    [[ $installed == *$'\n'"$name installed"$'\n'* ]] || echo "$name"
  done
}

mapfile -t wanted < <(missing)
if [ ${#wanted[@]} -eq 0 ]; then
  echo "setup: all ${#packages[@]} packages are installed"
  exit 0
fi
if [ -n "$check_only" ]; then
  echo "setup: missing: ${wanted[*]}"
  exit 1
fi

# as_root COMMAND...: runs it with the rights that installing needs.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    echo "setup.sh: installing packages needs root: run it as root, or install sudo" >&2
    exit 1
  fi
}

echo "setup: ${#wanted[@]} of ${#packages[@]} packages are missing: ${wanted[*]}"
echo "setup: reading the package lists"
# A broken third-party source must not stop us: what matters is whether our packages are found.
as_root apt-get update || echo "setup: some package lists could not be read; going on with what is there"

unavailable=()
for name in "${wanted[@]}"; do
  candidate=$(apt-cache policy "$name" | sed -n 's/^ *Candidate: *//p')
  [ -n "$candidate" ] && [ "$candidate" != '(none)' ] || unavailable+=("$name")
done
if [ ${#unavailable[@]} -gt 0 ]; then
  echo "setup.sh: apt does not know: ${unavailable[*]}" >&2
  case " ${unavailable[*]} " in
    *-22* ) cat >&2 <<'END'
setup.sh: LLVM 22 for Debian 12 comes from its security suite; add it to apt's sources and run this again:
  echo 'deb http://deb.debian.org/debian-security bookworm-security main' > /etc/apt/sources.list.d/security.list
END
    ;;
  esac
  exit 1
fi

echo "setup: installing (about 3 GB on disk; a few minutes)"
as_root apt-get install -y --no-install-recommends -q -o Dpkg::Use-Pty=0 "${wanted[@]}"

mapfile -t wanted < <(missing)
if [ ${#wanted[@]} -gt 0 ]; then
  echo "setup.sh: still missing after installing: ${wanted[*]}" >&2
  exit 1
fi
echo "setup: done"
