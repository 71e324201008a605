# ===- product.py - a matrix product for every level's tile ---------------=== #
#
# Of 24×32 and a constant 32×32 matrix, as ONNX text: a multiple of every level's tile.
#
# ===---------------------------------------------------------------------=== #

print('<ir_version: 8, opset_import: ["" : 17]>')
print("product (float[24,32] x) => (float[24,32] y)")
print(f"<float[32,32] w = {{{', '.join(str(i % 7 - 3) for i in range(32 * 32))}}}>")
print("{ y = MatMul(x, w) }")
