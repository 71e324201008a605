# ===- compile_time.py - how long a compilation takes ---------------------=== #
#
# usage: compile_time.py MARGAY MODEL FOLDER BOUND
#
# Compiles the model into FOLDER five times and prints the shortest times. Fails if they are more than BOUND seconds of
# processor time: that hardly depends on what else the machine does, and the shortest of five less still.
#
# ===---------------------------------------------------------------------=== #

import os
import subprocess
import sys
import time


def compile_once(command):
    """The seconds that a command takes, and the processor's, its children and threads included."""
    before, started = os.times(), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.monotonic() - started, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def main():
    margay, model, folder, bound = sys.argv[1:]
    times = [compile_once([margay, "compile", model, "-o", folder]) for _ in range(5)]
    wall, processor = min(t[0] for t in times), min(t[1] for t in times)
    print(f"compiled in {wall:.2f} s, {processor:.2f} s of processor time")
    if processor > float(bound):
        sys.exit(f"that is more than {bound} s")


if __name__ == "__main__":
    main()
