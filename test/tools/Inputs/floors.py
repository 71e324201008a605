# ===- floors.py - checks what kernels have to do at least ---------------=== #
#
#   floors.py FILE
#
# ===--------------------------------------------------------------------=== #

import json
import sys

add, gelu, sigmoid, gemm = json.load(open(sys.argv[1]))
elements = 64 * 64
assert add["operations"] == add["multiplications"] == 0 and add["bytes"] == 3 * 4 * elements, add
for kernel in gelu, sigmoid:
    assert kernel["operations"] == 0 and kernel["bytes"] == 2 * 4 * elements, kernel
    assert 5 * elements <= kernel["multiplications"] <= 25 * elements, kernel
assert gemm["operations"] == 2 * 64 * elements, gemm
assert gemm["multiplications"] == gelu["multiplications"], gemm
