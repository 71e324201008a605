# ===- blocks.py - what random graphs are built of ------------------------=== #
#
# Each function adds an operator or a usual group of operators to a graph, on one of its values, if it finds one that
# fits. Among them are all groups that the compiler fuses or recognises, and near misses of those. Weights are scaled so
# that values stay around 1, whatever comes after whatever.
#
# ===---------------------------------------------------------------------=== #

SIZES = [1, 1, 2, 3, 4, 7, 8, 16, 17, 31]


def size(g, limit=31):
    return g.rng.choice([size for size in SIZES if size <= limit])


def known(*sizes):
    return all(isinstance(size, int) for size in sizes)


def count(shape):
    total = 1
    for size in shape:
        total *= size if isinstance(size, int) else 4
    return total


def pick(g, fits, make=None):
    """A value that fits: mostly a recent one. Else a new input."""
    found = [value for value in g.values if fits(value)]
    if found and g.rng.random() < 0.9:
        return g.rng.choice(found[-4:] if g.rng.random() < 0.7 else found)
    return make() if make else (g.rng.choice(found) if found else None)


def image(g):
    sizes = (g.symbols.get("H", size(g, 17)), g.symbols.get("W", size(g, 17)))
    return pick(g, lambda v: v.rank == 4 and known(v.shape[1]), lambda: g.input(g.batch, size(g, 17), *sizes))


def sequence(g):
    return pick(g, lambda v: v.rank == 3 and known(v.shape[2]), lambda: g.input(g.batch, g.symbols.get("T", size(g, 17)), size(g)))


def matrix(g):
    return pick(g, lambda v: v.rank == 2 and known(v.shape[1]), lambda: g.input(g.batch, size(g)))


def anything(g):
    return pick(g, lambda v: True) or matrix(g)


def still(g, value):
    """The exact value itself or nothing."""
    return value if value and value.exact else None


# Elementwise ----------------------------------------------------------------------------------------------------------


def unary(g):
    x = anything(g)
    op = g.rng.choice(["Relu", "Sigmoid", "Tanh", "Abs", "Neg", "Erf", "Softplus", "Softsign", "Elu", "LeakyRelu", "HardSigmoid", "Sin", "Cos"])
    g.node(op, [x], x.shape, exact=x.exact and op in ("Relu", "Abs", "Neg"))


def clip(g):
    x = anything(g)
    low, high = g.scalar(g.rng.choice([-0.5, 0])), g.scalar(g.rng.choice([0.5, 1, 6]))
    g.node("Clip", [x, low, high], x.shape, exact=x.exact)


def binary(g):
    a = anything(g)
    others = [v for v in g.values if v.shape == a.shape]
    op = g.rng.choice(["Add", "Sub", "Mul", "Max", "Min"])
    if g.rng.random() < 0.5:
        b = g.rng.choice(others)
    else:
        sizes = [1 if g.rng.random() < 0.5 or not known(s) else s for s in a.shape][g.rng.randrange(a.rank + 1) :]
        b = g.weights(*sizes) if count(sizes) < 3000 else g.scalar(0.75)
    operands = [a, b] if g.rng.random() < 0.6 else [b, a]
    y = g.node(op, operands, a.shape, exact=a.exact and op in ("Max", "Min") and getattr(b, "exact", False), keep=False)
    calm(g, y)


def stretched(g):
    """Two values that are stretched to each other's shape."""
    a = pick(g, lambda v: 2 <= v.rank <= 4 and known(*v.shape[1:]))
    if not a:
        return
    low = reduce_node(g, "ReduceMean", a, [g.rng.randrange(1, a.rank)], True, keep=False)
    calm(g, g.node(g.rng.choice(["Add", "Sub", "Mul"]), [a, low], a.shape, keep=False))


def calm(g, value):
    """Products and sums grow; what is compared stays around 1."""
    if g.rng.random() < 0.5:
        return g.node("Mul", [value, g.scalar(0.5)], value.shape)
    return g.remember(value) if g.rng.random() < 0.5 else g.node("Tanh", [value], value.shape)


