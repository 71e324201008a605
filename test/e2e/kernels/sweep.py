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
import struct
import subprocess
import sys

SIZES = [1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 17, 24, 31, 33]


def typed(type, shape):
    return f"{type}[{','.join(map(str, shape))}]" if shape else type


class Model:
    """One model in ONNX text."""

    def __init__(self, rng):
        self.rng = rng
        self.opset = rng.choice([17, 25])
        self.inputs, self.outputs, self.constants, self.nodes = [], [], [], []

    def size(self, limit=40):
        return self.rng.choice([size for size in SIZES if size <= limit])

    def depth(self):
        """Of a sum: now and then one that is computed in several blocks."""
        return self.rng.choice([self.size(), self.size(), self.size(), 257, 513, 600])

    def input(self, *shape, type="float"):
        name = f"x{len(self.inputs)}"
        self.inputs.append(f"{typed(type, shape)} {name}")
        return name

    def constant(self, *shape, low=-1.0, high=1.0):
        count = 1
        for size in shape:
            count *= size
        values = ", ".join(f"{self.rng.uniform(low, high):.4g}" for _ in range(count))
        name = f"c{len(self.constants)}"
        self.constants.append(f"float[{','.join(map(str, shape))}] {name} = {{{values}}}")
        return name

    def numbers(self, shape, values, type="int64"):
        name = f"c{len(self.constants)}"
        self.constants.append(f"{typed(type, shape)} {name} = {{{', '.join(map(str, values))}}}")
        return name

    def node(self, op, inputs, attributes="", final=True):
        name = f"{'y' if final else 't'}{len(self.nodes)}"
        self.nodes.append(f"  {name} = {op}{f'<{attributes}>' if attributes else ''}({', '.join(inputs)})")
        if final:
            self.outputs.append(name)
        return name

    def text(self):
        outputs = ", ".join(self.outputs)
        constants = f"<\n  {', '.join(self.constants)}\n>\n" if self.constants else ""
        nodes = "\n".join(self.nodes)
        return f'<ir_version: 10, opset_import: ["" : {self.opset}]>\nsweep ({", ".join(self.inputs)}) => ({outputs})\n{constants}{{\n{nodes}\n}}\n'


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
    outputs = outputs or groups * m.rng.choice([1, m.size(33 if kind == "plain" else 17)])
    x = m.input(batch(m), groups * per_group, *sizes)
    inputs = [x, m.constant(outputs, per_group, *kernel)]
    if m.rng.random() < 0.7:
        inputs.append(m.constant(outputs))
    attributes = f"strides={text(strides)}, dilations={text(dilations)}, pads={text(pads)}, group={groups}, kernel_shape={text(kernel)}"
    activation(m, m.node("Conv", inputs, attributes))


def tiled_conv(m):
    """Filters of stride 1 over images of several blocks of Winograd's tiles, some of them pooled."""
    dims = m.rng.choice([1, 2, 2, 2])
    kernel = [m.rng.choice([1, 3, 3, 3, 5]) for _ in range(dims)]
    sizes = [m.rng.randrange(k, 48) for k in kernel]
    pads = [m.rng.randrange(0, k) for k in kernel + kernel]
    channels, outputs = m.rng.randrange(4, 40), m.rng.randrange(4, 70)
    inputs = [m.input(batch(m), channels, *sizes), m.constant(outputs, channels, *kernel), m.constant(outputs)]
    text = lambda values: "[" + ",".join(map(str, values)) + "]"
    value = activation(m, m.node("Conv", inputs, f"pads={text(pads)}, kernel_shape={text(kernel)}"))
    results = [size + begin + end - k + 1 for size, begin, end, k in zip(sizes, pads, pads[dims:], kernel)]
    if min(results) >= 2 and m.rng.randrange(3) == 0:
        m.outputs.pop()
        op, twos = m.rng.choice(["MaxPool", "AveragePool"]), text([2] * dims)
        activation(m, m.node(op, [value], f"kernel_shape={twos}, strides={twos}, ceil_mode={m.rng.randrange(2)}"))


def pool(m):
    dims = m.rng.choice([1, 2, 2])
    kernel, strides, _, pads, sizes, text = spatial(m, dims)
    attributes = f"kernel_shape={text(kernel)}, strides={text(strides)}, pads={text(pads)}, ceil_mode={m.rng.randrange(2)}"
    op = m.rng.choice(["MaxPool", "AveragePool"])
    if op == "AveragePool":
        attributes += f", count_include_pad={m.rng.randrange(2)}"
    types = ["float", "float", "uint8", "int8"] if op == "MaxPool" else ["float"]
    m.node(op, [m.input(batch(m), m.size(), *sizes, type=m.rng.choice(types))], attributes)


