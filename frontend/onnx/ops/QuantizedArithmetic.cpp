//===- QuantizedArithmetic.cpp - onnxruntime's operators on 8-bit numbers -===//
//
// What the numbers stand for is computed with, and quantised again. The operators are of the domain com.microsoft.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Quantized.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// What input `index` stands for, with its scale and its zero point in the two inputs behind it.
static Value read(NodeImport &node, unsigned index) {
  Value x = node.input(index), scale = scaleInput(node, index + 1);
  if (!x || !scale)
    return nullptr;
  if (!isa<IntegerType>(elementOf(x)) || elementOf(x).getIntOrFloatBitWidth() > 16)
    return node.malformed("has an input of type " + nameOf(elementOf(x)) + ", it has to be int8 or uint8");
  Value zero = zeroInput(node, index + 2, elementOf(x));
  return node.hasFailed() ? nullptr : dequantize(node, x, scale, zero, 0);
}

/// The result from floats, with the scale and the zero point that inputs `index` and `index + 1` are; the elements are
/// those of input `like`.
static LogicalResult write(NodeImport &node, Value x, unsigned index, unsigned like = 0) {
  Value scale = scaleInput(node, index), model = node.input(like);
  if (!x || !scale || !model)
    return failure();
  mlir::Type element = elementOf(model);
  Value zero = zeroInput(node, index + 1, element);
  if (zero)
    zero = spread(node, zero, x, 0, 0, "zero point");
  return node.result(quantize(node, x, spread(node, scale, x, 0, 0, "scale"), zero, element));
}

template <typename Op> static LogicalResult importQuantizedBinary(NodeImport &node) {
  Value a = read(node, 0), b = read(node, 3);
  if (!a || !b)
    return failure();
  llvm::SmallVector<Value> operands = node.broadcastTogether({a, b});
  return operands.empty() ? failure() : write(node, node.same<Op>(operands[0], operands[1]), 6);
}

LogicalResult importQLinearAdd(NodeImport &node) { return importQuantizedBinary<nn::AddOp>(node); }
LogicalResult importQLinearMul(NodeImport &node) { return importQuantizedBinary<nn::MulOp>(node); }

LogicalResult importQLinearSigmoid(NodeImport &node) { return write(node, node.same<nn::SigmoidOp>(read(node, 0)), 3); }

LogicalResult importQLinearLeakyRelu(NodeImport &node) {
  double alpha = node.number("alpha", 0.01f);
  Value x = read(node, 0);
  Value isNegative = x ? compare(node, nn::CompareKind::Lt, x, node.splat(0, x)) : Value();
  return write(node, choose(node, isNegative, node.same<nn::MulOp>(x, node.splat(alpha, x)), x), 3);
}

LogicalResult importQLinearGlobalAveragePool(NodeImport &node) {
  bool channelsLast = node.flag("channels_last");
  Value x = read(node, 0);
  if (!x)
    return failure();
  if (rankOf(x) < 3)
    return node.malformed("its input has " + llvm::Twine(rankOf(x)) + " dimensions, it has to have at least 3");
  int64_t first = channelsLast ? 1 : 2;
  llvm::SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(first, first + rankOf(x) - 2));
  return write(node, reduceKeeping(node, nn::ReduceKind::Mean, x, axes), 3);
}

/// The scale and the zero point of the result come first, then three inputs for each part.
LogicalResult importQLinearConcat(NodeImport &node) {
  std::optional<int64_t> axis = node.maybeInteger("axis");
  llvm::SmallVector<Value> parts;
  if (node.inputCount() < 5 || node.inputCount() % 3 != 2)
    return node.malformed("has " + llvm::Twine(node.inputCount()) + " inputs, it needs 2 and 3 for each part");
  if (!axis)
    return node.hasFailed() ? failure() : node.malformed("attribute 'axis' is missing");
  for (unsigned index = 2; index < node.inputCount(); index += 3) {
    parts.push_back(read(node, index));
    if (!parts.back())
      return failure();
  }
  std::optional<int64_t> normal = node.normalizeAxis(*axis, rankOf(parts[0]));
  return normal ? write(node, node.infer<nn::ConcatOp>(parts, uint64_t(*normal)), 0, 2) : failure();
}

