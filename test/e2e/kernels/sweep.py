#!/usr/bin/env python3
# ===- sweep.py - compares random kernels with the evaluator --------------=== #
#
# usage: sweep.py MARGAY FOLDER [--seed N] [--models N] [--nodes N]
#
# Writes models of single operators with random shapes and attributes. Each has some independent nodes, every one with
# inputs and an output of its own, so that one compilation tests many kernels. `margay verify` runs it at every level
# that the CPU has, with one thread and two. Sizes are small and odd: 1, 7, 17, 31 are where tiles and vectors end.
#
# ===---------------------------------------------------------------------=== #

import argparse
import pathlib
import random
import subprocess
import sys

SIZES = [1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 17, 24, 31, 33]


class Model:
    """One model in ONNX text."""

    def __init__(self, rng):
        self.rng = rng
        self.inputs, self.outputs, self.constants, self.nodes = [], [], [], []

    def size(self, limit=40):
        return self.rng.choice([size for size in SIZES if size <= limit])

    def input(self, *shape):
        name = f"x{len(self.inputs)}"
        self.inputs.append(f"float[{','.join(map(str, shape))}] {name}")
        return name

    def constant(self, *shape, low=-1.0, high=1.0):
        count = 1
        for size in shape:
            count *= size
        values = ", ".join(f"{self.rng.uniform(low, high):.4g}" for _ in range(count))
        name = f"c{len(self.constants)}"
        self.constants.append(f"float[{','.join(map(str, shape))}] {name} = {{{values}}}")
        return name

    def integers(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(f"int64[{len(values)}] {name} = {{{', '.join(map(str, values))}}}")
        return name

    def node(self, op, inputs, attributes="", final=True):
        name = f"{'y' if final else 't'}{len(self.nodes)}"
        self.nodes.append(f"  {name} = {op}{f'<{attributes}>' if attributes else ''}({', '.join(inputs)})")
        if final:
            self.outputs.append(name)
        return name

    def text(self):
        outputs = ", ".join(f"float[] {name}" for name in self.outputs)
        constants = f"<\n  {', '.join(self.constants)}\n>\n" if self.constants else ""
        nodes = "\n".join(self.nodes)
        return f'<ir_version: 8, opset_import: ["" : 17]>\nsweep ({", ".join(self.inputs)}) => ({outputs})\n{constants}{{\n{nodes}\n}}\n'


def activation(m, value):
    """Sometimes an epilogue: an activation, or a residual that is the value itself."""
    choice = m.rng.randrange(5)
    if choice == 0:
        m.outputs.pop()
        return m.node(m.rng.choice(["Relu", "Sigmoid", "Tanh"]), [value])
    if choice == 1:
        m.outputs.pop()
        return m.node("Mul", [m.node("Relu", [value], final=False), value])
    return value


def batch(m):
    return m.rng.choice([1, 1, 2, 3, "N"])


def spatial(m, dims):
    """Random geometry: (kernel, attributes, input sizes), with an output of at least one in each dimension."""
    kernel = [m.rng.choice([1, 1, 2, 3, 3, 5]) for _ in range(dims)]
    strides = [m.rng.choice([1, 1, 2, 3]) for _ in range(dims)]
    dilations = [m.rng.choice([1, 1, 1, 2]) for _ in range(dims)]
    begins = [m.rng.randrange(0, k) for k in kernel]
    ends = [m.rng.randrange(0, k) for k in kernel]
    sizes = [max(m.size(17), d * (k - 1) + 1) for k, d in zip(kernel, dilations)]
    text = lambda values: "[" + ",".join(map(str, values)) + "]"
    return kernel, strides, dilations, begins + ends, sizes, text


def conv(m):
    dims = m.rng.choice([1, 2, 2, 2])
    kernel, strides, dilations, pads, sizes, text = spatial(m, dims)
    kind = m.rng.choice(["plain", "plain", "grouped", "depthwise"])
    groups = 1 if kind == "plain" else m.size(17)
    per_group, outputs = (1, groups) if kind == "depthwise" else (m.size(13 if kind == "grouped" else 33), 0)
    outputs = outputs or groups * m.size(33 if kind == "plain" else 17)
    x = m.input(batch(m), groups * per_group, *sizes)
    inputs = [x, m.constant(outputs, per_group, *kernel)]
    if m.rng.random() < 0.7:
        inputs.append(m.constant(outputs))
    attributes = f"strides={text(strides)}, dilations={text(dilations)}, pads={text(pads)}, group={groups}, kernel_shape={text(kernel)}"
    activation(m, m.node("Conv", inputs, attributes))


def pool(m):
    dims = m.rng.choice([1, 2, 2])
    kernel, strides, _, pads, sizes, text = spatial(m, dims)
    attributes = f"kernel_shape={text(kernel)}, strides={text(strides)}, pads={text(pads)}, ceil_mode={m.rng.randrange(2)}"
    op = m.rng.choice(["MaxPool", "AveragePool"])
    if op == "AveragePool":
        attributes += f", count_include_pad={m.rng.randrange(2)}"
    m.node(op, [m.input(batch(m), m.size(), *sizes)], attributes)


def global_pool(m):
    m.node(m.rng.choice(["GlobalAveragePool", "GlobalMaxPool"]), [m.input(batch(m), m.size(), m.size(17), m.size(17))])


def gemm(m):
    rows, depth, columns = m.rng.choice([m.size(), "N"]), m.size(), m.size()
    trans_a, trans_b = (0 if rows == "N" else m.rng.randrange(2)), m.rng.randrange(2)
    a = m.input(depth, rows) if trans_a else m.input(rows, depth)
    b = m.constant(columns, depth) if trans_b else m.constant(depth, columns)
    c = m.rng.choice([m.constant(columns), m.constant(1, 1), m.constant(columns)])
    activation(m, m.node("Gemm", [a, b, c], f"transA={trans_a}, transB={trans_b}, alpha={m.rng.choice(['1.0', '0.5'])}"))


def matmul(m):
    rows, depth, columns = m.size(), m.size(), m.size()
    shape = m.rng.choice([[], [m.size(5)], [2, m.size(5)]])
    b = m.input(*shape, depth, columns) if m.rng.random() < 0.6 else m.constant(depth, columns)
    activation(m, m.node("MatMul", [m.input(*shape, rows, depth), b]))


def softmax(m):
    shape = [m.size(17) for _ in range(m.rng.randrange(1, 4))]
    m.node(m.rng.choice(["Softmax", "LogSoftmax"]), [m.input(*shape)], f"axis={m.rng.randrange(-len(shape), len(shape))}")


def reduce(m):
    rank = m.rng.randrange(1, 5)
    axes = sorted(m.rng.sample(range(rank), m.rng.randrange(1, rank + 1)))
    op = m.rng.choice(["ReduceMean", "ReduceMax", "ReduceMin"])
    m.node(op, [m.input(*[m.size(17) for _ in range(rank)])], f"axes=[{','.join(map(str, axes))}], keepdims={m.rng.randrange(2)}")


def transpose(m):
    rank = m.rng.randrange(2, 5)
    perm = list(range(rank))
    m.rng.shuffle(perm)
    m.node("Transpose", [m.input(*[m.size(17) for _ in range(rank)])], f"perm=[{','.join(map(str, perm))}]")


def concat(m):
    rank = m.rng.randrange(1, 5)
    axis, shape = m.rng.randrange(rank), [m.size(8) for _ in range(rank)]
    parts = []
    for _ in range(m.rng.randrange(1, 4)):
        shape[axis] = m.size(17)
        part = m.input(*shape)
        parts.append(m.node("Relu", [part], final=False) if m.rng.random() < 0.5 else part)
    m.node("Concat", parts, f"axis={axis}")


def binary(m):
    rank = m.rng.randrange(1, 5)
    shape = [m.size(17) for _ in range(rank)]
    other = [1 if m.rng.random() < 0.4 else size for size in shape][m.rng.randrange(rank):]
    b = m.constant(*other, low=0.5, high=2.0) if m.rng.random() < 0.5 else m.input(*other)
    op = m.rng.choice(["Add", "Sub", "Mul"])
    m.node(op, m.rng.sample([m.input(*shape), b], 2))


def unary(m):
    op = m.rng.choice(["Relu", "Sigmoid", "Tanh", "Exp", "Abs", "Neg"])
    m.node(op, [m.input(*[m.rng.choice([m.size(), m.size()]) for _ in range(m.rng.randrange(1, 4))])])


def normalization(m):
    channels = m.size()
    stats = [m.constant(channels, low=0.5, high=1.5) for _ in range(4)]
    x = m.input(batch(m), channels, m.size(13), m.size(13))
    if m.rng.random() < 0.5:
        x = m.node("Conv", [x, m.constant(channels, channels, 1, 1)], final=False)
    activation(m, m.node("BatchNormalization", [x, *stats]))


FAMILIES = [conv, conv, conv, pool, global_pool, gemm, matmul, softmax, reduce, transpose, concat, binary, unary, normalization]


def main():
    parser = argparse.ArgumentParser(description="Compares random kernels with the evaluator.")
    parser.add_argument("margay")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--models", type=int, default=8)
    parser.add_argument("--nodes", type=int, default=12)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    rng, failed = random.Random(options.seed), 0
    for number in range(options.models):
        model = Model(rng)
        for _ in range(options.nodes):
            rng.choice(FAMILIES)(model)
        path = options.folder / f"sweep-{options.seed}-{number}.onnxtxt"
        path.write_text(model.text())
        result = subprocess.run([options.margay, "verify", path, "--seed", str(options.seed)], capture_output=True, text=True)
        if result.returncode != 0:
            failed += 1
            print(f"{path}: exit {result.returncode}\n{result.stdout}{result.stderr}")
    print(f"{options.models - failed} models agree, {failed} do not")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