def divide(g):
    a = anything(g)
    below = g.node("Add", [g.node("Abs", [a], a.shape, keep=False), g.scalar(0.5)], a.shape, keep=False)
    g.node("Div", [g.rng.choice([v for v in g.values if v.shape == a.shape]), below], a.shape)


def silu(g):
    x = anything(g)
    gate = g.node("Sigmoid", [x if g.rng.random() < 0.7 else anything_like(g, x)], x.shape, keep=g.rng.random() < 0.2)
    g.node("Mul", [x, gate] if g.rng.random() < 0.5 else [gate, x], x.shape)


def anything_like(g, x):
    return g.rng.choice([v for v in g.values if v.shape == x.shape] or [x])


def hard_swish(g):
    x = anything(g)
    three, six = g.rng.choice([3, 3, 3, 2.5]), g.rng.choice([6, 6, 6, 5])
    moved = g.node("Add", [x, g.scalar(three)], x.shape, keep=False)
    cut = g.node("Clip", [moved, g.scalar(0), g.scalar(6)], x.shape, keep=False)
    if g.rng.random() < 0.5:
        g.node("Div", [g.node("Mul", [x, cut], x.shape, keep=False), g.scalar(six)], x.shape)
    else:
        g.node("Mul", [x, g.node("Div", [cut, g.scalar(six)], x.shape, keep=False)], x.shape)


def gelu(g):
    x = anything(g)
    root = g.rng.choice([1.4142135, 1.4142135, 1.4142135, 1.5])
    erf = g.node("Erf", [g.node("Div", [x, g.scalar(root)], x.shape, keep=False)], x.shape, keep=False)
    one = g.node("Add", [erf, g.scalar(1)], x.shape, keep=g.rng.random() < 0.1)
    if g.rng.random() < 0.5:
        g.node("Mul", [g.node("Mul", [x, one], x.shape, keep=False), g.scalar(0.5)], x.shape)
    else:
        g.node("Mul", [g.node("Mul", [x, g.scalar(0.5)], x.shape, keep=False), one], x.shape)


def gelu_tanh(g):
    x = anything(g)
    cube = g.node("Mul", [g.node("Mul", [x, x], x.shape, keep=False), x], x.shape, keep=False)
    inner = g.node("Add", [x, g.node("Mul", [cube, g.scalar(0.044715)], x.shape, keep=False)], x.shape, keep=False)
    tanh = g.node("Tanh", [g.node("Mul", [inner, g.scalar(0.7978846)], x.shape, keep=False)], x.shape, keep=False)
    one = g.node("Add", [tanh, g.scalar(1)], x.shape, keep=False)
    g.node("Mul", [g.node("Mul", [x, g.scalar(0.5)], x.shape, keep=False), one], x.shape)


def where(g):
    x = still(g, pick(g, lambda v: v.exact))
    if not x:
        return
    condition = g.node(g.rng.choice(["Less", "Greater"]), [x, g.scalar(0.125)], x.shape, keep=False)
    g.node("Where", [condition, anything_like(g, x), g.scalar(-0.5)], x.shape)


# Reductions -----------------------------------------------------------------------------------------------------------


def reduce_node(g, op, x, axes, keeps, keep=True):
    shape = [1 if axis in axes else s for axis, s in enumerate(x.shape) if keeps or axis not in axes]
    attributes, inputs = f"keepdims={int(keeps)}", [x]
    if g.opset >= (13 if op == "ReduceSum" else 18):
        inputs.append(g.numbers([len(axes)], axes))
    else:
        attributes += f", axes=[{', '.join(map(str, axes))}]"
    return g.node(op, inputs, shape, attributes, exact=x.exact and op in ("ReduceMax", "ReduceMin"), keep=keep)


def reduce(g):
    x = pick(g, lambda v: v.rank >= 2)
    if not x:
        return
    axes = sorted(g.rng.sample(range(1, x.rank), g.rng.randrange(1, x.rank)))
    op = g.rng.choice(["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2"])
    y = reduce_node(g, op, x, axes, g.rng.random() < 0.5, keep=op != "ReduceL2")
    if op == "ReduceL2":
        calm(g, y)


