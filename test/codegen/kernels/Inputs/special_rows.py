# ===- special_rows.py - softmax and GELU where numbers end --------------=== #
#
#   special_rows.py MARGAY FOLDER
#
# ===--------------------------------------------------------------------=== #

import math
import os
import struct
import subprocess
import sys

INF, NAN, MOST = math.inf, math.nan, 3.4028234e38
# Rows of nine, and what softmax makes of them.
SOFTMAX = [
    ([NAN] + [1] * 8, [NAN] * 9),
    ([1] * 8 + [NAN], [NAN] * 9),
    ([-INF] * 8 + [3], [0] * 8 + [1]),
    ([-INF] * 9, [NAN] * 9),
    ([INF] + [0] * 8, [NAN] * 9),
    ([-MOST] * 9, [1 / 9] * 9),
    ([MOST, -MOST] + [0] * 7, [1] + [0] * 8),
    ([1e30, 1e30, 0, -1e30, 5, 5, 5, 5, 5], [0.5, 0.5] + [0] * 7),
    ([1e9 + 64, 1e9 + 64] + [0] * 7, [0.5, 0.5] + [0] * 7),
]
GELU = ([-INF, INF, NAN, MOST, -MOST, 100, -100, 0, 1], [NAN, INF, NAN, MOST, 0, 100, 0, 0, 0.8413447])
TANH_GELU = (GELU[0], GELU[1][:8] + [0.8411920])


def write_npy(path, rows):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 9), }" % len(rows)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for row in rows:
            file.write(struct.pack("<9f", *row))


def is_near(actual, expected):
    if math.isnan(expected) or math.isinf(expected):
        return math.isnan(actual) if math.isnan(expected) else actual == expected
    return abs(actual - expected) <= 1e-6 * max(abs(expected), 1e-6)


def main():
    margay, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for op, cases in ("Softmax", SOFTMAX), ("Gelu", [GELU]), ('Gelu<approximate = "tanh">', [TANH_GELU]):
        model = os.path.join(folder, "model.onnxtxt")
        with open(model, "w") as file:
            file.write(f'<ir_version: 10, opset_import: ["" : 20]>\nrows (float[{len(cases)},9] x) => (float[] y)\n'
                       f"{{\n  y = {op}(x)\n}}\n")
        write_npy(os.path.join(folder, "x.npy"), [row for row, _ in cases])
        for level in "v2", "v3":
            subprocess.run([margay, "run", model, "--input", os.path.join(folder, "x.npy"), "--output", folder, "--cpu", level],
                           check=True, stdout=subprocess.DEVNULL)
            with open(os.path.join(folder, "y.npy"), "rb") as file:
                data = file.read()[-36 * len(cases):]
            for index, (row, expected) in enumerate(cases):
                actual = struct.unpack_from("<9f", data, 36 * index)
                assert all(map(is_near, actual, expected)), (op, level, row, actual, expected)


main()
