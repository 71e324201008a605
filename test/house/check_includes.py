# ===- check_includes.py - who may include whom ---------------------------=== #
#
# The folders of the compiler meet in the IR: frontend, passes and codegen see `ir` and never each other, the runtime
# sees nothing but itself (docs/architecture.md). Checked are #include lines, TableGen's include lines, and the libraries
# that a folder's CMakeLists.txt links.
#
#   check_includes.py ROOT       prints each offence as FILE:LINE: sentence; fails when there is one
#
# ===---------------------------------------------------------------------=== #

import pathlib
import re
import sys

import sources

# What each folder may include besides itself. A path stands for that file or folder alone.
ALLOWED = {
    "ir": [],
    "frontend": ["ir"],
    "passes": ["ir"],
    "codegen": ["ir", "runtime/abi.h", "runtime/Bitcode.h", "runtime/include"],
    "runtime": [],
    "tools": ["ir", "frontend", "passes", "codegen", "runtime"],
    "benchmarks": ["ir", "passes", "codegen", "runtime", "tools"],
}

# Libraries that a folder may use besides the C and C++ standard ones; tools may use any.
LIBRARIES = {
    "ir": ["llvm", "mlir"],
    "frontend": ["llvm", "mlir", "fmt"],
    "passes": ["llvm", "mlir", "fmt"],
    "codegen": ["llvm", "mlir", "fmt", "lld"],
    "runtime": [],
}

INCLUDE = re.compile(r'\s*#?\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def below(path, folder):
    return path == folder or path.startswith(folder + "/")


def offence(folder, included):
    """Why a file of `folder` may not include this path, or None."""
    first = included.split("/")[0]
    if first in ALLOWED:
        if first == folder or any(below(included, allowed) for allowed in ALLOWED[folder]):
            return None
        return f"{folder} may not include {first} ({included}); it may include {', '.join(ALLOWED[folder]) or 'nothing'}"
    is_library = "/" in included and first not in ("sys", "asm", "linux", "bits")
    if folder in LIBRARIES and is_library and first not in LIBRARIES[folder]:
        return f"{folder} may not use the library {first} ({included})"
    return None


def check_code(root, path):
    folder = path.parts[0]
    for number, text in enumerate(pathlib.Path(root, path).read_text().splitlines(), 1):
        match = INCLUDE.match(text)
        why = match and offence(folder, match.group(1) or match.group(2))
        if why:
            yield f"{path}:{number}: {why}"


def check_links(root, path):
    folder = path.parts[0]
    usable = [folder] + [allowed.split("/")[0] for allowed in ALLOWED[folder]]
    for number, text in enumerate(pathlib.Path(root, path).read_text().splitlines(), 1):
        for other in re.findall(r"\bmargay-(\w+)", text.split("#")[0]):
            if other in ALLOWED and other not in usable:
                yield f"{path}:{number}: {folder} may not link margay-{other}"


def main():
    root = sys.argv[1]
    offences, count = [], 0
    for path in sources.all_files(root):
        if path.parts[0] not in ALLOWED:
            continue
        if path.suffix in sources.CODE + (".td",):
            count += 1
            offences += check_code(root, path)
        elif path.name == "CMakeLists.txt":
            offences += check_links(root, path)
    print("\n".join(offences) if offences else f"includes: {count} files are in order")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
