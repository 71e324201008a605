# ===- bombs.py - small models that mean something enormous or endless ----=== #
#
# usage: bombs.py MARGAY FOLDER [CASE]
#
# Models of a few lines that ask for terabytes, never end, nest thousands deep, or reach for files that are not theirs.
# Each must be refused with the exit code and sentence of hostile.py, within its limits of time and memory. Of a few it is
# no matter whether they are refused, as long as they are dealt with in the same limits.
#
# ===---------------------------------------------------------------------=== #

import concurrent.futures
import os
import pathlib
import struct
import sys

from hostile import judge, message, model, number, node, value

HUGE = (1 << 63) - 1
OPSETS = '<ir_version: 8, opset_import: ["" : 17, "f" : 1]>\n'


def text(body, inputs="float[2] x", outputs="float[K] y", functions="", initializers=""):
    """A model as ONNX text, with one node on each line of its body."""
    weights = f" <{initializers}>" if initializers else ""
    return f"{OPSETS}g ({inputs}) => ({outputs}){weights} {{\n{body}\n}}\n{functions}".encode()


def integers(name, *values):
    return f"{name} = Constant <value_ints = [{', '.join(map(str, values))}]> ()\n"


def chain(count, line, last="y"):
    """A node that takes its predecessor's result, `count` times; in `line`, {a} comes in and {b} goes out."""
    names = ["x"] + [f"v{i}" for i in range(1, count)] + [last]
    return "\n".join(line.format(a=a, b=b, i=i) for i, (a, b) in enumerate(zip(names, names[1:])))


