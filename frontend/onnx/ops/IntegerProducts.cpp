//===- IntegerProducts.cpp - products of small integers -------------------===//
//
//   sum of (x - zero point of x) * (w - zero point of w), which is exact, and that scaled and rounded to 8 bits again
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Quantized.h"
#include "frontend/onnx/ops/Windows.h"

using namespace mlir;

namespace margay::frontend::onnx {

//===----------------------------------------------------------------------===//
// Exact sums
//===----------------------------------------------------------------------===//

/// The largest |w - zero point| summed over all elements at one position along the axis; nothing if that is not known.
static std::optional<double> largestSum(NodeImport &node, Factor weights) {
  const Known *known = node.known(weights.value);
  bool hasZero = node.hasInput(weights.zero);
  if (!known || !known->tensor || (hasZero && !node.known(weights.zero)->tensor))
    return std::nullopt;
  auto numbers = node.constantNumbers(weights.value, "a factor");
  auto zeros = hasZero ? node.constantNumbers(weights.zero, "a zero point") : llvm::SmallVector<double>{0};
  if (!numbers || !zeros)
    return std::nullopt;
  llvm::ArrayRef<int64_t> dims = known->tensor->dims;
  int64_t rank = dims.size(), axis = weights.axis < 0 ? std::max<int64_t>(rank + weights.axis, 0) : weights.axis;
  int64_t positions = axis < rank ? dims[axis] : 1,
          inner = axis < rank ? llvm::product_of(dims.drop_front(axis + 1)) : 1;
  if (positions < 1 || inner < 1 || (zeros->size() != 1 && int64_t(zeros->size()) != positions))
    return std::nullopt;
  llvm::SmallVector<double> sums(positions);
  for (auto [index, number] : llvm::enumerate(*numbers)) {
    int64_t position = int64_t(index) / inner % positions;
    sums[position] += std::abs(number - (*zeros)[zeros->size() == 1 ? 0 : position]);
  }
  return *llvm::max_element(sums);
}

mlir::Type exactElement(NodeImport &node, Factor weights, std::optional<int64_t> depth) {
  constexpr double greatest = 255, exactBelow = 1 << 24; // Of differences, and of integers in f32.
  std::optional<double> sum = largestSum(node, weights);
  if (!sum && depth)
    sum = double(*depth) * greatest;
  return sum && *sum * greatest < exactBelow ? mlir::Type(node.builder().getF32Type())
                                             : mlir::Type(node.builder().getI32Type());
}

static bool isByte(mlir::Type element) { return isa<IntegerType>(element) && element.getIntOrFloatBitWidth() == 8; }

Value centred(NodeImport &node, Factor factor, mlir::Type element) {
  Value value = node.input(factor.value);
  if (!value)
    return nullptr;
  if (isa<FloatType>(elementOf(value)))
    return node.unsupported("products of " + nameOf(elementOf(value)) + " are not supported");
  if (!isByte(elementOf(value)))
    return node.malformed("has an input of type " + nameOf(elementOf(value)) + ", it has to be int8 or uint8");
  Value zero = zeroInput(node, factor.zero, elementOf(value));
  if (!zero || node.hasFailed())
    return node.cast(value, element);
  zero = node.cast(zero, element);
  int64_t axis = rankOf(value) == 1 ? 0 : factor.axis;
  // One for each row or column of each matrix of a batch has the dimensions of its tensor, with 1 along the others.
  if (rankOf(zero) > 1 && rankOf(zero) == rankOf(value))
    zero = node.broadcast(zero, nn::dimsOf(value.getType()));
  else
    zero = spread(node, zero, value, axis, 0, "zero point");
  return node.same<nn::SubOp>(node.cast(value, element), zero);
}

/// As int32, channels last.
static Value convolveExactly(NodeImport &node, Factor image, Factor filter) {
  Value weights = node.input(filter.value);
  if (!weights)
    return nullptr;
  mlir::RankedTensorType type = typeOf(weights);
  std::optional<int64_t> depth;
  if (type.hasStaticShape() && type.getRank() > 0)
    depth = llvm::product_of(type.getShape().drop_front());
  mlir::Type element = exactElement(node, filter, depth);
  Value sums = convolve(node, centred(node, image, element), centred(node, filter, element));
  return sums ? node.cast(sums, node.builder().getI32Type()) : nullptr;
}

/// As int32.
static Value multiplyExactly(NodeImport &node, Factor a, Factor b) {
  Value left = node.input(a.value);
  if (!left)
    return nullptr;
  std::optional<int64_t> depth;
  if (rankOf(left) > 0)
    depth = nn::dimOf(left.getType(), rankOf(left) - 1).getConstant();
  mlir::Type element = exactElement(node, b, depth);
  Value sums = multiplyMatrices(node, centred(node, a, element), centred(node, b, element));
  return sums ? node.cast(sums, node.builder().getI32Type()) : nullptr;
}

LogicalResult importConvInteger(NodeImport &node) {
  return node.result(toChannelsFirst(node, convolveExactly(node, {0, 2, 0}, {1, 3, 0})));
}

LogicalResult importMatMulInteger(NodeImport &node) {
  return node.result(multiplyExactly(node, {0, 2, -2}, {1, 3, -1}));
}

//===----------------------------------------------------------------------===//
// Sums that are scaled
//===----------------------------------------------------------------------===//

/// x scale * w scale / y scale with the dimensions of `sums`. Those of x and y may be numbers for each row (along
/// `rowAxis`), that of w for each column.
static Value combine(NodeImport &node, Value xScale, Value wScale, Value yScale, Value sums, int64_t rowAxis) {
  if (!xScale || !wScale || !yScale || !sums)
    return nullptr;
  int64_t columns = rankOf(sums) - 1;
  if (!isOneNumber(xScale) || !isOneNumber(yScale)) {
    auto along = [&](Value scale, int64_t axis) {
      return rankOf(scale) > 1 && rankOf(scale) == rankOf(sums) ? node.broadcast(scale, nn::dimsOf(sums.getType()))
                                                                : spread(node, scale, sums, axis, 0, "scale");
    };
    Value factor = node.same<nn::MulOp>(along(xScale, rowAxis), along(wScale, columns));
    return node.same<nn::DivOp>(factor, along(yScale, rowAxis));
  }
  // Once for each column, not for each element.
  Dims dims = isOneNumber(wScale) ? Dims() : nn::dimsOf(wScale.getType());
  auto small = [&](Value scale) { return isOneNumber(scale) ? node.broadcast(node.reshape(scale, {}), dims) : scale; };
  Value factor = node.same<nn::DivOp>(node.same<nn::MulOp>(small(xScale), small(wScale)), small(yScale));
  return rankOf(wScale) > 1 && rankOf(wScale) == rankOf(sums) && !isOneNumber(wScale)
             ? node.broadcast(factor, nn::dimsOf(sums.getType()))
             : spread(node, factor, sums, columns, 0, "scale");
}

/// The sums times the scales of inputs x and w over that of y, with the zero point of y, in the 8 bits of its type.
static Value requantize(NodeImport &node, Value sums, unsigned xScale, unsigned wScale, unsigned yScale, unsigned yZero,
                        int64_t rowAxis) {
  Value zero = node.input(yZero);
  if (!sums || !zero)
    return nullptr;
  mlir::Type element = elementOf(zero);
  if (!isByte(element))
    return node.malformed("its zero point is of type " + nameOf(element) + ", it has to be int8 or uint8");
  Value factor =
      combine(node, scaleInput(node, xScale), scaleInput(node, wScale), scaleInput(node, yScale), sums, rowAxis);
  Value result = node.same<nn::MulOp>(node.cast(sums, node.builder().getF32Type()), factor);
  return saturate(node, result, spread(node, zero, sums, rowAxis, 0, "zero point"), element);
}

LogicalResult importQLinearConv(NodeImport &node) {
  Value sums = addBias(node, convolveExactly(node, {0, 2, 0}, {3, 5, 0}), 8);
  return node.result(toChannelsFirst(node, requantize(node, sums, 1, 4, 6, 7, 0)));
}

LogicalResult importQLinearMatMul(NodeImport &node) {
  Value sums = multiplyExactly(node, {0, 2, -2}, {3, 5, -1});
  int64_t rowAxis = sums ? std::max<int64_t>(rankOf(sums) - 2, 0) : 0;
  return node.result(requantize(node, sums, 1, 4, 6, 7, rowAxis));
}

} // namespace margay::frontend::onnx
