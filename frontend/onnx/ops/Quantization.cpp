//===- Quantization.cpp - numbers as small integers, and back -------------===//
//
//   quantised = saturate(round(x / scale) + zero point)          x = (quantised - zero point) * scale
//
// Scales and zero points are single numbers, one for each element along an axis, or one for each block along it.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Quantized.h"

using namespace mlir;

namespace margay::frontend::onnx {

bool isOneNumber(Value value) {
  return nn::product(value.getContext(), nn::dimsOf(value.getType())).getConstant() == 1;
}

Value scaleInput(NodeImport &node, unsigned index) {
  Value scale = node.input(index);
  if (scale && !isa<FloatType>(elementOf(scale)))
    return node.malformed("has a scale of type " + nameOf(elementOf(scale)) + ", it has to be of floats");
  return scale ? node.cast(scale, node.builder().getF32Type()) : nullptr;
}

Value zeroInput(NodeImport &node, unsigned index, mlir::Type element) {
  Value zero = node.hasInput(index) ? node.input(index) : Value();
  if (zero && elementOf(zero) != element)
    return node.malformed("its zero point is of type " + nameOf(elementOf(zero)) + ", its input of " + nameOf(element));
  return zero;
}

Value spread(NodeImport &node, Value value, Value like, int64_t axis, int64_t block, llvm::StringRef what) {
  if (!value || !like || node.hasFailed())
    return nullptr;
  Dims dims = nn::dimsOf(like.getType()), own = nn::dimsOf(value.getType());
  if (isOneNumber(value) && (block == 0 || own.size() <= 1))
    return node.broadcast(node.reshape(value, {}), dims);
  std::optional<int64_t> normal = node.normalizeAxis(axis, dims.size());
  if (!normal)
    return nullptr;
  if (own.size() == 1 && block == 0) {
    std::string text = "has " + own[0].str() + " numbers as its " + what.str() + ", axis " + std::to_string(*normal) +
                       " has " + dims[*normal].str();
    if (failed(node.needEqual(own[0], dims[*normal], text)))
      return nullptr;
    return node.alongAxis(value, like, *normal);
  }
  if (own.size() != dims.size() || block < 1 || block > INT32_MAX)
    return node.malformed("its " + what + " does not fit its input");
  nn::DimAttr blocks = nn::ceilDiv(dims[*normal], block);
  std::string text = "has " + own[*normal].str() + " blocks in its " + what.str() + ", axis " +
                     std::to_string(*normal) + " has " + blocks.str();
  if (failed(node.needEqual(own[*normal], blocks, text)))
    return nullptr;
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

Value saturate(NodeImport &node, Value x, Value zero, mlir::Type element) {
  Value rounded = node.same<nn::RoundOp>(x);
  if (zero && rounded)
    rounded = node.same<nn::AddOp>(rounded, node.cast(zero, elementOf(rounded)));
  auto [least, greatest] = rangeOf(element);
  rounded = node.same<nn::MaxOp>(rounded, node.splat(least, rounded));
  return node.cast(node.same<nn::MinOp>(rounded, node.splat(greatest, rounded)), element);
}

Value quantize(NodeImport &node, Value x, Value scale, Value zero, mlir::Type element) {
  return saturate(node, node.same<nn::DivOp>(x, scale), zero, element);
}

Value dequantize(NodeImport &node, Value x, Value scale, Value zero, int64_t axis, int64_t block) {
  mlir::Type real = node.builder().getF32Type(), integer = node.builder().getI32Type();
  Value difference = node.cast(x, integer);
  if (zero)
    difference = node.same<nn::SubOp>(difference, node.cast(spread(node, zero, x, axis, block, "zero point"), integer));
  Value factor = spread(node, node.cast(scale, real), x, axis, block, "scale");
  return node.same<nn::MulOp>(node.cast(difference, real), factor);
}

/// The attribute 'output_dtype', where 0 means that it is not there.
static mlir::Type outputType(NodeImport &node) {
  return node.integer("output_dtype", 0) == 0 ? mlir::Type() : elementAttribute(node, "output_dtype");
}

static bool isQuantized(mlir::Type element) { return isa<IntegerType>(element) && !element.isInteger(1); }

LogicalResult importQuantizeLinear(NodeImport &node) {
  node.ignore({"saturate", "precision"});
  Value x = node.input(0), scale = node.input(1), zero = node.hasInput(2) ? node.input(2) : Value();
  int64_t axis = node.integer("axis", 1), block = node.integer("block_size", 0);
  mlir::Type output = outputType(node);
  if (!x || !scale || node.hasFailed())
    return failure();
  mlir::Type element = zero ? elementOf(zero) : output ? output : mlir::Type(node.builder().getIntegerType(8, false));
  if (elementOf(scale).isInteger(1))
    return node.malformed("its scale is of type bool");
  if (!isQuantized(element))
    return node.unsupported("quantising to " + nameOf(element) + " is not supported");
  mlir::Type real = node.builder().getF32Type();
  Value wide = node.cast(x, real);
  scale = spread(node, node.cast(scale, real), wide, axis, block, "scale");
  if (zero)
    zero = spread(node, zero, wide, axis, block, "zero point");
  return node.result(quantize(node, wide, scale, zero, element));
}

LogicalResult importDequantizeLinear(NodeImport &node) {
  Value x = node.input(0), scale = node.input(1);
  int64_t axis = node.integer("axis", 1), block = node.integer("block_size", 0);
  mlir::Type output = outputType(node);
  if (!x || !scale || node.hasFailed())
    return failure();
  if (!isa<FloatType>(elementOf(scale)))
    return node.malformed("its scale is of type " + nameOf(elementOf(scale)) + ", it has to be of floats");
  if (!isQuantized(elementOf(x)))
    return node.unsupported("dequantising " + nameOf(elementOf(x)) + " is not supported");
  Value zero = zeroInput(node, 2, elementOf(x));
  return node.result(node.cast(dequantize(node, x, scale, zero, axis, block), output ? output : elementOf(scale)));
}

Dynamic quantizeDynamically(NodeImport &node, Value x) {
  if (!x)
    return {};
  llvm::SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x)));
  // The range contains 0, so that 0 is exact.
  Value least = node.infer<nn::ReduceOp>(x, nn::ReduceKind::Min, axes),
        greatest = node.infer<nn::ReduceOp>(x, nn::ReduceKind::Max, axes);
  least = node.same<nn::MinOp>(least, node.splat(0, least));
  greatest = node.same<nn::MaxOp>(greatest, node.splat(0, greatest));
  Value scale = node.same<nn::DivOp>(node.same<nn::SubOp>(greatest, least), node.splat(255, least));
  Value zero = quantize(node, node.same<nn::NegOp>(least), scale, Value(), node.builder().getIntegerType(8, false));
  if (!scale || !zero || node.hasFailed())
    return {};
  Dims dims = nn::dimsOf(x.getType());
  return {quantize(node, x, node.broadcast(scale, dims), node.broadcast(zero, dims), elementOf(zero)), scale, zero};
}

LogicalResult importDynamicQuantizeLinear(NodeImport &node) {
  auto [numbers, scale, zero] = quantizeDynamically(node, node.input(0));
  if (failed(node.result(numbers, 0)) || failed(node.result(scale, 1)))
    return failure();
  return node.result(zero, 2);
}

} // namespace margay::frontend::onnx