/// alpha * A' * B' + C, where C is int32 of the product's scale. Without a scale the result is of floats.
LogicalResult importQGemm(NodeImport &node) {
  bool transposesA = node.flag("transA"), transposesB = node.flag("transB");
  double alpha = node.number("alpha", 1);
  Value a = node.input(0), b = node.input(3), aScale = scaleInput(node, 1), bScale = scaleInput(node, 4);
  if (!a || !b || !aScale || !bScale || node.hasFailed())
    return failure();
  if (rankOf(a) != 2 || rankOf(b) != 2)
    return node.malformed("its inputs have " + llvm::Twine(rankOf(a)) + " and " + llvm::Twine(rankOf(b)) +
                          " dimensions, both have to have 2");
  Factor weights{3, 5, transposesB ? 0 : 1};
  std::optional<int64_t> depth = nn::dimOf(a.getType(), transposesA ? 0 : 1).getConstant();
  mlir::Type element = exactElement(node, weights, depth), integer = node.builder().getI32Type();
  a = centred(node, {0, 2, 0}, element);
  b = centred(node, weights, element);
  if (!a || !b)
    return failure();
  Value sums =
      multiplyMatrices(node, transposesA ? node.transpose(a, {1, 0}) : a, transposesB ? node.transpose(b, {1, 0}) : b);
  if (!sums)
    return failure();
  sums = node.cast(sums, integer);
  if (node.hasInput(6)) {
    Value c = node.input(6);
    if (!c)
      return failure();
    if (elementOf(c) != integer)
      return node.malformed("its input C is of type " + nameOf(elementOf(c)) + ", it has to be int32");
    sums = node.same<nn::AddOp>(sums, node.broadcast(c, nn::dimsOf(sums.getType())));
  }
  Value factor =
      node.same<nn::MulOp>(spread(node, aScale, sums, 1, 0, "scale"), spread(node, bScale, sums, 1, 0, "scale"));
  Value x = node.same<nn::MulOp>(node.cast(sums, node.builder().getF32Type()), factor);
  if (x && alpha != 1)
    x = node.same<nn::MulOp>(x, node.splat(alpha, x));
  return node.hasInput(7) ? write(node, x, 7) : node.result(x);
}

/// A * B with scales, and a bias, in floats.
static LogicalResult finishProduct(NodeImport &node, Value sums, Value aScale, Value bScale, unsigned bias) {
  if (!sums || !aScale || !bScale)
    return failure();
  int64_t last = rankOf(sums) - 1;
  Value x = node.same<nn::MulOp>(sums, node.same<nn::MulOp>(spread(node, aScale, sums, last, 0, "scale"),
                                                            spread(node, bScale, sums, last, 0, "scale")));
  if (!x || !node.hasInput(bias))
    return node.result(x);
  Value summand = node.input(bias);
  return summand ? node.result(node.same<nn::AddOp>(x, node.broadcast(summand, nn::dimsOf(x.getType())))) : failure();
}

/// A * B with scales, and a bias, where B is `weights`. `left(A, element)` gives A as integers around 0, in elements in
/// which the sums are exact, and its scale.
static LogicalResult
importScaledProduct(NodeImport &node, Factor weights, unsigned bScale, unsigned bias,
                    llvm::function_ref<std::pair<Value, Value>(Value a, mlir::Type element)> left) {
  Value a = node.input(0);
  if (!a || rankOf(a) == 0)
    return a ? node.malformed("a scalar cannot be multiplied as a matrix") : failure();
  mlir::Type element = exactElement(node, weights, nn::dimOf(a.getType(), rankOf(a) - 1).getConstant());
  auto [numbers, aScale] = left(a, element);
  Value sums = multiplyMatrices(node, numbers, centred(node, weights, element));
  Value scale = scaleInput(node, bScale);
  return sums ? finishProduct(node, node.cast(sums, node.builder().getF32Type()), aScale, scale, bias) : failure();
}

LogicalResult importMatMulIntegerToFloat(NodeImport &node) {
  return importScaledProduct(node, {1, 5, -1}, 3, 6, [&](Value, mlir::Type element) {
    return std::pair(centred(node, {0, 4, -2}, element), scaleInput(node, 2));
  });
}

LogicalResult importDynamicQuantizeMatMul(NodeImport &node) {
  return importScaledProduct(node, {1, 3, -1}, 2, 4, [&](Value a, mlir::Type element) {
    auto [numbers, scale, zero] = quantizeDynamically(node, a);
    if (!numbers)
      return std::pair(Value(), Value());
    Value middle = node.broadcast(node.cast(zero, element), nn::dimsOf(a.getType()));
    return std::pair(node.same<nn::SubOp>(node.cast(numbers, element), middle), scale);
  });
}

} // namespace margay::frontend::onnx