def sizes():
    """Results too large for any memory."""
    scalar = "Constant <value = {} {{{}}}> ()\n".format
    for name, dims in [("terabytes", (1 << 20, 1 << 20)), ("overflow", (1 << 40, 1 << 40)), ("max", (HUGE,))]:
        shape, out = integers("s", *dims), "float[A] y" if len(dims) == 1 else "float[A, B] y"
        yield f"constant-of-shape-{name}", text(shape + "[bomb] c = ConstantOfShape (s)\ny = Relu (c)", outputs=out)
        yield f"expand-{name}", text(shape + "[bomb] c = Expand (x, s)\ny = Relu (c)", "float[1] x", out)
        yield f"reshape-{name}", text(shape + "[bomb] c = Reshape (x, s)\ny = Relu (c)", outputs=out)
        yield f"input-{name}", text("[bomb] y = Relu (x)", f"float[{', '.join(map(str, dims))}] x")
    yield "constant-of-shape-negative", text(integers("s", -4) + "[bomb] c = ConstantOfShape (s)\ny = Relu (c)")
    yield "constant-of-constant", text(
        integers("s", 1 << 33) + "[bomb] c = ConstantOfShape (s)\nd = ConstantOfShape (c)\ny = Relu (d)"
    )
    yield "expand-negative", text(integers("s", -3, 2) + "[bomb] c = Expand (x, s)\ny = Relu (c)")
    yield "reshape-negative", text(integers("s", -2, -1) + "[bomb] y = Reshape (x, s)")
    yield "tile", text(integers("s", 1 << 45) + "[bomb] c = Tile (x, s)\ny = Relu (c)")
    yield "tile-overflow", text(integers("s", HUGE) + "[bomb] c = Tile (x, s)\ny = Relu (c)")
    yield "tile-negative", text(integers("s", -1) + "[bomb] c = Tile (x, s)\ny = Relu (c)")
    yield "tile-constant", text(integers("c", 1, 2) + integers("s", 1 << 40) + "[bomb] d = Tile (c, s)\ny = Cast <to = 1> (d)")
    for name, values in [("long", (0, 1 << 45, 1)), ("still", (0, 9, 0)), ("overflow", (-HUGE, HUGE, 1))]:
        body = "".join(f"{v} = {scalar('int64', n)}" for v, n in zip("abc", values))
        yield f"range-{name}", text(body + "[bomb] d = Range (a, b, c)\ny = Cast <to = 1> (d)")
    for name, values in [("tiny-steps", ("0.0", "1.0", "1e-30")), ("infinite", ("0.0", "3e38", "1.0")), ("nan", ("0.0", "nan", "1.0"))]:
        body = "".join(f"{v} = {scalar('float', n)}" for v, n in zip("abc", values))
        yield f"range-{name}", text(body + "[bomb] y = Range (a, b, c)")
    for name, pads in [("long", (0, 1 << 45)), ("overflow", (HUGE, HUGE)), ("negative", (-HUGE, -HUGE)), ("minimum", (-HUGE - 1, 1))]:
        for mode in ["constant", "edge", "reflect"]:
            yield f"pad-{name}-{mode}", text(integers("p", *pads) + f'[bomb] c = Pad <mode = "{mode}"> (x, p)\ny = Relu (c)')
    yield "one-hot", text(
        "d = " + scalar("int64", 1 << 45) + "[bomb] y = OneHot (i, d, x)", "int64[2] i, float[2] x", "float[A, B] y"
    )
    yield "resize", text(
        "s = Constant <value_floats = [1e15]> ()\n" + '[bomb] y = Resize <mode = "nearest"> (x, , s)'
    )
    yield "resize-infinite", text("s = Constant <value_floats = [3e38]> ()\n" + "[bomb] y = Resize (x, , s)")
    yield "resize-negative", text("s = Constant <value_floats = [-2.0]> ()\n" + "[bomb] y = Resize (x, , s)")
    yield "resize-to", text(integers("s", HUGE) + "[bomb] y = Resize (x, , , s)")
    yield "depth-to-space", text(f"[bomb] y = DepthToSpace <blocksize = {1 << 32}> (x)", "float[1, 4, 2, 2] x", "float[A, B, C, D] y")
    yield "space-to-depth", text(f"[bomb] y = SpaceToDepth <blocksize = {1 << 32}> (x)", "float[1, 4, 2, 2] x", "float[A, B, C, D] y")
    yield "depth-to-space-none", text("[bomb] y = DepthToSpace <blocksize = 0> (x)", "float[1, 4, 2, 2] x", "float[A, B, C, D] y")
    yield "top-k", text(integers("k", HUGE) + "[bomb] y, i = TopK (x, k)")
    yield "top-k-negative", text(integers("k", -5) + "[bomb] y, i = TopK (x, k)")
    yield "eye-like", text("[bomb] y = EyeLike <k = 9223372036854775807> (x)", "float[2, 2] x", "float[A, B] y")
    yield "flatten-axis", text(f"[bomb] y = Flatten <axis = {HUGE}> (x)", outputs="float[A, B] y")
    yield "slice-minimum", text(integers("a", -HUGE - 1) + integers("s", -HUGE - 1) + "[bomb] c = Slice (x, a, a, a, s)\ny = Relu (c)")
    for name, line in {
        "constant-of-shape": integers("s", 1 << 31) + "c = ConstantOfShape (s)",
        "range": integers("n", 1 << 31) + "m = Squeeze (n)\nz = Constant <value = int64 {0}> ()\no = Constant <value = int64 {1}> ()\nr = Range (z, m, o)\nc = Cast <to = 1> (r)",
        "tile": integers("d", 1, 2) + integers("s", 1 << 30) + "e = Tile (d, s)\nc = Cast <to = 1> (e)",
        "products": integers("s", 5000, 5000) + "p = ConstantOfShape <value = float[1] {1}> (s)\n"
        + "\n".join(f"p{i} = MatMul (p{i - 1 if i else ''}, p)" for i in range(20)) + "\na = Constant <value_ints = [-1]> ()\nc = Reshape (p19, a)",
    }.items():
        yield f"gigabytes-{name}", text(line + "\n[bomb] y = Mul (c, x)", "float[1] x")
    yield "gather-far", text(integers("i", 1 << 60) + "[bomb] c = Gather (x, i)\ny = Relu (c)")
    yield "concat-doubles", text(chain(70, "[bomb{i}] {b} = Concat <axis = 0> ({a}, {a})"))
    yield "tile-doubles", text(integers("s", 2) + chain(70, "[bomb{i}] {b} = Tile ({a}, s)"))
    yield "outer-products", text(
        integers("a", -1, 1) + integers("b", 1, -1)
        + chain(8, "p{i} = Reshape ({a}, a)\nq{i} = Reshape ({a}, b)\n[bomb{i}] m{i} = Mul (p{i}, q{i})\n{b} = Flatten <axis = 0> (m{i})"),
        outputs="float[A, B] y",
    )
    yield "many-outputs", text(f"[bomb] {', '.join(f'y{i}' for i in range(20000))} = Split (x)", outputs="float[K] y0")
    yield "split-negative", text(integers("s", -1, 3) + "[bomb] y, z = Split (x, s)")
    yield "split-overflow", text(integers("s", HUGE, HUGE, 4) + "[bomb] y, z, w = Split (x, s)")


