//===- Quantization.cpp - numbers as small integers, and back -------------===//
//
//   quantised = saturate(round(x / scale) + zero point)          x = (quantised - zero point) * scale
//
// Scales and zero points are single numbers, one for each element along an axis, or one for each block along it.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// A scale or zero point with the dimensions of `like`.
static Value spread(NodeImport &node, Value value, Value like, int64_t axis, int64_t block, llvm::StringRef what) {
  if (!value || !like || node.hasFailed())
    return nullptr;
  Dims dims = nn::dimsOf(like.getType()), own = nn::dimsOf(value.getType());
  if (nn::product(node.loc.getContext(), own).getConstant() == 1 && (block == 0 || own.size() <= 1))
    return node.broadcast(node.reshape(value, {}), dims);
  std::optional<int64_t> normal = node.normalizeAxis(axis, dims.size());
  if (!normal)
    return nullptr;
  if (own.size() == 1 && block == 0) {
    if (own[0] != dims[*normal])
      return node.malformed("has " + own[0].str() + " numbers as its " + what + ", axis " + llvm::Twine(*normal) +
                            " has " + dims[*normal].str());
    return node.alongAxis(value, like, *normal);
  }
  if (own.size() != dims.size() || block < 1)
    return node.malformed("its " + what + " does not fit its input");
  // Each number is repeated for its block; the last block may be shorter.
  Dims split(own), wide(own), merged(own);
  split.insert(split.begin() + *normal + 1, node.dim(1));
  wide.insert(wide.begin() + *normal + 1, node.dim(block));
  merged[*normal] = own[*normal] * block;
  Value repeated = node.reshape(node.broadcast(node.reshape(value, split), wide), merged);
  if (merged[*normal] != dims[*normal])
    repeated = sliceAlong(node, repeated, *normal, node.dim(0), dims[*normal]);
  if (repeated && nn::dimsOf(repeated.getType()) != dims)
    return node.malformed("its " + what + " does not fit its input");
  return repeated;
}

/// The least and greatest value of a quantised type.
static std::pair<double, double> rangeOf(mlir::Type element) {
  unsigned width = element.getIntOrFloatBitWidth();
  if (element.isUnsignedInteger())
    return {0, std::ldexp(1.0, width) - 1};
  return {-std::ldexp(1.0, width - 1), std::ldexp(1.0, width - 1) - 1};
}

static Value quantize(NodeImport &node, Value x, Value scale, Value zero, mlir::Type element) {
  Value rounded = node.same<nn::RoundOp>(node.same<nn::DivOp>(x, scale));
  if (zero && rounded)
    rounded = node.same<nn::AddOp>(rounded, node.cast(zero, elementOf(rounded)));
  auto [least, greatest] = rangeOf(element);
  rounded = node.same<nn::MaxOp>(rounded, node.splat(least, rounded));
  return node.cast(node.same<nn::MinOp>(rounded, node.splat(greatest, rounded)), element);
}

static mlir::Type typeAttribute(NodeImport &node, llvm::StringRef name) {
  int64_t number = node.integer(name, 0);
  return number == 0 ? mlir::Type() : typeOf(node.loc.getContext(), ElementType(number));
}

LogicalResult importQuantizeLinear(NodeImport &node) {
  node.ignore({"saturate", "precision"});
  Value x = node.input(0), scale = node.input(1), zero = node.hasInput(2) ? node.input(2) : Value();
  int64_t axis = node.integer("axis", 1), block = node.integer("block_size", 0);
  mlir::Type output = typeAttribute(node, "output_dtype");
  if (!x || !scale || node.hasFailed())
    return failure();
  if (node.integer("output_dtype", 0) != 0 && !output)
    return node.unsupported("its output type is not supported");
  mlir::Type element = zero ? elementOf(zero) : output ? output : mlir::Type(node.builder().getIntegerType(8, false));
  if (!isa<IntegerType>(element))
    return node.unsupported("quantising to " + nameOf(element) + " is not supported");
  mlir::Type real = node.builder().getF32Type();
  Value wide = node.cast(x, real);
  scale = spread(node, node.cast(scale, real), wide, axis, block, "scale");
  if (zero)
    zero = spread(node, zero, wide, axis, block, "zero point");
  return node.result(quantize(node, wide, scale, zero, element));
}

LogicalResult importDequantizeLinear(NodeImport &node) {
  Value x = node.input(0), scale = node.input(1), zero = node.hasInput(2) ? node.input(2) : Value();
  int64_t axis = node.integer("axis", 1), block = node.integer("block_size", 0);
  mlir::Type output = typeAttribute(node, "output_dtype");
  if (!x || !scale || node.hasFailed())
    return failure();
  if (!isa<IntegerType>(elementOf(x)))
    return node.unsupported("dequantising " + nameOf(elementOf(x)) + " is not supported");
  mlir::Type element = output ? output : elementOf(scale), real = node.builder().getF32Type(),
             integer = node.builder().getI32Type();
  Value difference = node.cast(x, integer);
  if (zero)
    difference = node.same<nn::SubOp>(difference, node.cast(spread(node, zero, x, axis, block, "zero point"), integer));
  Value factor = spread(node, node.cast(scale, real), x, axis, block, "scale");
  return node.result(node.cast(node.same<nn::MulOp>(node.cast(difference, real), factor), element));
}

LogicalResult importDynamicQuantizeLinear(NodeImport &node) {
  Value x = node.input(0);
  if (!x)
    return failure();
  llvm::SmallVector<int64_t> axes(rankOf(x));
  for (int64_t axis = 0; axis < rankOf(x); ++axis)
    axes[axis] = axis;
  // The range contains 0, so that 0 is exact.
  Value least = node.infer<nn::ReduceOp>(x, nn::ReduceKind::Min, axes),
        greatest = node.infer<nn::ReduceOp>(x, nn::ReduceKind::Max, axes);
  least = node.same<nn::MinOp>(least, node.splat(0, least));
  greatest = node.same<nn::MaxOp>(greatest, node.splat(0, greatest));
  Value scale = node.same<nn::DivOp>(node.same<nn::SubOp>(greatest, least), node.splat(255, least));
  Value zero = quantize(node, node.same<nn::NegOp>(least), scale, Value(), node.builder().getIntegerType(8, false));
  if (!scale || !zero || node.hasFailed())
    return failure();
  Dims dims = nn::dimsOf(x.getType());
  Value y = quantize(node, x, node.broadcast(scale, dims), node.broadcast(zero, dims), elementOf(zero));
  if (failed(node.result(y, 0)) || failed(node.result(scale, 1)))
    return failure();
  return node.result(zero, 2);
}

} // namespace margay::frontend::onnx
