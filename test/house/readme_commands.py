# ===- readme_commands.py - the commands that a guide tells people to type -=== #
#
#   readme_commands.py ROOT FILE
#
# Checks that the scripts in the file's `sh` blocks exist and know the options they are given, and that the presets exist;
# prints the other commands, for a test to run.
#
# ===---------------------------------------------------------------------=== #

import json
import os
import pathlib
import re
import shlex
import sys


def commands(text):
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            line = re.sub(r"\s+#.*", "", line).strip()
            if line:
                yield line


def check_script(root, words):
    path = root / words[0]
    if not os.access(path, os.X_OK):
        return f"there is no script {words[0]}"
    unknown = [w for w in words[1:] if w.startswith("--") and w not in path.read_text()]
    return f"{words[0]} has no option {unknown[0]}" if unknown else None


def check_cmake(root, words):
    presets = {p["name"] for p in json.loads((root / "CMakePresets.json").read_text())["configurePresets"]}
    for option, value in zip(words, words[1:]):
        if option == "--preset" and value not in presets:
            return f"there is no preset {value}"
    return None


def main():
    root, file = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    failed = False
    for command in commands(file.read_text()):
        words = shlex.split(command)
        if words[0].startswith("tools/") or words[0].startswith(".ci/"):
            why = check_script(root, words)
        elif words[0] in ("cmake", "ctest", "ninja"):
            why = check_cmake(root, words)
        else:
            print(command)
            continue
        if why:
            print(f"{file.name}: '{command}': {why}", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
