# ===- masked_scores.py - attention in which keys are masked -------------=== #
#
#   masked_scores.py MARGAY FOLDER LEVEL
#
# A key with a score far below the others, as masks make them, has no part in the result at all: its values are so large
# that the least normal number times them would show. That power is what a CPU needs a hundred times as long for.
#
# ===--------------------------------------------------------------------=== #

import math
import os
import struct
import subprocess
import sys

INF, MOST = math.inf, 3.4028234e38
QUERIES, KEYS, DEPTH = 17, 37, 8
MASKS = -INF, -MOST, -1e4, -100.0


def write_npy(path, shape, values):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % (shape,)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack("<%df" % len(values), *values))


def read_npy(path, count):
    with open(path, "rb") as file:
        return struct.unpack("<%df" % count, file.read()[-4 * count:])


def run(margay, folder, level, text, inputs, count):
    model = os.path.join(folder, "model.onnxtxt")
    with open(model, "w") as file:
        file.write('<ir_version: 10, opset_import: ["" : 20]>\n' + text)
    options = []
    for name, (shape, values) in inputs.items():
        write_npy(os.path.join(folder, name + ".npy"), shape, values)
        options += ["--input", f"{name}=" + os.path.join(folder, name + ".npy")]
    subprocess.run([margay, "run", model, *options, "--output", folder, "--cpu", level], check=True, stdout=subprocess.DEVNULL)
    return read_npy(os.path.join(folder, "y.npy"), count)


def main():
    margay, folder, level = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for mask in MASKS:
        # Query i sees keys up to 2 i; all of these have the same score, and one of them a value of 1.
        seen = [2 * i + 1 for i in range(QUERIES)]
        masks = [0.0 if key < seen[query] else mask for query in range(QUERIES) for key in range(KEYS)]
        values = [1e38 if key >= seen[-1] else float(key == 0) for key in range(KEYS) for _ in range(DEPTH)]
        attention = f"""attention (float[2,{QUERIES},{DEPTH}] q, float[2,{DEPTH},{KEYS}] k, float[{QUERIES},{KEYS}] m,
                                   float[2,{KEYS},{DEPTH}] v) => (float[] y)
                        {{ s = MatMul (q, k) t = Add (s, m) p = Softmax (t) y = MatMul (p, v) }}\n"""
        found = run(margay, folder, level, attention,
                    {"q": ((2, QUERIES, DEPTH), [1.0] * 2 * QUERIES * DEPTH), "k": ((2, DEPTH, KEYS), [0.5] * 2 * DEPTH * KEYS),
                     "m": ((QUERIES, KEYS), masks), "v": ((2, KEYS, DEPTH), 2 * values)}, 2 * QUERIES * DEPTH)
        for index, value in enumerate(found):
            expected = 1 / seen[index // DEPTH % QUERIES]
            assert abs(value - expected) < 1e-6 * expected, (level, mask, index, value, expected)

        softmax = f"softmax (float[{QUERIES},{KEYS}] x) => (float[] y) {{ y = Softmax (x) }}\n"
        for index, value in enumerate(run(margay, folder, level, softmax, {"x": ((QUERIES, KEYS), masks)}, QUERIES * KEYS)):
            expected = 1 / seen[index // KEYS] if index % KEYS < seen[index // KEYS] else 0
            assert value == expected == 0 or abs(value - expected) < 1e-6 * expected, (level, mask, index, value, expected)


main()
