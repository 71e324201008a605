# ===- copies.py - checks the bound that a copy gives --------------------=== #
#
#   copies.py FILE
#
# ===--------------------------------------------------------------------=== #

import json
import sys

kernels = json.load(open(sys.argv[1]))
reduction, transposed, resized, product = kernels
assert (reduction["bytes"], reduction["written_bytes"]) == (4 * 64 * 1025, 4 * 64), reduction
assert (transposed["bytes"], transposed["written_bytes"]) == (8 * 64 * 512, 4 * 64 * 512), transposed
# Rows and columns one after the other.
assert (resized["bytes"], resized["written_bytes"]) == (4 * 9 * 32 * 32 * 64, 4 * 6 * 32 * 32 * 64), resized
assert (product["bytes"], product["written_bytes"]) == (4 * (3 * 64 * 64 + 64), 4 * 64 * 64), product
for kernel in kernels:
    bound = max(kernel["copy_us"], kernel["arithmetic_us"])
    # Both are medians of rounds, but one of ratios: on a busy machine they differ.
    assert 0.2 < kernel["percent_of_copy"] / (100 * bound / kernel["median_us"]) < 5, kernel
    assert abs(kernel["copy_us"] * kernel["copy_gbytes_per_s"] * 1e3 / kernel["bytes"] - 1) < 1e-9, kernel
    assert 0.01 < kernel["bytes_us"] / kernel["copy_us"] < 100, kernel
