# ===- model.py - ONNX models of a node or two, with random weights --------=== #
#
# A writer of the few protobuf messages that a small model needs, so that a benchmark depends on nothing but Python.
#
# ===---------------------------------------------------------------------=== #

import array
import random
import struct


def varint(value):
    out = bytearray()
    while True:
        out.append(value & 127 | (128 if value > 127 else 0))
        value >>= 7
        if not value:
            return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value & (1 << 64) - 1)


def message(field, *parts):
    body = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return varint(field << 3 | 2) + varint(len(body)) + body


def attribute(name, value):
    if isinstance(value, list) and isinstance(value[0], float):
        return message(5, message(1, name), b"".join(varint(7 << 3 | 5) + struct.pack("<f", v) for v in value), number(20, 6))
    if isinstance(value, list):
        return message(5, message(1, name), b"".join(number(8, v) for v in value), number(20, 7))
    if isinstance(value, str):
        return message(5, message(1, name), message(4, value), number(20, 3))
    return message(5, message(1, name), number(3, value), number(20, 2))


class Model:
    """Nodes are added in order; names are numbers of nodes."""

    def __init__(self, seed=1):
        self.rng = random.Random(seed)
        self.nodes, self.tensors, self.inputs = [], [], []

    def input(self, *dims):
        name = f"x{len(self.inputs)}"
        shape = message(2, b"".join(message(1, number(1, d)) for d in dims))
        self.inputs.append(message(11, message(1, name), message(2, message(1, number(1, 1), shape))))
        return name

    def weights(self, *dims):
        """Floats in [-1, 1), which repeat after some thousands."""
        name, count = f"w{len(self.tensors)}", 1
        for dim in dims:
            count *= dim
        some = array.array("f", (self.rng.uniform(-1, 1) for _ in range(min(count, 8191))))
        data = (some.tobytes() * (count // len(some) + 1))[: 4 * count]
        self.tensors.append(message(5, b"".join(number(1, d) for d in dims), number(2, 1), message(8, name), message(9, data)))
        return name

    def node(self, op, *inputs, **attributes):
        name = f"y{len(self.nodes)}"
        names = b"".join(message(1, n) for n in inputs) + message(2, name)
        extra = b"".join(attribute(*item) for item in sorted(attributes.items()))
        self.nodes.append(message(1, names, message(3, name), message(4, op), extra))
        return name

    def bytes(self, output):
        graph = b"".join(self.nodes) + message(2, "kernel") + b"".join(self.tensors) + b"".join(self.inputs)
        graph += message(12, message(1, output), message(2, message(1, number(1, 1))))
        return number(1, 8) + message(7, graph) + message(8, message(1, ""), number(2, 20))