def global_pool(m):
    m.node(m.rng.choice(["GlobalAveragePool", "GlobalMaxPool"]), [m.input(batch(m), m.size(), m.size(17), m.size(17))])


def gemm(m):
    rows, depth, columns = m.rng.choice([m.size(), "N"]), m.depth(), m.size()
    trans_a, trans_b = (0 if rows == "N" else m.rng.randrange(2)), m.rng.randrange(2)
    a = m.input(depth, rows) if trans_a else m.input(rows, depth)
    b = m.constant(columns, depth) if trans_b else m.constant(depth, columns)
    c = m.rng.choice([m.constant(columns), m.constant(1, 1), m.constant(columns)])
    activation(m, m.node("Gemm", [a, b, c], f"transA={trans_a}, transB={trans_b}, alpha={m.rng.choice(['1.0', '0.5'])}"))


def matmul(m):
    rows, depth, columns = m.size(), m.depth(), m.size()
    shape = m.rng.choice([[], [m.size(5)], [2, m.size(5)]])
    b = m.input(*shape, depth, columns) if m.rng.random() < 0.6 else m.constant(depth, columns)
    activation(m, m.node("MatMul", [m.input(*shape, rows, depth), b]))


def softmax(m):
    shape = [m.size(17) for _ in range(m.rng.randrange(1, 4))]
    m.node(m.rng.choice(["Softmax", "LogSoftmax"]), [m.input(*shape)], f"axis={m.rng.randrange(-len(shape), len(shape))}")


REDUCTIONS = ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"]


def reduce(m):
    rank = m.rng.randrange(1, 5)
    axes = sorted(m.rng.sample(range(rank), m.rng.randrange(1, rank + 1)))
    op = m.rng.choice(REDUCTIONS)
    types = ["float", "float", "double"]
    if op in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum"):
        types += ["int32", "int64", "uint32", "uint64"]
    if op in ("ReduceMax", "ReduceMin"):
        types += ["uint8", "int8"]
    x = m.input(*[m.size(17) for _ in range(rank)], type=m.rng.choice(types))
    keep = f"keepdims={m.rng.randrange(2)}"
    if m.opset < (13 if op == "ReduceSum" else 18):
        m.node(op, [x], f"axes=[{','.join(map(str, axes))}], {keep}")
    else:
        m.node(op, [x, m.numbers([len(axes)], axes)], keep)


def arg_reduce(m):
    shape = [m.size(17) for _ in range(m.rng.randrange(1, 4))]
    attributes = f"axis={m.rng.randrange(-len(shape), len(shape))}, keepdims={m.rng.randrange(2)}, select_last_index={m.rng.randrange(2)}"
    m.node(m.rng.choice(["ArgMax", "ArgMin"]), [m.input(*shape, type=m.rng.choice(["float", "int32", "uint8"]))], attributes)


def cumsum(m):
    shape = [m.size(17) for _ in range(m.rng.randrange(1, 4))]
    axis = m.numbers([], [m.rng.randrange(-len(shape), len(shape))])
    attributes = f"exclusive={m.rng.randrange(2)}, reverse={m.rng.randrange(2)}"
    m.node("CumSum", [m.input(*shape, type=m.rng.choice(["float", "double", "int64"])), axis], attributes)


def layer_normalization(m):
    shape = [m.size(17) for _ in range(m.rng.randrange(1, 4))]
    axis = m.rng.randrange(len(shape))
    inputs = [m.input(*shape), m.constant(*shape[axis:])] + ([m.constant(*shape[axis:])] if m.rng.random() < 0.5 else [])
    m.node("LayerNormalization", inputs, f"axis={axis}, epsilon=0.001")


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


