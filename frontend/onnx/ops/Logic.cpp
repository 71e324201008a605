//===- Logic.cpp - comparisons, choices, bits and remainders --------------===//

#include "frontend/onnx/ops/Operators.h"

using namespace mlir;

namespace margay::frontend::onnx {

Value choose(NodeImport &node, Value condition, Value onTrue, Value onFalse) {
  if (!condition || !onTrue || !onFalse || node.hasFailed())
    return nullptr;
  return nn::SelectOp::create(node.builder(), node.loc, onTrue.getType(), condition, onTrue, onFalse);
}

Value compare(NodeImport &node, nn::CompareKind kind, Value a, Value b) {
  return node.infer<nn::CompareOp>(a, b, kind);
}

LogicalResult importCompare(NodeImport &node, nn::CompareKind kind) {
  auto operands = broadcastOperands(node);
  return operands ? node.result(compare(node, kind, operands->first, operands->second)) : failure();
}

LogicalResult importEqual(NodeImport &node) { return importCompare(node, nn::CompareKind::Eq); }
LogicalResult importGreater(NodeImport &node) { return importCompare(node, nn::CompareKind::Gt); }
LogicalResult importGreaterOrEqual(NodeImport &node) { return importCompare(node, nn::CompareKind::Ge); }
LogicalResult importLess(NodeImport &node) { return importCompare(node, nn::CompareKind::Lt); }
LogicalResult importLessOrEqual(NodeImport &node) { return importCompare(node, nn::CompareKind::Le); }

LogicalResult importWhere(NodeImport &node) {
  Value condition = node.input(0), onTrue = node.input(1), onFalse = node.input(2);
  if (!condition || !onTrue || !onFalse)
    return failure();
  if (!elementOf(condition).isInteger(1))
    return node.malformed("its condition is of type " + nameOf(elementOf(condition)) + ", it has to be bool");
  if (elementOf(onTrue) != elementOf(onFalse))
    return node.malformed("its inputs are of types " + nameOf(elementOf(onTrue)) + " and " +
                          nameOf(elementOf(onFalse)));
  Dims dims;
  for (Value value : {condition, onTrue, onFalse}) {
    std::optional<Dims> wider = node.broadcastDims(dims, nn::dimsOf(value.getType()));
    if (!wider)
      return failure();
    dims = *wider;
  }
  return node.result(
      choose(node, node.broadcast(condition, dims), node.broadcast(onTrue, dims), node.broadcast(onFalse, dims)));
}

LogicalResult importIsNan(NodeImport &node) {
  Value x = node.input(0);
  return node.result(compare(node, nn::CompareKind::Ne, x, x)); // The one number that is not equal to itself.
}

LogicalResult importIsInf(NodeImport &node) {
  Value x = node.input(0);
  bool negative = node.flag("detect_negative", true), positive = node.flag("detect_positive", true);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (negative && positive)
    x = node.same<nn::AbsOp>(x);
  Value bound = node.splat(positive ? infinity : -infinity, x);
  Value isInfinite = compare(node, nn::CompareKind::Eq, x, bound);
  if (!negative && !positive)
    isInfinite = compare(node, nn::CompareKind::Ne, isInfinite, isInfinite);
  return node.result(isInfinite);
}

LogicalResult importBitShift(NodeImport &node) {
  llvm::StringRef direction = node.text("direction", "");
  auto operands = broadcastOperands(node);
  if (!operands)
    return failure();
  if (direction == "LEFT")
    return node.result(node.same<nn::ShiftLeftOp>(operands->first, operands->second));
  if (direction == "RIGHT")
    return node.result(node.same<nn::ShiftRightOp>(operands->first, operands->second));
  return node.malformed("attribute 'direction' has to be LEFT or RIGHT");
}

LogicalResult importMod(NodeImport &node) {
  bool truncated = node.flag("fmod");
  auto operands = broadcastOperands(node);
  if (!operands)
    return failure();
  if (isa<FloatType>(elementOf(operands->first)) && !truncated)
    return node.malformed("attribute 'fmod' has to be 1 for floats");
  return node.result(node.same<nn::ModOp>(operands->first, operands->second, truncated));
}

/// The base's type decides. Integers are raised in f64, which holds those up to 2^53 exactly.
LogicalResult importPow(NodeImport &node) {
  Value base = node.input(0), exponent = node.input(1);
  if (!base || !exponent)
    return failure();
  if (node.opset() < 7) {
    auto operands = broadcastOperands(node);
    return operands ? node.result(node.same<nn::PowOp>(operands->first, operands->second)) : failure();
  }
  mlir::Type element = elementOf(base);
  mlir::Type real = isa<FloatType>(element) ? element : mlir::Type(node.builder().getF64Type());
  llvm::SmallVector<Value> wide = node.broadcastTogether({node.cast(base, real), node.cast(exponent, real)});
  if (wide.empty())
    return failure();
  return node.result(node.cast(node.same<nn::PowOp>(wide[0], wide[1]), element));
}

LogicalResult importCastLike(NodeImport &node) {
  node.ignore({"saturate", "round_mode"});
  Value input = node.input(0), like = node.input(1);
  return like ? node.result(node.cast(input, elementOf(like))) : failure();
}

LogicalResult importBitCast(NodeImport &node) {
  Value input = node.input(0);
  mlir::Type element = elementAttribute(node, "to");
  if (!input || !element)
    return failure();
  // In ONNX a bool is a byte that is 0 or 1.
  mlir::Type byte = node.builder().getIntegerType(8, false);
  if (elementOf(input).isInteger(1))
    input = node.cast(input, byte);
  mlir::Type stored = element.isInteger(1) ? byte : element;
  mlir::Type type = nn::tensorOf(nn::dimsOf(input.getType()), stored);
  if (elementOf(input).getIntOrFloatBitWidth() != stored.getIntOrFloatBitWidth())
    return node.malformed("a bit cast of " + nameOf(elementOf(input)) + " to " + nameOf(element) +
                          " changes the width of elements");
  return node.result(node.cast(nn::BitcastOp::create(node.builder(), node.loc, type, input), element));
}

} // namespace margay::frontend::onnx
