//===- Activations.cpp - Elu, Gelu, HardSwish and their like --------------===//

#include "frontend/onnx/ops/Operators.h"

using namespace mlir;

namespace margay::frontend::onnx {

static Value scaled(NodeImport &node, Value x, double factor) { return affine(node, x, factor, 0); }

/// x where it is above `bound`, else `otherwise`.
static Value aboveElse(NodeImport &node, Value x, double bound, Value otherwise) {
  return choose(node, compare(node, nn::CompareKind::Gt, x, node.splat(bound, x)), x, otherwise);
}

static Value clamped(NodeImport &node, Value x, double low, double high) {
  x = node.same<nn::MaxOp>(x, node.splat(low, x));
  return node.same<nn::MinOp>(x, node.splat(high, x));
}

/// log(1 + exp(x)), which neither overflows nor loses small numbers.
static Value softplus(NodeImport &node, Value x) {
  Value power = node.same<nn::ExpOp>(node.same<nn::NegOp>(node.same<nn::AbsOp>(x)));
  return node.same<nn::AddOp>(node.same<nn::Log1pOp>(power), node.same<nn::ReluOp>(x));
}

LogicalResult importCelu(NodeImport &node) {
  float alpha = node.number("alpha", 1);
  Value x = node.input(0);
  if (alpha == 0)
    return node.malformed("attribute 'alpha' is 0");
  return node.result(aboveElse(node, x, 0, scaled(node, node.same<nn::Expm1Op>(scaled(node, x, 1.0 / alpha)), alpha)));
}

LogicalResult importElu(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.input(0);
  return node.result(aboveElse(node, x, 0, scaled(node, node.same<nn::Expm1Op>(x), node.number("alpha", 1))));
}

LogicalResult importSelu(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.input(0);
  float alpha = node.number("alpha", node.opset() < 6 ? 1.6732f : 1.67326319217681884765625f),
        gamma = node.number("gamma", node.opset() < 6 ? 1.0507f : 1.05070102214813232421875f);
  return node.result(scaled(node, aboveElse(node, x, 0, scaled(node, node.same<nn::Expm1Op>(x), alpha)), gamma));
}

LogicalResult importGelu(NodeImport &node) {
  llvm::StringRef how = node.text("approximate", "none");
  if (how != "none" && how != "tanh")
    return node.malformed("has the unknown approximation " + quoted(how));
  return node.result(node.same<nn::GeluOp>(node.input(0), how == "tanh"));
}

LogicalResult importHardSigmoid(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  float alpha = node.number("alpha", 0.2f), beta = node.number("beta", 0.5f);
  return node.result(clamped(node, affine(node, node.input(0), alpha, beta), 0, 1));
}

LogicalResult importHardSwish(NodeImport &node) {
  Value x = node.input(0);
  Value gate = clamped(node, affine(node, x, 1.0 / 6, 0.5), 0, 1);
  return node.result(node.same<nn::MulOp>(x, gate));
}

LogicalResult importLeakyRelu(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.input(0);
  float alpha = node.number("alpha", 0.01f);
  Value isNegative = compare(node, nn::CompareKind::Lt, x, node.splat(0, x));
  return node.result(choose(node, isNegative, scaled(node, x, alpha), x));
}

LogicalResult importMish(NodeImport &node) {
  Value x = node.input(0);
  return node.result(node.same<nn::MulOp>(x, node.same<nn::TanhOp>(softplus(node, x))));
}

/// The slope is stretched along x: by numpy's rule, or until opset 6 along its channels.
LogicalResult importPRelu(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.input(0), slope = node.input(1);
  if (!x || !slope)
    return failure();
  if (elementOf(x) != elementOf(slope))
    return node.malformed("its inputs are of types " + nameOf(elementOf(x)) + " and " + nameOf(elementOf(slope)));
  Dims dims = nn::dimsOf(x.getType());
  if (node.opset() < 7 && rankOf(slope) == 1 && rankOf(x) > 1) {
    if (nn::dimOf(slope.getType(), 0).getConstant() == 1)
      slope = node.reshape(slope, {});
    else
      slope = node.alongAxis(slope, x, 1);
  } else {
    std::optional<Dims> wide = node.broadcastDims(dims, nn::dimsOf(slope.getType()));
    if (!wide)
      return failure();
    if (*wide != dims)
      return node.malformed("its slope does not fit its input");
  }
  Value product = node.same<nn::MulOp>(x, node.broadcast(slope, dims));
  return node.result(choose(node, compare(node, nn::CompareKind::Lt, x, node.splat(0, x)), product, x));
}

/// The bounds need not be integers where the elements are.
LogicalResult importShrink(NodeImport &node) {
  Value input = node.input(0);
  if (!input)
    return failure();
  mlir::Type element = elementOf(input);
  Value x = isa<FloatType>(element) ? input : node.cast(input, node.builder().getF64Type());
  float bias = node.number("bias", 0), lambda = node.number("lambd", 0.5f);
  Value below = compare(node, nn::CompareKind::Lt, x, node.splat(-lambda, x)),
        above = compare(node, nn::CompareKind::Gt, x, node.splat(lambda, x));
  Value right = choose(node, above, affine(node, x, 1, -bias), node.splat(0, x));
  return node.result(node.cast(choose(node, below, affine(node, x, 1, bias), right), element));
}

LogicalResult importSoftplus(NodeImport &node) { return node.result(softplus(node, node.input(0))); }

LogicalResult importSoftsign(NodeImport &node) {
  Value x = node.input(0);
  return node.result(node.same<nn::DivOp>(x, affine(node, node.same<nn::AbsOp>(x), 1, 1)));
}

LogicalResult importSwish(NodeImport &node) {
  Value x = node.input(0);
  return node.result(node.same<nn::MulOp>(x, node.same<nn::SigmoidOp>(scaled(node, x, node.number("alpha", 1)))));
}

LogicalResult importThresholdedRelu(NodeImport &node) {
  Value x = node.input(0);
  float alpha = node.number("alpha", 1);
  return node.result(aboveElse(node, x, alpha, node.splat(0, x)));
}

} // namespace margay::frontend::onnx
