# ===- networks.py - the skeletons of well-known networks, as ONNX text ----=== #
#
# The structure is that of the networks as they are exported: blocks, joins, splits, heads. Channels are few, stages are
# short and weights are random, so that a network compiles in a moment.
#
# ===---------------------------------------------------------------------=== #

import random


class Network:
    """ONNX text in the making. Images are NCHW; each method adds nodes and gives the name of the result."""

    def __init__(self, inputs):
        self.rng = random.Random(0)
        self.inputs, self.weights, self.nodes = inputs, [], []
        self.channels = {}  # Of images, by name.

    def node(self, op, *operands, results=1):
        names = [f"t{len(self.nodes)}_{i}" for i in range(results)]
        self.nodes.append(f"  {', '.join(names)} = {op}({', '.join(operands)})")
        return names[0] if results == 1 else names

    def weight(self, *shape):
        size = 1
        for dim in shape:
            size *= dim
        scale = 2 / max(1, size / shape[0]) ** 0.5
        values = ", ".join(f"{self.rng.uniform(-scale, scale):.3f}" for _ in range(size))
        return self.initializer(f"float[{', '.join(map(str, shape))}]", values)

    def integers(self, *values):
        return self.initializer(f"int64[{len(values)}]", ", ".join(map(str, values)))

    def scalar(self, value):
        return self.initializer("float", str(float(value)))

    def initializer(self, kind, values):
        name = f"w{len(self.weights)}"
        self.weights.append(f"{kind} {name} = {{{values}}}")
        return name

    def positive(self, size):
        values = ", ".join(f"{self.rng.uniform(0.5, 1.5):.3f}" for _ in range(size))
        return self.initializer(f"float[{size}]", values)

    # Images

    def image(self, name, channels):
        self.channels[name] = channels
        return name

    def conv(self, x, outputs, kernel=1, stride=1, groups=1):
        pad = (kernel - 1) // 2
        op = (f"Conv<kernel_shape = [{kernel}, {kernel}], strides = [{stride}, {stride}], "
              f"pads = [{pad}, {pad}, {pad}, {pad}], group = {groups}>")
        filters = self.weight(outputs, self.channels[x] // groups, kernel, kernel)
        return self.image(self.node(op, x, filters, self.weight(outputs)), outputs)

    def same(self, op, x, *others):
        return self.image(self.node(op, x, *others), self.channels[x])

    def relu(self, x):
        return self.same("Relu", x)

    def silu(self, x):
        return self.same("Mul", x, self.node("Sigmoid", x))

    def relu6(self, x):
        return self.same("Clip", x, self.scalar(0), self.scalar(6))

    def norm(self, x):
        count = self.channels[x]
        mean, scale, bias, variance = self.weight(count), self.positive(count), self.weight(count), self.positive(count)
        return self.same("BatchNormalization", x, scale, bias, mean, variance)

    def pool(self, x, kind="MaxPool", kernel=3, stride=2):
        pad = (kernel - 1) // 2
        return self.same(f"{kind}<kernel_shape = [{kernel}, {kernel}], strides = [{stride}, {stride}], "
                         f"pads = [{pad}, {pad}, {pad}, {pad}]>", x)

    def join(self, *images):
        return self.image(self.node("Concat<axis = 1>", *images), sum(self.channels[x] for x in images))

    def classify(self, x, classes=10):
        flat = self.node("Flatten<axis = 1>", self.node("GlobalAveragePool", x))
        return self.node("Gemm<transB = 1>", flat, self.weight(classes, self.channels[x]), self.weight(classes))

    # Tokens

    def linear(self, x, inputs, outputs):
        return self.node("Add", self.weight(outputs), self.node("MatMul", x, self.weight(inputs, outputs)))

    def layer_norm(self, x, size):
        return self.node("LayerNormalization<axis = -1>", x, self.positive(size), self.weight(size))

    def text(self, result):
        return (f'<ir_version: 10, opset_import: ["" : 20]>\nnetwork ({", ".join(self.inputs)}) => (float[] {result})\n'
                f"<{', '.join(self.weights)}>\n{{\n" + "\n".join(self.nodes) + "\n}\n")


def picture(size):
    network = Network([f"float[1, 3, {size}, {size}] x"])
    return network, network.image("x", 3)


def resnet50():
    n, x = picture(32)
    x = n.pool(n.relu(n.conv(x, 16, 7, 2)))
    for stage, width in enumerate([8, 16, 24, 32]):
        for block in range(2):
            stride = 2 if stage and not block else 1
            y = n.relu(n.conv(x, width))
            y = n.relu(n.conv(y, width, 3, stride))
            y = n.conv(y, 4 * width)
            x = n.relu(n.same("Add", y, x if block else n.conv(x, 4 * width, 1, stride)))
    return n.text(n.classify(x))


def mobilenet_v2(size=32):
    n, x = picture(size)
    x = n.relu6(n.conv(x, 16, 3, 2))
    for outputs, stride in [(8, 1), (12, 2), (12, 1), (16, 2), (16, 1), (16, 1), (24, 2), (24, 1)]:
        wide = 6 * n.channels[x]
        y = n.relu6(n.conv(x, wide))
        y = n.relu6(n.conv(y, wide, 3, stride, groups=wide))
        y = n.conv(y, outputs)
        x = n.same("Add", x, y) if stride == 1 and n.channels[x] == outputs else y
    return n.text(n.classify(n.relu6(n.conv(x, 64))))


def squeezenet(size=32):
    n, x = picture(size)
    x = n.pool(n.relu(n.conv(x, 16, 3, 2)))
    for block, width in enumerate([16, 16, 24, 24]):
        squeezed = n.relu(n.conv(x, width // 2))
        x = n.join(n.relu(n.conv(squeezed, width)), n.relu(n.conv(squeezed, width, 3)))
        if block % 2:
            x = n.pool(x)
    return n.text(n.node("Flatten<axis = 1>", n.node("GlobalAveragePool", n.relu(n.conv(x, 10)))))


def densenet():
    n, x = picture(32)
    x = n.pool(n.relu(n.conv(x, 16, 7, 2)))
    for block, layers in enumerate([4, 5, 6]):
        parts = [x]
        for _ in range(layers):
            y = n.join(*parts) if len(parts) > 1 else parts[0]
            y = n.conv(n.relu(n.norm(y)), 32)
            parts.append(n.conv(n.relu(n.norm(y)), 8, 3))
        x = n.join(*parts)
        if block < 2:
            x = n.conv(n.relu(n.norm(x)), n.channels[x] // 2)
            x = n.pool(x, "AveragePool", 2)
    return n.text(n.classify(n.relu(n.norm(x))))


def yolo():
    n, x = picture(64)

    def unit(x, outputs, kernel=1, stride=1):
        return n.silu(n.conv(x, outputs, kernel, stride))

    def cross_stage(x, outputs, residual):
        half = outputs // 2
        parts = n.node("Split<axis = 1>", unit(x, outputs), n.integers(half, half), results=2)
        for part in parts:
            n.image(part, half)
        for _ in range(2):
            y = unit(unit(parts[-1], half, 3), half, 3)
            parts.append(n.same("Add", parts[-1], y) if residual else y)
        return unit(n.join(*parts), outputs)

    def twice(x):
        return n.same('Resize<mode = "nearest", nearest_mode = "floor", coordinate_transformation_mode = "asymmetric">',
                      x, "", n.initializer("float[4]", "1.0, 1.0, 2.0, 2.0"))

    def head(x, outputs):
        return n.conv(unit(unit(x, 16, 3), 16, 3), outputs)

    x = unit(unit(x, 8, 3, 2), 16, 3, 2)
    stages = []
    for width in [16, 24, 32]:
        x = cross_stage(unit(x, width, 3, 2), width, residual=True)
        stages.append(x)
    pools = [unit(x, 16)]
    for _ in range(3):
        pools.append(n.pool(pools[-1], "MaxPool", 5, 1))
    last = unit(n.join(*pools), 32)
    middle = cross_stage(n.join(twice(last), stages[1]), 24, residual=False)
    fine = cross_stage(n.join(twice(middle), stages[0]), 16, residual=False)
    middle = cross_stage(n.join(unit(fine, 16, 3, 2), middle), 24, residual=False)
    last = cross_stage(n.join(unit(middle, 24, 3, 2), last), 32, residual=False)

    found = [n.join(head(x, 8), head(x, 6)) for x in (fine, middle, last)]
    flat = [n.node("Reshape", x, n.integers(1, 14, -1)) for x in found]
    boxes, scores = n.node("Split<axis = 1>", n.node("Concat<axis = 2>", *flat), n.integers(8, 6), results=2)
    return n.text(n.node("Concat<axis = 1>", boxes, n.node("Sigmoid", scores)))


def bert():
    tokens, width, heads, layers = 24, 32, 4, 2
    n = Network([f"int64[1, {tokens}] tokens", f"float[1, 1, 1, {tokens}] mask"])
    x = n.node("Add", n.node("Gather", n.weight(100, width), "tokens"), n.weight(1, tokens, width))
    x = n.layer_norm(x, width)

    def split(x, permutation):
        shaped = n.node("Reshape", x, n.integers(1, tokens, heads, width // heads))
        return n.node(f"Transpose<perm = {permutation}>", shaped)

    for _ in range(layers):
        query = split(n.linear(x, width, width), [0, 2, 1, 3])
        key = split(n.linear(x, width, width), [0, 2, 3, 1])
        value = split(n.linear(x, width, width), [0, 2, 1, 3])
        scores = n.node("Div", n.node("MatMul", query, key), n.scalar((width / heads) ** 0.5))
        weights = n.node("Softmax<axis = -1>", n.node("Add", scores, "mask"))
        mixed = n.node("Transpose<perm = [0, 2, 1, 3]>", n.node("MatMul", weights, value))
        mixed = n.node("Reshape", mixed, n.integers(1, tokens, width))
        x = n.layer_norm(n.node("Add", n.linear(mixed, width, width), x), width)
        y = n.linear(n.node("Gelu", n.linear(x, width, 4 * width)), 4 * width, width)
        x = n.layer_norm(n.node("Add", y, x), width)
    return n.text(x)


ALL = {
    "bert": bert,
    "densenet": densenet,
    "mobilenet_v2": mobilenet_v2,
    "resnet50": resnet50,
    "squeezenet": squeezenet,
    "yolo": yolo,
}