def softmax(g):
    x = pick(g, lambda v: v.rank >= 2)
    if x:
        axis = g.rng.choice([-1, -1, x.rank - 1, g.rng.randrange(1, x.rank)])
        if g.opset < 13:
            axis = x.rank - 1
        g.node(g.rng.choice(["Softmax", "Softmax", "LogSoftmax"]), [x], x.shape, f"axis={axis}")


def layer_norm(g):
    """The operator, or its spelling."""
    x = pick(g, lambda v: v.rank >= 2 and known(v.shape[-1]) and v.shape[-1] > 2, lambda: g.input(g.batch, 5, 16))
    last, axis = x.shape[-1], g.rng.choice([-1, -1, -1, 1])
    scale, bias = g.weights(last, center=1, scale=0.3), g.weights(last)
    if g.opset >= 17 and g.rng.random() < 0.4:
        return g.node("LayerNormalization", [x, scale, bias], x.shape, "epsilon=0.001")
    at = [axis % x.rank]
    center = g.node("Sub", [x, reduce_node(g, "ReduceMean", x, at, True, keep=False)], x.shape, keep=False)
    if g.rng.random() < 0.5:
        square = g.node("Pow", [center, g.scalar(2)], x.shape, keep=False)
    else:
        square = g.node("Mul", [center, center], x.shape, keep=False)
    variance = reduce_node(g, "ReduceMean", square, at, True, keep=g.rng.random() < 0.1)
    shape = variance.shape
    deviation = g.node("Sqrt", [g.node("Add", [variance, g.scalar(0.05)], shape, keep=False)], shape, keep=False)
    normal = g.node("Div", [center, deviation], x.shape, keep=g.rng.random() < 0.2)
    if g.rng.random() < 0.8:
        normal = g.node("Add", [g.node("Mul", [normal, scale], x.shape, keep=False), bias], x.shape)
    return normal


def exact_order(g):
    """Positions and the greatest: of numbers that are the very same for compiler and evaluator."""
    x = pick(g, lambda v: v.exact and v.rank >= 2 and known(v.shape[-1]))
    if not x:
        return
    if g.rng.random() < 0.5:
        k = g.rng.randrange(1, x.shape[-1] + 1)
        shape = (*x.shape[:-1], k)
        values, _ = g.nodes_of("TopK", [x, g.numbers([1], [k])], [shape, shape], "axis=-1", exact=True, keep=False)
        g.remember(values)
    else:
        best = g.node(g.rng.choice(["ArgMax", "ArgMin"]), [x], (*x.shape[:-1], 1), "axis=-1", keep=False)
        g.node("Cast", [best], best.shape, "to=1", exact=True, keep=x.shape[-1] < 5)


# Images ---------------------------------------------------------------------------------------------------------------


def activation(g, x):
    choice = g.rng.randrange(6)
    if choice == 0:
        return g.node("Relu", [x], x.shape)
    if choice == 1:
        return g.node("Clip", [x, g.scalar(0), g.scalar(6)], x.shape)
    if choice == 2:
        return g.node("Mul", [x, g.node("Sigmoid", [x], x.shape, keep=False)], x.shape)
    if choice == 3 and g.rng.random() < 0.7:
        return g.node("Add", [x, anything_like(g, x)], x.shape)
    return g.remember(x)


