# ===- precision.py - how exact the algorithms are -------------------------=== #
#
#   precision.py MARGAY-KERNELS TABLE [--seed S] [--rows N]     measures some rows of the table; fails where one errs more
#                                                               than FACTOR times as much
#   precision.py MARGAY-KERNELS TABLE --write                   measures all rows and writes the table
#
# An error is max |computed - exact| / max |exact|, where the evaluator's result, in double precision, stands for the
# exact one; data and weights are random.
#
# ===---------------------------------------------------------------------=== #

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

MOST = 1e-5  # That any algorithm may err.
FACTOR = 3  # The largest of some thousands of random errors varies so much at most.
SEEDS = 5  # Each row of the table is the largest of so many.

# By the number of products in a sum.
KERNELS = {
    "gemm": [f"gemm:96x64x{depth}" for depth in (16, 64, 256, 768, 1024, 4096, 16384)],
    "conv": [f"conv:12x12x{channels}x32,stride=2" for channels in (3, 16, 64, 128, 256, 512)],
    "depthwise": ["depthwise:24x24x32", "depthwise:24x24x32,kernel=5", "depthwise:24x24x32,kernel=7"],
    "winograd": [f"conv:14x14x{channels}x32" for channels in (64, 128, 256, 512)] + ["conv:14x14x64x32,kernel=5"],
}


def summands(kernel):
    sizes = [int(size) for size in kernel.split(":")[1].split(",")[0].split("x")]
    taps = int((re.search(r"kernel=(\d+)", kernel) or [0, 3])[1]) ** 2
    return {"gemm": sizes[-1], "conv": sizes[2] * taps, "depthwise": taps}[kernel.split(":")[0]]


def measure(program, kernels, seed):
    """Plan and error of each kernel, at the machine's best level."""
    command = [program, "--json", "--no-measure", "--seed", str(seed), *kernels]
    rows = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {row["kernel"]: (row["plans"], row["error"]) for row in rows}


def write(program, table):
    kernels = [kernel for group in KERNELS.values() for kernel in group]
    runs = [measure(program, kernels, seed) for seed in range(SEEDS)]
    lines = []
    for kernel in kernels:
        error = max(run[kernel][1] for run in runs)
        lines.append(f"| {runs[0][kernel][0]} | {summands(kernel)} | {error:.1e} | `{kernel}` |\n")
    text = table.read_text()
    head = text[:text.index("|---")]
    table.write_text(head + "|---|---|---|---|\n" + "".join(lines))


def rows_of(table):
    pattern = r"^\| (\S+) \| \d+ \| (\S+) \| `(\S+)` \|$"
    return {kernel: (plan, float(error)) for plan, error, kernel in re.findall(pattern, table.read_text(), re.M)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1000000)
    parser.add_argument("--rows", type=int, default=6)
    options = parser.parse_args()
    if options.write:
        write(options.program, options.table)
        return 0
    rows = rows_of(options.table)
    first = options.seed % len(rows)
    sample = (list(rows) * 2)[first:first + min(options.rows, len(rows))]
    print(f"seed {options.seed}")
    failures = 0
    for kernel, (plan, error) in measure(options.program, sample, options.seed).items():
        listed_plan, listed = rows[kernel]
        is_listed = plan == listed_plan
        wrong = error > (FACTOR * listed if is_listed else MOST)
        failures += wrong
        print(f"{kernel}: {plan} errs by {error:.1e}; the table has {listed_plan} and {listed:.1e}"
              + (", which is wrong" if wrong else "" if is_listed else ": measure anew with --write"))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
