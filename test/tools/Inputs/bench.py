# ===- bench.py - checks what `margay bench --json` prints ---------------=== #
#
#   bench.py FILE
#
# ===--------------------------------------------------------------------=== #

import json
import sys

result = json.load(open(sys.argv[1]))
assert result["model"].endswith("tiny-digits.onnxtxt"), result["model"]
assert result["threads"] == 2
assert 0 < result["min_ms"] <= result["median_ms"]
assert 0 < result["gflops"] and 0 < result["peak_gflops"] and 0 < result["compile_s"]
assert abs(result["percent_of_peak"] - 100 * result["gflops"] / result["peak_gflops"]) < 1e-6
assert len(result["kernels"]) > 2
for kernel in result["kernels"]:
    assert kernel["name"] and kernel["plan"] and kernel["median_ms"] > 0 and kernel["percent_of_floor"] > 0, kernel
    parts = kernel["arithmetic_ms"], kernel["bytes_ms"]
    assert min(parts) >= 0 and kernel["floor_ms"] == max(parts), kernel
# Kernels that take long and are far from their floor are listed.
total = sum(kernel["median_ms"] for kernel in result["kernels"])
slow = [k["name"] for k in result["kernels"] if k["median_ms"] > max(2e-3, 0.02 * total) and k["percent_of_floor"] < 30]
assert [kernel["name"] for kernel in result["slow_kernels"]] == slow, (result["slow_kernels"], slow)
for kernel in result["slow_kernels"]:
    assert kernel["plan"] and kernel["percent_of_time"] > 2 and 0 < kernel["percent_of_floor"] < 30, kernel
# Two convolutions and a product: 2 * (28*28*8 * 25 + 14*14*12 * 72 + 588*10) operations.
operations = result["gflops"] * 1e9 * result["median_ms"] * 1e-3
assert abs(operations - 2 * (28 * 28 * 8 * 25 + 14 * 14 * 12 * 72 + 5880)) < 1, operations
