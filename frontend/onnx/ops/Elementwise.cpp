//===- Elementwise.cpp - Add, Clip, Cast and their like -------------------===//

#include "frontend/onnx/TensorData.h"
#include "frontend/onnx/ops/Operators.h"

using namespace mlir;

namespace margay::frontend::onnx {

Value affine(NodeImport &node, Value x, double scale, double offset) {
  if (x && scale != 1)
    x = node.same<nn::MulOp>(x, node.splat(scale, x));
  return x && offset != 0 ? node.same<nn::AddOp>(x, node.splat(offset, x)) : x;
}

/// Before opset 7 operands had equal shapes, unless `broadcast` said that the second is stretched along the first: its
/// dimensions are those from `axis` on, or the last ones.
static std::optional<std::pair<Value, Value>> broadcastUntil6(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  Value first = node.input(0), second = node.input(1);
  bool stretches = node.flag("broadcast");
  std::optional<int64_t> axis = node.maybeInteger("axis");
  if (!first || !second)
    return std::nullopt;
  if (elementOf(first) != elementOf(second))
    return node.malformed("its inputs are of types " + nameOf(elementOf(first)) + " and " + nameOf(elementOf(second)));
  Dims own = nn::dimsOf(first.getType()), dims = nn::dimsOf(second.getType());
  if (!stretches) {
    if (own == dims)
      return std::make_pair(first, second);
    return node.malformed("its inputs have different shapes, and it has no attribute 'broadcast'");
  }
  int64_t rank = own.size(), from = axis.value_or(rank - int64_t(dims.size()));
  if (axis && *axis < 0)
    from += rank;
  if (from < 0 || from > rank - int64_t(dims.size()))
    return node.malformed("its second input does not fit into the first at axis " + llvm::Twine(from));
  // What is left of the axis is there already; ones on the right make it broadcast like any other.
  dims.append(rank - from - dims.size(), node.dim(1));
  llvm::SmallVector<Value> wide = node.broadcastTogether({first, node.reshape(second, dims)});
  if (wide.empty())
    return std::nullopt;
  return std::make_pair(wide[0], wide[1]);
}

std::optional<std::pair<Value, Value>> broadcastOperands(NodeImport &node) {
  if (node.opset() < 7)
    return broadcastUntil6(node);
  llvm::SmallVector<Value> inputs = node.inputs();
  llvm::SmallVector<Value> wide = node.broadcastTogether(inputs);
  if (wide.size() != 2)
    return std::nullopt;
  return std::make_pair(wide[0], wide[1]);
}

LogicalResult importMean(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  llvm::SmallVector<Value> inputs = node.broadcastTogether(node.inputs());
  if (inputs.empty())
    return failure();
  Value sum = inputs[0];
  for (Value input : llvm::ArrayRef(inputs).drop_front())
    sum = node.same<nn::AddOp>(sum, input);
  return node.result(node.same<nn::DivOp>(sum, node.splat(double(inputs.size()), sum)));
}

/// min(max(x, low), high): where the bounds cross, the upper one wins, as ONNX says.
static LogicalResult clip(NodeImport &node, Value input, Value low, Value high) {
  if (low)
    input = node.same<nn::MaxOp>(input, low);
  if (high)
    input = node.same<nn::MinOp>(input, high);
  return node.result(input);
}

LogicalResult importClip(NodeImport &node) {
  Value input = node.input(0);
  auto bound = [&](unsigned index) -> Value {
    if (!node.hasInput(index))
      return nullptr;
    Value value = node.input(index);
    if (!input || !value)
      return nullptr;
    if (nn::product(node.loc.getContext(), nn::dimsOf(value.getType())).getConstant() != 1)
      return node.malformed("input " + llvm::Twine(index + 1) + " is not a single number");
    if (elementOf(value) != elementOf(input))
      return node.malformed("its inputs are of types " + nameOf(elementOf(input)) + " and " + nameOf(elementOf(value)));
    return node.broadcast(node.reshape(value, {}), nn::dimsOf(input.getType()));
  };
  Value low = bound(1), high = bound(2);
  return clip(node, input, low, high);
}

LogicalResult importClipUntil10(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  Value input = node.input(0);
  std::optional<float> min = node.maybeNumber("min"), max = node.maybeNumber("max");
  Value low = min ? node.splat(*min, input) : nullptr, high = max ? node.splat(*max, input) : nullptr;
  return clip(node, input, low, high);
}

mlir::Type elementAttribute(NodeImport &node, llvm::StringRef name) {
  std::optional<int64_t> number = node.maybeInteger(name);
  if (!number) {
    if (!node.hasFailed())
      node.malformed("attribute " + quoted(name) + " is missing");
    return nullptr;
  }
  ElementType type = *number == int32_t(*number) ? ElementType(*number) : ElementType::Undefined;
  if (!lookup(type)) {
    node.malformed("attribute " + quoted(name) + " is " + llvm::Twine(*number) + ", which is no element type");
    return nullptr;
  }
  mlir::Type element = typeOf(node.loc.getContext(), type);
  if (!element)
    node.unsupported("elements of type " + nameOf(type) + " are not supported");
  return element;
}

/// Until opset 5 the type was called by its name.
static mlir::Type namedElement(NodeImport &node) {
  std::optional<ElementType> type = elementTypeNamed(node.text("to", "").lower());
  if (!type) {
    if (!node.hasFailed())
      node.malformed("attribute 'to' names no element type");
    return nullptr;
  }
  mlir::Type element = typeOf(node.loc.getContext(), *type);
  if (!element)
    node.unsupported("elements of type " + nameOf(*type) + " are not supported");
  return element;
}

LogicalResult importCast(NodeImport &node) {
  // Rounding and saturation are asked for by casts to 8-bit floats only.
  node.ignore({"saturate", "round_mode"});
  mlir::Type element = node.opset() < 6 ? namedElement(node) : elementAttribute(node, "to");
  return element ? node.result(node.cast(node.input(0), element)) : failure();
}

} // namespace margay::frontend::onnx
