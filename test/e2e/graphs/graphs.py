#!/usr/bin/env python3
# ===- graphs.py - compares random graphs with the evaluator --------------=== #
#
# usage: graphs.py MARGAY FOLDER [--graphs N] [--seed S] [--only I] [--jobs J]
#
# Makes graphs of the blocks in blocks.py and has `margay verify` compare the compiled code with the evaluator, at every
# level that the CPU has, with one thread and two. Graph I of a seed is always the same. One that differs is written to
# FOLDER, and so is the smallest part of it that differs. A graph that is refused counts as a failure as well: all of
# them are valid.
#
# ===---------------------------------------------------------------------=== #

import argparse
import concurrent.futures
import pathlib
import random
import subprocess
import sys

import blocks
from graph import Graph

SECONDS = 120  # That one graph may take.


def make(seed, index):
    rng = random.Random(f"{seed}/{index}")
    g = Graph(rng)
    g.batch = rng.choice([1, 1, 2, 3, "N", "N"])
    g.symbols = {}
    if rng.random() < 0.2:
        g.symbols["T"] = "T"
    if rng.random() < 0.15:
        g.symbols |= {"H": "H", "W": "W"}
    kinds = rng.choice([[blocks.image], [blocks.sequence], [blocks.matrix], [blocks.image, blocks.sequence]])
    for kind in kinds:
        kind(g)
    some = rng.sample(blocks.BLOCKS, 12)
    for _ in range(rng.randrange(2, 14)):
        rng.choice(some)(g)
    if not g.nodes:
        blocks.unary(g)
    return g


def verify(margay, path, seed):
    """Nothing, or what is wrong."""
    command = [margay, "verify", path, "--seed", str(seed)]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"takes more than {SECONDS} s"
    if result.returncode == 0:
        return None
    return (result.stderr.strip() or f"exit code {result.returncode}").splitlines()[0]


def judge(margay, folder, seed, index):
    g = make(seed, index)
    outputs = g.outputs()
    path = folder / f"graph-{seed}-{index}.onnxtxt"
    path.write_text(g.text(outputs))
    wrong = verify(margay, path, index)
    if wrong is None:
        path.unlink()
        return None
    # The first value that is wrong by itself: everything before it is right.
    for node in g.nodes:
        for name in node.outputs:
            part = folder / f"graph-{seed}-{index}-part.onnxtxt"
            part.write_text(g.text([name]))
            if verify(margay, part, index) is not None:
                return f"{path.name} ({part.name} is a part): {wrong}"
            part.unlink()
    return f"{path.name}: {wrong}"


def main():
    parser = argparse.ArgumentParser(description="Compares random graphs with the evaluator.")
    parser.add_argument("margay")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--graphs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--only", type=int, help="this graph alone")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    indices = range(options.graphs) if options.only is None else [options.only]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        work = lambda index: judge(options.margay, options.folder, options.seed, index)
        for verdict in pool.map(work, indices):
            if verdict:
                failed += 1
                print(verdict, flush=True)
    print(f"{len(indices) - failed} graphs agree, {failed} do not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