def windows():
    """Convolutions and pools whose numbers overflow."""
    image, out = "float[1, 2, 4, 4] x, float[2, 2, 3, 3] w", "float[A, B, C, D] y"
    for name, attributes in {
        "pads": f"pads = [{HUGE}, {HUGE}, {HUGE}, {HUGE}]",
        "pads-negative": "pads = [-9, -9, -9, -9]",
        "strides-none": "strides = [0, 0]",
        "strides-negative": "strides = [-1, -1]",
        "dilations": f"dilations = [{HUGE}, {HUGE}]",
        "dilations-none": "dilations = [0, 0]",
        "group": f"group = {HUGE}",
        "group-none": "group = 0",
        "kernel": f"kernel_shape = [{HUGE}, {HUGE}]",
    }.items():
        yield f"conv-{name}", text(f"[bomb] y = Conv <{attributes}> (x, w)", image, out)
        yield f"conv-transpose-{name}", text(f"[bomb] y = ConvTranspose <{attributes}> (x, w)", image, out)
        shape = "" if name == "kernel" else "kernel_shape = [3, 3], "
        if not name.startswith("group"):
            yield f"max-pool-{name}", text(f"[bomb] y = MaxPool <{shape}{attributes}> (x)", "float[1, 2, 4, 4] x", out)
    yield "average-pool", text(f"[bomb] y = AveragePool <kernel_shape = [{1 << 32}, {1 << 32}], pads = [{1 << 31}, {1 << 31}, {1 << 31}, {1 << 31}]> (x)", "float[1, 2, 4, 4] x", out)
    yield "conv-transpose-strides", text(f"[bomb] y = ConvTranspose <strides = [{HUGE}, {HUGE}]> (x, w)", image, out)
    yield "conv-transpose-long", text(f"[bomb] y = ConvTranspose <strides = [{1 << 30}, {1 << 30}]> (x, w)", image, out)
    yield "conv-transpose-shape", text(f"[bomb] y = ConvTranspose <output_shape = [{HUGE}, {HUGE}]> (x, w)", image, out)
    yield "conv-transpose-padding", text(f"[bomb] y = ConvTranspose <output_padding = [{HUGE}, {HUGE}]> (x, w)", image, out)


