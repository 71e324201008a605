# ===- compile_memory.py - how much memory a compilation takes -------------=== #
#
# usage: compile_memory.py MARGAY FOLDER
#
# Writes a network of some 100 MB of weights (a convolution, whose channels come last in the compiler, before a dense
# layer, and dense layers of both orders), and one of many kernels of which no two are equal, and compiles them. Peak
# resident memory, mapped files included, may be 200 MB and one and a half times the model.
#
# ===-----------------------------------------------------------------------=== #

import pathlib
import random
import subprocess
import sys

from hostile import integer, message, node, number, value

# What a process has in memory before it becomes another program counts as that one's, so a small one starts it.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def weights(rng, name, *dims):
    count = 1
    for dim in dims:
        count *= dim
    # Any bits below the sign and the highest of the exponent are a small number.
    numbers = bytes(byte & 0x3F if index % 4 == 3 else byte for index, byte in enumerate(rng.randbytes(1 << 16)))
    pieces = -(-4 * count // len(numbers))
    data = b"".join(numbers[4 * i :] + numbers[: 4 * i] for i in range(pieces))[: 4 * count]
    return message(5, b"".join(number(1, d) for d in dims), number(2, 1), message(8, name), message(9, data))


def heavy(rng):
    nodes = [
        node("Conv", ["x", "filter"], ["c"]),
        node("Relu", ["c"], ["r"]),
        node("Flatten", ["r"], ["f"], extra=integer("axis", 1)),
        node("Gemm", ["f", "w1"], ["g"], extra=integer("transB", 1)),
        node("Gemm", ["g", "w2"], ["h"]),
        node("MatMul", ["h", "w3"], ["y"]),
    ]
    tensors = [("filter", 64, 2, 3, 3), ("w1", 1024, 64 * 16 * 16), ("w2", 1024, 4096), ("w3", 4096, 1024)]
    return model(rng, nodes, tensors, (1, 2, 18, 18), (1, 1024))


def many(rng):
    layers, least = 24, 16
    nodes, tensors, last = [], [], "x"
    for layer in range(layers):
        channels = least + layer
        tensors.append((f"filter{layer}", channels + 1, channels, 3, 3))
        result = "y" if layer == layers - 1 else f"h{layer}"
        nodes += [node("Conv", [last, f"filter{layer}"], [f"c{layer}"]), node("Sigmoid", [f"c{layer}"], [result])]
        last = result
    return model(rng, nodes, tensors, (1, least, 2 * layers + 8, 2 * layers + 8), (1, least + layers, 8, 8))


def model(rng, nodes, tensors, x, y):
    graph = b"".join(nodes) + message(2, "g") + b"".join(weights(rng, *tensor) for tensor in tensors)
    graph += message(11, *value("x", x)) + message(12, *value("y", y))
    return number(1, 8) + message(7, graph) + message(8, message(1, ""), number(2, 17))


def compile(margay, folder, name, network):
    """Compiles a network, and says whether that went well in little memory."""
    path = folder / f"{name}.onnx"
    path.write_bytes(network(random.Random(1)))
    size = path.stat().st_size
    command = [sys.executable, "-c", MEASURE, margay, "compile", path, "-o", folder / "out"]
    code, peak = map(int, subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split())
    print(f"{name}: model {size >> 20} MB, peak {peak >> 20} MB")
    return code == 0 and peak <= 200_000_000 + 1.5 * size


def main():
    margay, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    fits = [compile(margay, folder, network.__name__, network) for network in (heavy, many)]
    sys.exit(0 if all(fits) else 1)


if __name__ == "__main__":
    main()
