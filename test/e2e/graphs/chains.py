#!/usr/bin/env python3
# ===- chains.py - compares kernels that are computed in bands with the evaluator ===#
#
# usage: chains.py MARGAY FOLDER [--graphs N] [--seed S]
#
# Makes runs of convolutions and poolings on images too large for a second-level cache, with random windows, strides,
# paddings, epilogues, sizes and batches, and has `margay verify` compare them with the evaluator, at every level that
# the CPU has, with one thread and two. Says how many kernels were inside of chains.
#
# ===---------------------------------------------------------------------=== #

import argparse
import pathlib
import random
import subprocess
import sys

from graph import Graph

BYTES = 420_000  # Of a float image: more than what chains are for.


def epilogue(g, value):
    kind = g.rng.choice(["", "", "Relu", "Sigmoid", "HardSwish", "Clip", "Add", "twice", "gate"])
    if kind == "gate":  # Which needs all of the image first.
        mean = g.node("GlobalAveragePool", [value], (*value.shape[:2], 1, 1), keep=False)
        return g.node("Mul", [value, g.node("Sigmoid", [mean], mean.shape, keep=False)], value.shape)
    if kind in ("Relu", "Sigmoid", "HardSwish"):
        return g.node(kind, [value], value.shape)
    if kind == "Clip":
        return g.node("Clip", [value, g.scalar(0), g.scalar(6)], value.shape)
    if kind == "Add":  # Something as large, which is read by rows.
        return g.node("Add", [value, g.input(*value.shape)], value.shape)
    if kind == "twice":
        return g.node("Mul", [value, g.node("Sigmoid", [value], value.shape)], value.shape)
    return value


def out(size, kernel, stride, dilation, begin, end):
    return (size + begin + end - (kernel - 1) * dilation - 1) // stride + 1


def window(g, value, kind):
    """A convolution or a pooling."""
    batch, channels, height, width = value.shape
    kernel = [g.rng.choice([1, 2, 3, 3, 3, 5]) for _ in range(2)]
    if kind == "pointwise":
        kernel = [1, 1]
    strides = [1, 1] if kind == "pointwise" else [g.rng.choice([1, 1, 1, 1, 1, 2, 3]) for _ in range(2)]
    dilations = [1, 1] if kind != "depthwise" else [g.rng.choice([1, 1, 1, 2]) for _ in range(2)]
    most = [k // 2 if kind in ("max", "mean") else k - 1 for k in kernel]
    pads = [g.rng.randint(0, m) for m in most + most] if kind != "pointwise" else [0] * 4
    if g.rng.random() < 0.6:
        pads = [(k - 1) * d // 2 for k, d in zip(kernel, dilations)] * 2
    if kind in ("max", "mean"):
        pads = [min(pad, limit) for pad, limit in zip(pads, most + most)]
    sizes = [out(n, k, s, d, b, e)
             for n, k, s, d, b, e in zip((height, width), kernel, strides, dilations, pads[:2], pads[2:])]
    if min(sizes) < 1:
        return value
    attributes = f"kernel_shape = {kernel}, strides = {strides}, pads = {pads}"
    if kind in ("max", "mean"):
        op = "MaxPool" if kind == "max" else "AveragePool"
        return g.node(op, [value], (batch, channels, *sizes), attributes)
    groups = channels if kind == "depthwise" else 1
    outputs = channels
    if kind != "depthwise":
        large = BYTES // 4 // (sizes[0] * sizes[1]) + 1
        outputs = min(g.rng.choice([large, large, large + 7, 3 * large, g.rng.randint(1, 24)]), 64)
    filter = g.weights(outputs, channels // groups, *kernel, scale=(3 / (channels // groups * kernel[0] * kernel[1])) ** 0.5)
    inputs = [value, filter] + ([g.weights(outputs)] if g.rng.random() < 0.7 else [])
    attributes += f", dilations = {dilations}, group = {groups}"
    return g.node("Conv", inputs, (batch, outputs, *sizes), attributes)


def make(seed, index):
    rng = random.Random(f"{seed}/{index}")
    g = Graph(rng)
    g.opset = 18
    batch = rng.choice([1, 1, 1, 2, "N"])
    channels = rng.choice([3, 8, 13, 16, 24])
    width = rng.choice([16, 31, 48, 56, 64])
    height = BYTES // 4 // (channels * width) + rng.randint(1, 3)
    value = g.input(batch, channels, height, width)
    for _ in range(rng.randint(2, 5)):
        kind = rng.choice(["pointwise", "pointwise", "depthwise", "depthwise", "conv", "max", "mean"])
        seen = window(g, value, kind)
        if seen.shape == value.shape and seen is not value and rng.random() < 0.25:  # A shortcut around it.
            seen = g.node("Add", [value, seen], value.shape)
        value = epilogue(g, seen)
    return g


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser(description="Compares chains of kernels with the evaluator.")
    parser.add_argument("margay")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--graphs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    failed = inner = 0
    for index in range(options.graphs):
        g = make(options.seed, index)
        path = options.folder / f"chain-{options.seed}-{index}.onnxtxt"
        path.write_text(g.text(g.outputs()))
        kernels = run(options.margay, str(path), "--emit", "kernels", "-o", "-")
        inner += kernels.stdout.count("kept = ")
        result = run(options.margay, "verify", str(path), "--seed", str(index))
        if kernels.returncode or result.returncode:
            failed += 1
            print(f"{path.name}: {(kernels.stderr + result.stderr + result.stdout).strip()[:300]}", flush=True)
        else:
            path.unlink()
    print(f"{options.graphs - failed} graphs agree, {failed} do not; {inner} kernels inside of chains")
    return 1 if failed or inner == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