def ranks():
    """Thousands of dimensions, and expressions of dimensions that grow exponentially."""
    yield "rank", text("[bomb] y = Relu (x)", f"float[{', '.join(['2'] * 5000)}] x")
    ones = ", ".join(["1"] * 5000)
    yield "rank-of-ones", text("[bomb] y = Relu (x)", f"float[{ones}] x", f"float[{ones}] y")
    yield "unsqueeze", text(integers("a", *range(5000)) + "[bomb] c = Unsqueeze (x, a)\ny = Relu (c)", outputs=f"float[{', '.join(['1'] * 5000)}, 2] y")
    yield "unsqueeze-far", text(integers("a", HUGE, -HUGE) + "[bomb] c = Unsqueeze (x, a)\ny = Relu (c)")
    yield "transpose-far", text(f"[bomb] y = Transpose <perm = [{HUGE}]> (x)")
    yield "permutation", text(f"[bomb] y = Transpose <perm = [{', '.join(map(str, range(20000)))}]> (x)")
    letters = [f"A{i}" for i in range(40)]
    sums = "float[" + ", ".join(letters) + "] x, float[" + ", ".join(f"B{i}" for i in range(40)) + "] z"
    parts = "\n".join(f"a{i} = Shape <start = {i}, end = {i + 1}> (x)\nb{i} = Shape <start = {i}, end = {i + 1}> (z)\nd{i} = Add (a{i}, b{i})" for i in range(40))
    shape = f"s = Concat <axis = 0> ({', '.join(f'd{i}' for i in range(40))})\n"
    yield "product-of-sums", text(parts + "\n" + shape + "[bomb] c = ConstantOfShape (s)\ny = Flatten <axis = 0> (c)", sums, "float[P, Q] y")
    squares = "a = Shape (x)\nb = Shape (z)\nd0 = Add (a, b)\n" + "\n".join(f"[bomb{i}] d{i + 1} = Mul (d{i}, d{i})" for i in range(60))
    yield "squares-of-sums", text(squares + "\ny = ConstantOfShape (d60)", "float[N] x, float[M] z")
    halves = chain(400, "[bomb{i}] {b} = MaxPool <kernel_shape = [2], strides = [2], pads = [1, 1]> ({a})")
    yield "halves", text(halves, "float[1, 2, N] x", "float[A, B, C] y")