def window(g, x, dilates=True):
    """Kernel, strides, dilations, pads and the sizes that result."""
    kernel, strides, dilations, pads, sizes = [], [], [], ([], []), []
    for extent in x.shape[2:]:
        fits = known(extent)
        k = g.rng.choice([1, 1, 3, 3, 5, 2])
        d = g.rng.choice([1, 1, 1, 2]) if fits and dilates else 1
        reach = d * (k - 1) + 1
        s = g.rng.choice([1, 1, 2]) if fits else 1
        if not fits:  # The size stays.
            k = g.rng.choice([1, 3])
            low = high = k // 2
            sizes.append(extent)
        else:
            low, high = g.rng.choice([(0, 0), (reach // 2, reach // 2), (1, 0)])
            low, high = min(low, reach - 1), min(high, reach - 1)
            while extent + low + high < reach:
                k, d, low, high = 1, 1, 0, 0
                reach = 1
            sizes.append((extent + low + high - reach) // s + 1)
        kernel.append(k), strides.append(s), dilations.append(d), pads[0].append(low), pads[1].append(high)
    attributes = f"kernel_shape={kernel}, strides={strides}, pads={pads[0] + pads[1]}"
    return kernel, attributes, dilations, sizes


def conv(g):
    x = image(g) if g.rng.random() < 0.8 else sequence_as_image(g)
    if not x:
        return
    channels = x.shape[1]
    kernel, attributes, dilations, sizes = window(g, x)
    kind = g.rng.choice(["plain", "plain", "grouped", "depthwise"])
    groups = {"plain": 1, "depthwise": channels}.get(kind) or g.rng.choice([d for d in range(1, channels + 1) if channels % d == 0])
    outputs = channels if kind == "depthwise" else groups * size(g, 17)
    fan = channels // groups
    for k in kernel:
        fan *= k
    inputs = [x, g.weights(outputs, channels // groups, *kernel, scale=1.5 * fan**-0.5)]
    if g.rng.random() < 0.6:
        inputs.append(g.weights(outputs))
    shape = (x.shape[0], outputs, *sizes)
    y = g.node("Conv", inputs, shape, f"{attributes}, dilations={dilations}, group={groups}", keep=False)
    if g.rng.random() < 0.4:
        stats = [g.weights(outputs, center=1, scale=0.3), g.weights(outputs), g.weights(outputs), g.weights(outputs, center=1, scale=0.5)]
        y = g.node("BatchNormalization", [y, *stats], shape, keep=g.rng.random() < 0.1)
    activation(g, y)


def sequence_as_image(g):
    """[batch, channels, steps]"""
    return pick(g, lambda v: v.rank == 3 and known(v.shape[1]), lambda: g.input(g.batch, size(g, 17), g.symbols.get("T", size(g))))


def conv_transpose(g):
    x = image(g)
    if not x or not known(*x.shape[2:]):
        return
    outputs, stride = size(g, 8), g.rng.choice([1, 2])
    k = g.rng.choice([2, 3, 4])
    pad = g.rng.randrange(0, k // 2 + 1)
    sizes = [stride * (s - 1) + k - 2 * pad for s in x.shape[2:]]
    if min(sizes) < 1 or max(sizes) > 40:
        return
    weights = g.weights(x.shape[1], outputs, k, k, scale=1.5 * (x.shape[1] * k) ** -0.5)
    attributes = f"kernel_shape=[{k}, {k}], strides=[{stride}, {stride}], pads=[{pad}, {pad}, {pad}, {pad}]"
    activation(g, g.node("ConvTranspose", [x, weights], (x.shape[0], outputs, *sizes), attributes, keep=False))


def pool(g):
    x = image(g)
    _, attributes, _, sizes = window(g, x, dilates=False)
    op = g.rng.choice(["MaxPool", "AveragePool"])
    if op == "AveragePool":
        attributes += f", count_include_pad={g.rng.randrange(2)}"
    g.node(op, [x], (*x.shape[:2], *sizes), attributes, exact=x.exact and op == "MaxPool")


def global_pool(g):
    x = image(g)
    op = g.rng.choice(["GlobalAveragePool", "GlobalAveragePool", "GlobalMaxPool"])
    y = g.node(op, [x], (*x.shape[:2], 1, 1), exact=x.exact and op == "GlobalMaxPool")
    if g.rng.random() < 0.6:  # Squeeze and excitation.
        channels, less = x.shape[1], size(g, 8)
        y = g.node("Relu", [g.node("Conv", [y, g.weights(less, channels, 1, 1, scale=channels**-0.5)], (x.shape[0], less, 1, 1), keep=False)], (x.shape[0], less, 1, 1), keep=False)
        y = g.node("Conv", [y, g.weights(channels, less, 1, 1, scale=less**-0.5)], (*x.shape[:2], 1, 1), keep=False)
        y = g.node(g.rng.choice(["Sigmoid", "HardSigmoid"]), [y], y.shape, keep=False)
        g.node("Mul", [x, y], x.shape)


def resize(g):
    x = image(g)
    if not known(*x.shape[2:]) or count(x.shape) > 6000:
        return
    mode, by = g.rng.choice([("nearest", 2), ("linear", 2), ("nearest", 3), ("cubic", 2)])
    coordinates = g.rng.choice(["half_pixel", "asymmetric", "align_corners"])
    attributes = f'mode="{mode}", coordinate_transformation_mode="{coordinates}"'
    if mode == "nearest":
        attributes += ', nearest_mode="floor"'
        if coordinates == "align_corners":
            return
    scales = g.numbers([4], [1, 1, by, by], "float")
    g.node("Resize", [x, None, scales], (*x.shape[:2], *[by * s for s in x.shape[2:]]), attributes, exact=x.exact and mode == "nearest")


def channel_shuffle(g):
    x = image(g)
    b, c, h, w = x.shape
    groups = g.rng.choice([d for d in range(1, c + 1) if c % d == 0])
    split = g.node("Reshape", [x, g.numbers([5], [0, groups, c // groups, *(([h, w]) if known(h, w) else [0, 0])])], (b, groups, c // groups, h, w), keep=False) if known(h, w) else None
    if not split:
        return
    moved = g.node("Transpose", [split], (b, c // groups, groups, h, w), "perm=[0, 2, 1, 3, 4]", keep=False)
    g.node("Reshape", [moved, g.numbers([4], [0, c, h, w])], x.shape, exact=x.exact)


def pad(g):
    x = image(g)
    if not known(*x.shape[2:]):
        return
    low, high = [g.rng.randrange(3) for _ in range(2)], [g.rng.randrange(3) for _ in range(2)]
    mode = g.rng.choice(["constant", "constant", "edge", "reflect"])
    if mode == "reflect" and (max(low + high) >= min(x.shape[2:])):
        mode = "edge"
    pads = g.numbers([8], [0, 0, *low, 0, 0, *high])
    shape = (*x.shape[:2], *[s + a + b for s, a, b in zip(x.shape[2:], low, high)])
    g.node("Pad", [x, pads], shape, f'mode="{mode}"', exact=x.exact)


def depth_to_space(g):
    x = image(g)
    if x.shape[1] % 4 == 0 and known(*x.shape[2:]):
        shape = (x.shape[0], x.shape[1] // 4, 2 * x.shape[2], 2 * x.shape[3])
        g.node("DepthToSpace", [x], shape, f'blocksize=2, mode="{g.rng.choice(["DCR", "CRD"])}"', exact=x.exact)


# Shapes ---------------------------------------------------------------------------------------------------------------


def concat(g):
    a = anything(g)
    if a.rank < 2:
        return
    axis = g.rng.randrange(1, a.rank)
    others = [v for v in g.values if v.rank == a.rank and v.shape[:axis] == a.shape[:axis] and v.shape[axis + 1 :] == a.shape[axis + 1 :] and known(v.shape[axis])]
    if not known(a.shape[axis]) or not others:
        return
    parts = [a] + [g.rng.choice(others) for _ in range(g.rng.randrange(1, 3))]
    total = sum(part.shape[axis] for part in parts)
    if total <= 64:
        g.node("Concat", parts, (*a.shape[:axis], total, *a.shape[axis + 1 :]), f"axis={axis}", exact=all(p.exact for p in parts))


def split(g):
    x = pick(g, lambda v: v.rank >= 2 and known(v.shape[1]) and v.shape[1] > 1)
    if not x:
        return
    first = g.rng.randrange(1, x.shape[1])
    sizes = [first, x.shape[1] - first]
    shapes = [(x.shape[0], s, *x.shape[2:]) for s in sizes]
    if g.opset >= 13:
        g.nodes_of("Split", [x, g.numbers([2], sizes)], shapes, "axis=1", exact=x.exact)
    else:
        g.nodes_of("Split", [x], shapes, f"axis=1, split={sizes}", exact=x.exact)


def slices(g):
    x = pick(g, lambda v: v.rank >= 2 and known(v.shape[-1]) and v.shape[-1] > 1)
    if not x:
        return
    step = g.rng.choice([1, 1, 2, -1])
    last = x.shape[-1]
    start, end = sorted(g.rng.sample(range(last + 1), 2))
    if step < 0:
        start, end = end - 1, start - 1
        end = end if end >= 0 else -(1 << 31)
    positions = range(start, end if end > -(1 << 31) else -1, step)
    if not len(positions):
        return
    inputs = [x] + [g.numbers([1], [n]) for n in (start, end, x.rank - 1, step)]
    g.node("Slice", inputs, (*x.shape[:-1], len(positions)), exact=x.exact)


def transpose(g):
    x = pick(g, lambda v: v.rank >= 3)
    if not x:
        return
    rest = list(range(1, x.rank))
    g.rng.shuffle(rest)
    perm = [0, *rest]
    g.node("Transpose", [x], [x.shape[axis] for axis in perm], f"perm={perm}", exact=x.exact)


def flatten(g):
    x = pick(g, lambda v: v.rank >= 3 and known(*v.shape[1:]))
    if x and count(x.shape[1:]) < 2000:
        g.node("Flatten", [x], (x.shape[0], count(x.shape[1:])), exact=x.exact)


def regroup(g):
    """[batch, C, H, W] to [batch, H * W, C] or [batch, C, H * W]."""
    x = image(g)
    if not known(*x.shape[2:]):
        return
    b, c, h, w = x.shape
    flat = g.node("Reshape", [x, g.numbers([3], [0, c, -1])], (b, c, h * w), keep=g.rng.random() < 0.4, exact=x.exact)
    g.node("Transpose", [flat], (b, h * w, c), "perm=[0, 2, 1]", exact=x.exact)


def gather(g):
    x = pick(g, lambda v: v.rank >= 2 and known(v.shape[1]))
    if x:
        indices = [g.rng.randrange(-x.shape[1], x.shape[1]) for _ in range(g.rng.randrange(1, 5))]
        g.node("Gather", [x, g.numbers([len(indices)], indices)], (x.shape[0], len(indices), *x.shape[2:]), "axis=1", exact=x.exact)


def expand(g):
    x = pick(g, lambda v: v.rank >= 2 and v.shape[1] == 1 and known(*v.shape[1:]))
    if x and count(x.shape) < 500:
        times = size(g, 8)
        g.node("Expand", [x, g.numbers([x.rank], [1, times, *[1] * (x.rank - 2)])], (x.shape[0], times, *x.shape[2:]), exact=x.exact)


# Matrices and sequences -----------------------------------------------------------------------------------------------


def gemm(g):
    x = matrix(g)
    depth, columns = x.shape[1], size(g)
    trans = g.rng.randrange(2)
    b = g.weights(*((columns, depth) if trans else (depth, columns)), scale=1.5 * depth**-0.5)
    inputs = [x, b] + ([g.weights(columns)] if g.rng.random() < 0.7 else [])
    activation(g, g.node("Gemm", inputs, (x.shape[0], columns), f"transB={trans}, alpha={g.rng.choice(['1.0', '0.5'])}", keep=False))


def linear(g):
    x = sequence(g)
    depth, columns = x.shape[-1], size(g)
    y = g.node("MatMul", [x, g.weights(depth, columns, scale=1.5 * depth**-0.5)], (*x.shape[:-1], columns), keep=False)
    if g.rng.random() < 0.8:
        bias = g.weights(columns)
        y = g.node("Add", [y, bias] if g.rng.random() < 0.5 else [bias, y], y.shape, keep=False)
    activation(g, y)


def attention(g):
    """As PyTorch writes it: heads are split off the features and joined again."""
    x = sequence(g)
    b, t, d = x.shape
    heads, each = g.rng.choice([1, 2, 3]), g.rng.choice([1, 4, 8])
    width = heads * each

    def project(perm):
        y = g.node("MatMul", [x, g.weights(d, width, scale=1.5 * d**-0.5)], (b, t, width), keep=False)
        y = g.node("Add", [y, g.weights(width)], y.shape, keep=False)
        y = g.node("Reshape", [y, g.numbers([4], [0, 0, heads, each])], (b, t, heads, each), keep=False)
        shape = (b, t, heads, each)
        return g.node("Transpose", [y], [shape[axis] for axis in perm], f"perm={perm}", keep=False)

    q, k, v = project([0, 2, 1, 3]), project([0, 2, 3, 1]), project([0, 2, 1, 3])
    scores = g.node("MatMul", [q, k], (b, heads, t, t), keep=False)
    scores = g.node(g.rng.choice(["Div", "Mul"]), [scores, g.scalar(each**0.5)], scores.shape, keep=g.rng.random() < 0.1)
    if g.rng.random() < 0.5 and known(t):
        scores = g.node("Add", [scores, g.weights(1, 1, t, t)], scores.shape, keep=False)
    weights = g.node("Softmax", [scores], scores.shape, "axis=3", keep=False)
    y = g.node("MatMul", [weights, v], (b, heads, t, each), keep=False)
    y = g.node("Transpose", [y], (b, t, heads, each), "perm=[0, 2, 1, 3]", keep=False)
    y = g.node("Reshape", [y, g.numbers([3], [0, 0, width])], (b, t, width))
    if width == d:
        g.node("Add", [x, y], x.shape)


def batched_product(g):
    a = sequence(g)
    others = [v for v in g.values if v.rank == 3 and v.shape[0] == a.shape[0] and v.shape[2] == a.shape[2]]
    b = g.rng.choice(others)
    turned = g.node("Transpose", [b], (b.shape[0], b.shape[2], b.shape[1]), "perm=[0, 2, 1]", keep=False)
    y = g.node("MatMul", [a, turned], (a.shape[0], a.shape[1], b.shape[1]), keep=False)
    g.node("Mul", [y, g.scalar(f"{a.shape[2] ** -0.5:.4g}")], y.shape)


def recurrent(g):
    x = pick(g, lambda v: v.rank == 3 and known(v.shape[2]) and (not known(v.shape[1]) or v.shape[1] < 32))
    if not x:
        return
    op, gates = g.rng.choice([("LSTM", 4), ("GRU", 3), ("RNN", 1)])
    hidden, directions = g.rng.choice([size(g, 17), 16, 32]), g.rng.choice([1, 1, 2])
    b, t, d = x.shape
    steps = g.node("Transpose", [x], (t, b, d), "perm=[1, 0, 2]", keep=False)
    weights = [g.weights(directions, gates * hidden, s, scale=s**-0.5) for s in (d, hidden)]
    bias = [g.weights(directions, 2 * gates * hidden)] if g.rng.random() < 0.7 else []
    attributes = f'hidden_size={hidden}, direction="{"bidirectional" if directions == 2 else g.rng.choice(["forward", "reverse"])}"'
    if op == "GRU":
        attributes += f", linear_before_reset={g.rng.randrange(2)}"
    y = g.node(op, [steps, *weights, *bias], (t, directions, b, hidden), attributes, keep=False)
    y = g.node("Transpose", [y], (b, t, directions, hidden), "perm=[2, 0, 1, 3]", keep=False)
    g.node("Reshape", [y, g.numbers([3], [0, 0, directions * hidden])], (b, t, directions * hidden))


BLOCKS = [
    *[unary, binary, silu, conv, conv, conv, linear, gemm] * 2,
    *[clip, stretched, divide, hard_swish, gelu, gelu_tanh, where, reduce, softmax, layer_norm, exact_order],
    *[conv_transpose, pool, global_pool, resize, channel_shuffle, pad, depth_to_space],
    *[concat, concat, split, slices, transpose, flatten, regroup, gather, expand],
    *[attention, batched_product, recurrent],
]
