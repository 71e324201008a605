# ===- seeds.py - models to begin with ------------------------------------=== #
#
# usage: seeds.py CONVERT REPOSITORY FOLDER
#
# Collects the small models of the repository and of its tests, as text and, by CONVERT, in binary form.
#
# ===---------------------------------------------------------------------=== #

import pathlib
import re
import subprocess
import sys

BYTES = 20000  # Of larger ones a fuzzer changes too little at a time.


def main():
    convert, repository, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    models = [path.read_text() for path in repository.glob("examples/**/*.onnxtxt")]
    models += [path.read_text() for path in repository.glob("test/**/*.onnxtxt")]
    for path in repository.glob("test/**/*.test"):
        models += re.findall(r"^#--- \S+\.onnxtxt\n(.*?)(?=^#--- |\Z)", path.read_text(), re.M | re.S)
    count = 0
    for index, text in enumerate(sorted(set(models), key=len)):
        if len(text) > BYTES:
            continue
        path = folder / f"seed{index}.onnxtxt"
        path.write_text(text)
        binary = path.with_suffix(".onnx")
        result = subprocess.run([convert, path, binary], capture_output=True)
        count += 1 + (result.returncode == 0)
    print(f"{count} seeds")


if __name__ == "__main__":
    main()