def nesting():
    """Depth: graphs in graphs, functions that call each other, and parentheses."""
    for depth in [200, 3000]:
        body = "y = If (c) <then_branch = t () => (r0) { "
        for i in range(depth):
            body += f"r{i} = If (c) <then_branch = t () => (r{i + 1}) {{ "
        body += f"r{depth} = Relu (x) "
        body += f"}}, else_branch = e () => (q) {{ q = Relu (x) }}> " * (depth + 1)
        yield f"if-{depth}", text(body, "float[2] x, bool c")
        loops = ""
        for i in range(depth):
            loops += f"r{i} = Loop (n, c, x) <body = b (int64 i{i}, bool c{i}, float[2] s{i}) => (bool c{i}, float[2] r{i + 1}) {{ "
        loops += f"r{depth} = Relu (x) " + "}> " * depth + "\ny = Relu (r0)"
        yield f"loop-{depth}", text(loops, "float[2] x, int64 n, bool c")
    loops, inner = "", "r9 = Add (s8, x) "
    for i in reversed(range(9)):
        inner = f"r{i} = Loop (n, c, x) <body = b (int64 i{i}, bool c{i}, float[2] s{i}) => (bool c{i}, float[2] r{i + 1}) {{ {inner} }}> "
    known = "n = Constant <value = int64 {1000}> ()\nc = Constant <value = bool {1}> ()\n"
    yield "loops-unrolled", text(known + "[bomb] " + inner + "\ny = Relu (r0)")
    grow = "[bomb] y = Loop (n, c, x) <body = b (int64 i, bool g, float[A] s) => (bool g, float[B] r) { [bomb2] r = Concat <axis = 0> (s, s) }>"
    yield "loop-doubles", text(known.replace("1000", "60") + grow)
    endless = grow.replace("[bomb2] r = Concat <axis = 0> (s, s)", "[bomb2] r = Concat <axis = 0> (s, x)")
    yield "loop-endless", text(known.replace("1000", str(HUGE)) + endless)
    slices = "[bomb] z, y = Loop (n, c, x) <body = b (int64 i, bool g, float[2] s) => (bool g, float[2] r, float[2] q) { r = Relu (s) q = Relu (s) }>"
    yield "loop-slices", text(known.replace("1000", str(HUGE)) + slices, outputs="float[A, B] y")
    call = "{0}{1} (x) => (y) {{ a = f.{0}{2} (x) y = f.{0}{2} (a) }}\n"
    functions = "".join('<domain: "f", opset_import: ["" : 17, "f" : 1]>\n' + call.format("F", i, i + 1) for i in range(60))
    functions += '<domain: "f", opset_import: ["" : 17]>\nF60 (x) => (y) { y = Relu (x) }\n'
    yield "calls-double", text("[bomb] y = f.F0 (x)", functions=functions)
    functions = '<domain: "f", opset_import: ["" : 17, "f" : 1]>\n'
    yield "recursion", text("[bomb] y = f.F (x)", functions=functions + "F (x) => (y) { [bomb2] y = f.F (x) }")
    yield "recursion-unused", text("[bomb] y = Relu (x)", functions=functions + "F (x) => (y) { y = f.F (x) }")
    mutual = functions + "F (x) => (y) { y = f.G (x) }\n" + functions + "G (x) => (y) { y = f.H (x) }\n" + functions + "H (x) => (y) { y = f.F (x) }"
    yield "recursion-mutual", text("[bomb] y = f.F (x)", functions=mutual)
    branch = "F (x) => (y) { c = Constant <value = bool {1}> () y = If (c) <then_branch = t () => (r) { r = f.F (x) }, else_branch = e () => (q) { q = Relu (x) }> }"
    yield "recursion-in-branch", text("[bomb] y = f.F (x)", functions=functions + branch)
    chain_of = "".join(f'<domain: "f", opset_import: ["" : 17, "f" : 1]>\nF{i} (x) => (y) {{ y = f.F{i + 1} (x) }}\n' for i in range(5000))
    yield "calls-deep", text("[bomb] y = f.F0 (x)", functions=chain_of + '<domain: "f", opset_import: ["" : 17]>\nF5000 (x) => (y) { y = Relu (x) }\n')
    cycle = "y = If (c) <then_branch = t () => (r) { [bomb] r = Add (x, s) [bomb2] s = Relu (r) }, else_branch = e () => (q) { q = Relu (x) }>"
    yield "cycle-in-branch", text(cycle, "float[2] x, bool c")
    outer = "[bomb] y = If (c) <then_branch = t () => (r) { r = Relu (z) }, else_branch = e () => (q) { q = Relu (x) }>\n[bomb2] z = Relu (y)"
    yield "cycle-through-branch", text(outer, "float[2] x, bool c")
    inward = "y = If (c) <then_branch = t () => (r) { r = Relu (x) }, else_branch = e () => (q) { q = Relu (x) }>\n[bomb] z = Relu (r)"
    yield "looks-into-branch", text(inward, "float[2] x, bool c", "float[K] z")
    for name, opening, closing in [("sequences", "seq(", ")"), ("optionals", "optional(", ")")]:
        yield f"type-{name}", text("y = Relu (x)", f"{opening * 50000}float[2]{closing * 50000} x")
    yield "parentheses", text("y = Relu " + "(" * 100000)
    yield "angles", text("y = Relu <a = " * 100000)
    yield "digits", text("y = Relu <a = " + "9" * 100000 + "> (x)")
    yield "exponent", text("y = LeakyRelu <alpha = 1e" + "9" * 1000 + "> (x)")
    deep = message(1, number(1, 1))
    for _ in range(5000):
        deep = message(4, message(1, deep))
    yield "binary-type", model([node("Relu", ["x"], ["y"])]) + message(7, message(11, message(1, "z"), message(2, deep)))


