# ===- bf16_model.py - a product and a convolution of bf16 with constants -=== #

import random

random.seed(1)


def values(count):
    return ", ".join(str(random.randint(-30, 30) / 16) for _ in range(count))


print(f"""<ir_version: 10, opset_import: ["" : 20]>
model (bfloat16[M,7] x, bfloat16[2,7,5,6] c) => (bfloat16[M,24] y, bfloat16[2,24,5,6] z)
<float[7,24] w32 = {{{values(168)}}}, float[24,7,1,1] f32 = {{{values(168)}}}>
{{
  w = Cast<to = 16>(w32)
  f = Cast<to = 16>(f32)
  t = MatMul(x, w)
  y = Sigmoid(t)
  z = Conv(c, f)
}}""")
