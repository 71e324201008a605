# ===- sources.py - the repository's own files ---------------------------=== #
#
#   sources.py ROOT SUFFIX...    prints the files that git tracks (or, outside a clone, those that lie there), one a line
#
# ===---------------------------------------------------------------------=== #

import pathlib
import subprocess
import sys

FOLDERS = ["ir", "frontend", "passes", "codegen", "runtime", "tools", "test", "cmake", "docs", "examples", "benchmarks"]
CODE = (".h", ".hpp", ".c", ".cpp", ".inc")


def all_files(root):
    """Paths relative to the root, sorted."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"], capture_output=True, check=False
    )
    if listing.returncode == 0 and listing.stdout:
        found = [pathlib.Path(name.decode()) for name in listing.stdout.split(b"\0") if name]
    else:
        found = [p.relative_to(root) for folder in FOLDERS for p in pathlib.Path(root, folder).rglob("*")]
        found += [p.relative_to(root) for p in pathlib.Path(root).iterdir() if not p.name.startswith("build")]
    return sorted(p for p in found if pathlib.Path(root, p).is_file())


def with_suffix(root, *suffixes):
    return [p for p in all_files(root) if p.suffix in suffixes]


if __name__ == "__main__":
    for path in with_suffix(sys.argv[1], *sys.argv[2:]):
        print(pathlib.Path(sys.argv[1], path))