def names():
    """One name for two things."""
    yield "output-is-input", text("[bomb] x = Relu (x)\ny = Relu (x)")
    yield "output-is-weight", text("[bomb] w = Relu (x)\ny = Relu (w)", initializers="float[2] w = {1, 2}")
    yield "outputs-twice", text("[bomb] y, y = Split (x)")
    yield "inputs-twice", text("[bomb] y = Relu (x)", "float[2] x, float[2] x")
    yield "attributes-twice", text("[bomb] y = LeakyRelu <alpha = 1.0, alpha = 2.0> (x)")
    yield "branch-shadows", text(
        "[bomb] y = If (c) <then_branch = t () => (r) { [bomb2] x = Relu (z) r = Relu (x) }, else_branch = e () => (q) { q = Relu (x) }>\nz = Relu (x)",
        "float[2] x, bool c",
    )
    function = '<domain: "f", opset_import: ["" : 17]>\nF (x) => (y) { y = Relu (x) }\n'
    yield "functions-twice", text("[bomb] y = f.F (x)", functions=function * 2)
    yield "function-inputs-twice", text("[bomb] y = f.F (x, x)", functions=function.replace("(x) =>", "(x, x) =>"))


def weight(dims, dtype, raw=None, extra=b""):
    """An initializer 'w' of any type, which one node looks at."""
    tensor = b"".join(number(1, d) for d in dims) + number(2, dtype) + message(8, "w") + extra
    tensor += message(9, raw) if raw is not None else b""
    graph = node("Shape", ["w"], ["y"]) + message(2, "g") + message(5, tensor) + message(12, *value("y", [len(dims)], 7))
    return number(1, 10) + message(7, graph) + message(8, message(1, ""), number(2, 21))


def data():
    """Elements that do not fit their dimensions."""
    types = {"float": 1, "uint8": 2, "int8": 3, "int64": 7, "bool": 9, "half": 10, "double": 11, "complex": 14, "int4": 22}
    widths = {"float": 4, "uint8": 1, "int8": 1, "int64": 8, "bool": 1, "half": 2, "double": 8, "complex": 8, "int4": 0.5}
    for name, dtype in types.items():
        right = int(widths[name] * 6)
        for length in {0, right - 1, right + 1}:
            yield f"raw-{name}-{length}", weight([2, 3], dtype, bytes(length))
    yield "raw-strings", weight([2], 8, b"ab")
    yield "no-data", weight([2, 3], 1)
    yield "floats-too-few", weight([2, 3], 1, extra=message(4, struct.pack("<2f", 1, 2)))
    yield "floats-of-integers", weight([2], 7, extra=message(4, struct.pack("<2f", 1, 2)))
    yield "floats-and-raw", weight([2], 1, bytes(8), message(4, struct.pack("<2f", 1, 2)))
    yield "type-none", weight([2], 0, bytes(8))
    yield "type-unknown", weight([2], 1 << 20, bytes(8))
    yield "dims-negative", weight([-1, -8], 1, bytes(32))
    yield "dims-overflow", weight([1 << 62, 4], 1, b"")
    yield "dims-overflow-to-right", weight([1 << 32, 1 << 32, 2], 1, bytes(8))
    yield "dims-many", weight([1] * 100000 + [2], 1, bytes(4))


def external(location, dims=(2,), **entries):
    entries = {"location": location} | entries
    pairs = b"".join(message(13, message(1, key), message(2, text)) for key, text in entries.items())
    tensor = b"".join(number(1, d) for d in dims) + number(2, 1) + message(8, "w") + pairs + number(14, 1)
    graph = node("Add", ["x", "w"], ["y"]) + message(2, "g") + message(5, tensor)
    graph += message(11, *value("x", dims)) + message(12, *value("y", dims))
    return number(1, 8) + message(7, graph) + message(8, message(1, ""), number(2, 17))