FLOATS = {"float": 1, "float16": 10, "double": 11, "bfloat16": 16}
INTEGERS = {"uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "uint32": 12, "uint64": 13}
NUMBERS = {**FLOATS, **INTEGERS}
TYPES = {**NUMBERS, "bool": 9}


class Elements:
    """A random graph of elementwise operators on values of all types, every one of which broadcasts to one shape.

    A value is exact if the compiler may not round it in another way than the evaluator. Only such values may be compared,
    rounded or made integers."""

    def __init__(self, m):
        self.m = m
        self.shape = [m.rng.choice([m.size(17), m.size(5)]) for _ in range(m.rng.randrange(0, 4))]
        if m.rng.random() < 0.3:
            self.shape.insert(0, "N")
        self.values, self.used = [], set()  # (name, type, exact)

    def sizes(self):
        """The shape, or one that is stretched to it."""
        if self.m.rng.random() < 0.6:
            return self.shape
        return [1 if self.m.rng.random() < 0.4 else size for size in self.shape][self.m.rng.randrange(len(self.shape) + 1) :]

    def leaf(self, type):
        sizes = self.sizes()
        if "N" in sizes or self.m.rng.random() < 0.6:
            return self.m.input(*sizes, type=type), type, True
        count = 1
        for size in sizes:
            count *= size
        return self.m.numbers(sizes, [self.number(type) for _ in range(count)], type), type, True

    def number(self, type):
        if type == "bool":
            return self.m.rng.randrange(2)
        if type in FLOATS:
            value = self.m.rng.choice([-2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 3.0, 20.0, round(self.m.rng.uniform(-4, 4), 3)])
            # ONNX text has the bits of 16-bit floats.
            if type == "float16":
                return int.from_bytes(struct.pack("<e", value), "little")
            return int.from_bytes(struct.pack("<f", value)[2:], "little") if type == "bfloat16" else value
        width = int(type.lstrip("uint"))
        low, high = (0, 2**width - 1) if type[0] == "u" else (-(2 ** (width - 1)), 2 ** (width - 1) - 1)
        return self.m.rng.choice([low, high, high - 1, 0, 1, 2, 3, 7, low + 5, self.m.rng.randrange(low, high)])

    def take(self, type, exact=False):
        """A value of this type, new or not."""
        # The evaluator rounds 16-bit floats after every operation, the compiler at the end of a kernel.
        exact = exact or "16" in type
        known = [value for value in self.values if value[1] == type and (value[2] or not exact)]
        value = self.m.rng.choice(known) if known and self.m.rng.random() < 0.7 else self.leaf(type)
        self.used.add(value[0])
        return value

    def make(self, op, operands, type, exact, attributes=""):
        name = self.m.node(op, [operand[0] for operand in operands], attributes, final=False)
        self.values.append((name, type, exact))

    def step(self):
        pick = self.m.rng.choice
        kind = pick(["arithmetic", "arithmetic", "extreme", "compare", "where", "cast", "cast", "logic", "bits", "mod", "round", "function", "function", "activation", "quantize"])
        if kind == "arithmetic":
            type = pick(list(NUMBERS))
            self.make(pick(["Add", "Sub", "Mul", "Div"]), [self.take(type), self.take(type)], type, type in INTEGERS)
        elif kind == "extreme":
            type = pick(list(NUMBERS))
            operands = [self.take(type) for _ in range(self.m.rng.randrange(1, 4))]
            self.make(pick(["Max", "Min"]), operands, type, all(operand[2] for operand in operands))
        elif kind == "compare":
            type = pick(list(NUMBERS))
            self.make(pick(["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"]), [self.take(type, exact=True), self.take(type, exact=True)], "bool", True)
        elif kind == "where":
            type = pick(list(TYPES))
            operands = [self.take("bool"), self.take(type), self.take(type)]
            self.make("Where", operands, type, operands[1][2] and operands[2][2])
        elif kind == "cast":
            source, to = pick(list(TYPES)), pick(list(TYPES))
            operand = self.take(source, exact=to not in FLOATS)
            self.make("Cast", [operand], to, operand[2], f"to={TYPES[to]}")
        elif kind == "logic":
            op = pick(["And", "Or", "Xor", "Not"])
            self.make(op, [self.take("bool") for _ in range(1 if op == "Not" else 2)], "bool", True)
        elif kind == "bits":
            type = pick(list(INTEGERS))
            ops = ["BitwiseAnd", "BitwiseOr", "BitwiseXor"] if self.m.opset >= 18 else []
            op = pick(ops + (["BitShift"] if type[0] == "u" else []) or ["Abs"])
            attributes = f'direction="{pick(["LEFT", "RIGHT"])}"' if op == "BitShift" else ""
            self.make(op, [self.take(type) for _ in range(1 if op == "Abs" else 2)], type, True, attributes)
        elif kind == "mod":
            type = pick(list(NUMBERS))
            self.make("Mod", [self.take(type, exact=True), self.take(type, exact=True)], type, type in INTEGERS, f"fmod={1 if type in FLOATS else self.m.rng.randrange(2)}")
        elif kind == "round":
            type = pick(list(FLOATS))
            self.make(pick(["Round", "Floor", "Ceil", "Sign"]), [self.take(type, exact=True)], type, True)
        elif kind == "function":
            type = pick(list(FLOATS))
            ops = ["Exp", "Tanh", "Sigmoid", "Erf", "Sin", "Cos", "Atan", "Sinh", "Asinh", "Abs", "Neg", "Relu"]
            self.make(pick(ops), [self.take(type)], type, False)
        elif kind == "activation":
            type = pick(list(FLOATS))
            ops = ["Elu", "Selu", "LeakyRelu", "HardSigmoid", "HardSwish", "Softplus", "Softsign"]
            ops += ["Mish", "Gelu", "Swish"] if self.m.opset >= 24 else []
            self.make(pick(ops), [self.take(type)], type, False)
        else:
            scale = self.m.numbers([], [pick([0.25, 0.5, 0.125])], "float")
            zero, type = self.take_number(pick(["int8", "uint8"]))
            self.make("QuantizeLinear", [self.take("float", exact=True), (scale,), (zero,)], type, True)

    def take_number(self, type):
        return self.m.numbers([], [self.m.rng.randrange(100)], type), type


def elements(m):
    graph = Elements(m)
    for _ in range(m.rng.randrange(1, 9)):
        graph.step()
    m.outputs += [name for name, _, _ in graph.values if name not in graph.used]


def normalization(m):
    channels = m.size()
    stats = [m.constant(channels, low=0.5, high=1.5) for _ in range(4)]
    x = m.input(batch(m), channels, m.size(13), m.size(13))
    if m.rng.random() < 0.5:
        x = m.node("Conv", [x, m.constant(channels, channels, 1, 1)], final=False)
    activation(m, m.node("BatchNormalization", [x, *stats]))


def recurrent(m):
    """Cells of all sizes: those whose steps are worth several threads, and others; sequences of one length or of many."""
    op, gates = m.rng.choice([("LSTM", 4), ("LSTM", 4), ("GRU", 3), ("RNN", 1)])
    hidden = m.rng.choice([m.size(17), 16, 32, 48, 80, 112, 144])
    sequences, steps, features = m.rng.choice([1, 1, 2, 3, 5, 7, 18, "N"]), m.rng.randrange(1, 7), m.size(8)
    directions = m.rng.choice([1, 1, 2])
    scale = hidden**-0.5
    weights = lambda columns: m.constant(directions, gates * hidden, columns, low=-scale, high=scale)
    product = m.input(directions, gates * hidden, hidden) if m.rng.random() < 0.1 else weights(hidden)
    inputs = [m.input(steps, sequences, features), weights(features), product]
    inputs.append(m.constant(directions, 2 * gates * hidden) if m.rng.random() < 0.7 else "")
    has_lengths = sequences != "N" and m.rng.random() < 0.3
    inputs.append(m.numbers([sequences], [m.rng.randrange(steps + 1) for _ in range(sequences)], "int32") if has_lengths else "")
    states = 2 if op == "LSTM" else 1
    if m.rng.random() < 0.5:
        inputs += [m.input(directions, sequences, hidden) for _ in range(states)]
        if op == "LSTM" and m.rng.random() < 0.5:
            inputs.append(m.constant(directions, 3 * hidden))
    direction = "bidirectional" if directions == 2 else m.rng.choice(["forward", "reverse"])
    attributes = f'hidden_size={hidden}, direction="{direction}"'
    if op == "GRU":
        attributes += f", linear_before_reset={m.rng.randrange(2)}"
    if op == "LSTM":
        attributes += f", input_forget={m.rng.choice([0, 0, 1])}"
    if m.rng.random() < 0.2:
        attributes += ", clip=0.75"
    name = m.node(op, inputs, attributes)
    extra = [f"{name}_{i}" for i in range(states)]
    m.nodes[-1] = m.nodes[-1].replace(f"{name} =", f"{name}, {', '.join(extra)} =")
    m.outputs += extra


FAMILIES = [conv, conv, conv, tiled_conv, pool, global_pool, gemm, matmul, softmax, reduce, reduce, arg_reduce, cumsum, layer_normalization, transpose, concat, binary, unary, elements, elements, normalization, recurrent]


def main():
    parser = argparse.ArgumentParser(description="Compares random kernels with the evaluator.")
    parser.add_argument("margay")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--models", type=int, default=8)
    parser.add_argument("--nodes", type=int, default=12)
    parser.add_argument("--only", choices=sorted({family.__name__ for family in FAMILIES}), help="one family alone")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    options.folder.mkdir(parents=True, exist_ok=True)
    rng, failed = random.Random(options.seed), 0
    families = [family for family in FAMILIES if options.only in (None, family.__name__)]
    for number in range(options.models):
        model = Model(rng)
        for _ in range(options.nodes):
            rng.choice(families)(model)
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
