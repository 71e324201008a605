# ===- bf16_rows.py - products of bf16 in the company of NaN and denormals -=== #
#
#   bf16_rows.py MARGAY FOLDER LEVEL
#
# Rows of an odd number of elements: the last one is half a pair, and what lies behind it is the next row's.
#
# ===---------------------------------------------------------------------=== #

import math
import os
import struct
import subprocess
import sys

DEPTH, COLUMNS, TINY = 5, 20, 2.0**-130
# Rows, and what each element of their products with a matrix of ones is.
ROWS = [
    ([1, 2, 3, 4, 5], 15),
    ([math.nan] * 5, math.nan),
    ([1.001, 0, 0, 0, 0], 1.0),  # rounded to bf16
    ([math.inf, 1, 1, 1, 1], math.inf),
    ([0.5, 0.25, 0.125, 0, -1], -0.125),
    ([math.inf, 0, 0, 0, -math.inf], math.nan),
    ([TINY, 0, 0, 0, 0], TINY),
    ([3, 3, 3, 3, 3], 15),
]


def write_model(path):
    ones = ", ".join(["1"] * (DEPTH * COLUMNS))
    with open(path, "w") as file:
        file.write(f"""<ir_version: 10, opset_import: ["" : 20]>
rows (float[{len(ROWS)},{DEPTH}] x) => (float[{len(ROWS)},{COLUMNS}] y)
<float[{DEPTH},{COLUMNS}] ones = {{{ones}}}>
{{
  a = Cast<to = 16>(x)
  b = Cast<to = 16>(ones)
  c = MatMul(a, b)
  y = Cast<to = 1>(c)
}}
""")


def write_npy(path):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (len(ROWS), DEPTH)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for row, _ in ROWS:
            file.write(struct.pack(f"<{DEPTH}f", *row))


def is_same(actual, expected, level):
    if math.isnan(expected):
        return math.isnan(actual)
    # vdpbf16ps takes denormals for zeros.
    return actual == expected or (level == "v4-bf16" and abs(expected) < 2.0**-126 and actual == 0)


def main():
    margay, folder, level = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    write_model(f"{folder}/rows.onnxtxt")
    write_npy(f"{folder}/x.npy")
    subprocess.run([margay, "run", f"{folder}/rows.onnxtxt", "--cpu", level, "--input", f"{folder}/x.npy", "--output",
                    folder], check=True, stdout=subprocess.DEVNULL)
    with open(f"{folder}/y.npy", "rb") as file:
        values = struct.unpack(f"<{len(ROWS) * COLUMNS}f", file.read()[-4 * len(ROWS) * COLUMNS:])
    failures = 0
    for index, (row, expected) in enumerate(ROWS):
        for actual in values[index * COLUMNS:(index + 1) * COLUMNS]:
            if not is_same(actual, expected, level):
                failures += 1
                print(f"{level}: the product of {row} is {actual}, not {expected}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