def files(folder):
    """Weights in files outside the model's folder, in none, or in ones without an end."""
    outside = folder.parent / f"{folder.name}-outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret.bin").write_bytes(bytes(64))
    (folder / "inside").mkdir(exist_ok=True)
    (folder / "short.bin").write_bytes(bytes(7))
    links = {"link.bin": outside / "secret.bin", "link": outside, "zero.bin": "/dev/zero", "loop.bin": "loop.bin", "up": ".."}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.bin")
    with open(folder / "sparse.bin", "wb") as file:
        file.truncate(1 << 40)
    up = f"../{outside.name}/secret.bin"
    yield "file-above", external(up)
    yield "file-above-later", external(f"inside/../{up}")
    yield "file-above-dotted", external(f"./{up}")
    yield "file-absolute", external(str(outside / "secret.bin"))
    yield "file-absolute-inside", external(str(folder / "short.bin"))
    yield "file-linked", external("link.bin")
    yield "file-in-linked-folder", external("link/secret.bin")
    yield "file-in-linked-parent", external(f"up/{outside.name}/secret.bin")
    yield "file-backslashes", external(up.replace("/", "\\"))
    yield "file-nul", external("short.bin\0x")
    yield "file-long", external("a/" * 100000)
    yield "file-endless", external("zero.bin")
    yield "file-link-loop", external("loop.bin")
    yield "file-pipe", external("pipe.bin")
    yield "file-folder", external("inside")
    yield "file-unnamed", external("")
    yield "file-absent", external("nowhere.bin")
    yield "file-short", external("short.bin")
    yield "file-offset-far", external("short.bin", offset=str((1 << 64) - 4))
    yield "file-offset-negative", external("short.bin", offset="-4")
    yield "file-offset-beyond-numbers", external("short.bin", offset="9" * 50)
    yield "file-length-wrong", external("short.bin", length="4")
    yield "file-length-far", external("short.bin", length=str((1 << 64) - 1))
    yield "file-dims-overflow", external("short.bin", (1 << 62, 1 << 62))
    yield "file-terabyte", external("sparse.bin", (1 << 38,))


# No node is at fault, or all of a name are.
WITHOUT_A_NODE = (
    "input rank type parentheses angles digits exponent binary-type inputs-twice recursion functions-twice"
    " function-inputs-twice raw no-data floats dims file if loop-200 loop-3000"
).split()
# What a compiler may as well do, as long as it stays within the limits.
HARMLESS = "halves branch-shadows conv-transpose-pads-negative eye-like gigabytes-constant-of-shape gigabytes-range gigabytes-tile gigabytes-products".split()
# A file that is not there, or cannot be read, is nobody's fault.
UNREADABLE = "file-absent file-backslashes file-folder file-pipe file-link-loop file-long".split()


def main():
    margay, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True)
    cases = [case for group in (sizes(), windows(), ranks(), nesting(), names(), data(), files(folder)) for case in group]
    if len(sys.argv) > 3:
        cases = [case for case in cases if case[0] == sys.argv[3]]
    paths = []
    for name, contents in cases:
        paths.append(folder / (name + (".onnxtxt" if contents.startswith(OPSETS.encode()) else ".onnx")))
        assert not paths[-1].exists(), f"two cases are called {name}"
        paths[-1].write_bytes(contents)

    def verdict(path):
        names_node = not any(path.stem.startswith(prefix) for prefix in WITHOUT_A_NODE)
        codes = (7,) if path.stem in UNREADABLE else (3, 4, 6)
        return judge(margay, path, path.stem in HARMLESS, codes, names_node)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failed = [(path.name, said) for path, said in zip(paths, pool.map(verdict, paths)) if said]
    for name, said in failed:
        print(f"{name}: {said}")
    print(f"{len(paths)} models, {len(failed)} judged wrongly")
    sys.exit(1 if failed or not paths else 0)


if __name__ == "__main__":
    main()
