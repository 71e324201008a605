# ===- check_tidy.py - clang-tidy on a sample of the sources --------------=== #
#
#   check_tidy.py ROOT BUILD [all | SEED]
#
# Each run takes the sources in another order, which its seed gives again, and checks as many as fit into some seconds, but
# one at least; with `all`, all of them (which takes half an hour). The environment's MARGAY_TIDY says the same as the last argument.
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

SECONDS = 6, 20  # No file is begun after the first, none is waited for after the second.


def sources(root, build):
    """What the build compiles of the repository's own, sorted: the same order everywhere."""
    commands = json.loads(pathlib.Path(build, "compile_commands.json").read_text())
    files = {pathlib.Path(command["directory"], command["file"]).resolve() for command in commands}
    root, build = pathlib.Path(root).resolve(), pathlib.Path(build).resolve()
    return sorted(f for f in files if f.suffix == ".cpp" and f.is_relative_to(root) and not f.is_relative_to(build))


def findings(build, path, seconds):
    """What clang-tidy says about a file, or nothing; None if it takes longer."""
    command = ["clang-tidy-22", "-p", build, "--quiet", path]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    said = [line for line in done.stdout.splitlines() + done.stderr.splitlines() if line.strip()]
    said = [line for line in said if not re.match(r"\d+ warnings? generated", line)]
    return said if done.returncode else []


def main():
    root, build = sys.argv[1:3]
    choice = sys.argv[3] if len(sys.argv) > 3 else os.environ.get("MARGAY_TIDY", "")
    seed = int(choice) if choice.isdigit() else random.SystemRandom().randrange(1 << 31)
    order = sources(root, build)
    if choice != "all":
        print(f"seed {seed}", flush=True)
        random.Random(seed).shuffle(order)
    start = time.monotonic()

    def check(path):
        passed = time.monotonic() - start
        if choice == "all" or path == order[0]:
            return path, findings(build, path, None)
        return path, findings(build, path, SECONDS[1] - passed) if passed < SECONDS[0] else None

    checked = wrong = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, said in pool.map(check, order):
            if said is None:
                continue
            checked += 1
            wrong += bool(said)
            print(f"{path.relative_to(pathlib.Path(root).resolve())}: {'wrong' if said else 'ok'}")
            print("".join(f"  {line}\n" for line in said), end="", flush=True)
    print(f"tidy: {checked} of {len(order)} files, {wrong} with findings")
    sys.exit(1 if wrong or not checked else 0)


if __name__ == "__main__":
    main()
