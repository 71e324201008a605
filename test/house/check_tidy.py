# ===- check_tidy.py - clang-tidy on a sample of the sources --------------=== #
#
#   check_tidy.py ROOT BUILD [all | SEED]
#
# Each run takes the sources in another order, which its seed gives again, and checks as many as fit into some seconds;
# with `all`, all of them (which takes half an hour). The environment's MARGAY_TIDY says the same as the last argument.
#
# ===---------------------------------------------------------------------=== #

import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time

SECONDS = 6  # No file is begun after these; one that includes MLIR takes some ten more.


def sources(root, build):
    """What the build compiles of the repository's own, sorted: the same order everywhere."""
    commands = json.loads(pathlib.Path(build, "compile_commands.json").read_text())
    files = {pathlib.Path(command["directory"], command["file"]).resolve() for command in commands}
    root, build = pathlib.Path(root).resolve(), pathlib.Path(build).resolve()
    return sorted(f for f in files if f.suffix == ".cpp" and f.is_relative_to(root) and not f.is_relative_to(build))


def findings(build, path):
    """What clang-tidy says about a file, or nothing."""
    done = subprocess.run(["clang-tidy-22", "-p", build, "--quiet", path], capture_output=True, text=True, check=False)
    said = [line for line in done.stdout.splitlines() + done.stderr.splitlines() if line.strip()]
    said = [line for line in said if not re.match(r"\d+ warnings? generated", line)]
    return said if done.returncode else []


def main():
    root, build = sys.argv[1:3]
    choice = sys.argv[3] if len(sys.argv) > 3 else os.environ.get("MARGAY_TIDY", "")
    seed = int(choice) if choice.isdigit() else random.SystemRandom().randrange(1 << 31)
    order = sources(root, build)
    if choice == "all":
        end = float("inf")
    else:
        print(f"seed {seed}", flush=True)
        random.Random(seed).shuffle(order)
        end = time.monotonic() + SECONDS

    def check(path):
        return (path, findings(build, path)) if time.monotonic() < end else None

    checked = wrong = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, said in filter(None, pool.map(check, order)):
            checked += 1
            wrong += bool(said)
            print(f"{path.relative_to(pathlib.Path(root).resolve())}: {'wrong' if said else 'ok'}")
            print("".join(f"  {line}\n" for line in said), end="", flush=True)
    print(f"tidy: {checked} of {len(order)} files, {wrong} with findings")
    sys.exit(1 if wrong or not checked else 0)


if __name__ == "__main__":
    main()
