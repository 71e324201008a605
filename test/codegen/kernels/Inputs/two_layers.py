# ===- two_layers.py - a network of f32 with two products ----------------=== #

import random

random.seed(3)


def values(count):
    return ", ".join(str(round(random.gauss(0, 0.3), 3)) for _ in range(count))


print(f"""<ir_version: 10, opset_import: ["" : 20]>
layers (float[9,33] x) => (float[9,18] y)
<float[33,70] w = {{{values(33 * 70)}}}, float[70] b = {{{values(70)}}}, float[18,70] v = {{{values(18 * 70)}}}>
{{
  t = Gemm(x, w, b)
  r = Relu(t)
  y = Gemm<transB = 1>(r, v)
}}""")
