//===- Quantized.h - what operators on quantised numbers have in common ---===//
//
// A quantised number q stands for (q - zero point) * scale.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_OPS_QUANTIZED_H
#define MARGAY_FRONTEND_ONNX_OPS_QUANTIZED_H

#include "frontend/onnx/NodeImport.h"

namespace margay::frontend::onnx {

/// A scale or zero point (`what`) with the dimensions of `like`: one number, one for each element along an axis, or one
/// for each block of `block` elements along it.
mlir::Value spread(NodeImport &node, mlir::Value value, mlir::Value like, int64_t axis, int64_t block,
                   llvm::StringRef what);

/// saturate(round(x) + zero point) as elements of a type; `zero` may be null.
mlir::Value saturate(NodeImport &node, mlir::Value x, mlir::Value zero, mlir::Type element);
/// saturate(round(x / scale) + zero point); both have the dimensions of `x`, `zero` may be null.
mlir::Value quantize(NodeImport &node, mlir::Value x, mlir::Value scale, mlir::Value zero, mlir::Type element);
/// What quantised numbers stand for, as f32; `zero` may be null.
mlir::Value dequantize(NodeImport &node, mlir::Value x, mlir::Value scale, mlir::Value zero, int64_t axis,
                       int64_t block = 0);

/// A tensor of floats as numbers of uint8, with the scale and zero point (of rank 0) that its range asks for.
struct Dynamic {
  mlir::Value numbers, scale, zero; ///< null after a report
};
Dynamic quantizeDynamically(NodeImport &node, mlir::Value x);

/// The scale that input `index` is: of floats; null after a report.
mlir::Value scaleInput(NodeImport &node, unsigned index);
/// The zero point that input `index` is, if it is there and `element` is its type; null if it is not, or after a
/// report.
mlir::Value zeroInput(NodeImport &node, unsigned index, mlir::Type element);
bool isOneNumber(mlir::Value value);

/// A factor of a product of 8-bit integers: which inputs it and its zero point are, and which axis has a zero point for
/// each of its elements (from the back, if negative).
struct Factor {
  unsigned value, zero;
  int64_t axis;
};
/// What a product of integers is computed in: f32 if none of its sums can be rounded, else i32. Each sum has at most
/// `depth` products (absent: unknown), with the elements of one position along the axis of `weights`.
mlir::Type exactElement(NodeImport &node, Factor weights, std::optional<int64_t> depth);
/// A factor without its zero point, as elements of that type; null after a report.
mlir::Value centred(NodeImport &node, Factor factor, mlir::Type element);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_OPS_QUANTIZED_H
