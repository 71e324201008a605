//===- Activation.cpp - functions that activate, as cells and kernels have them ===//

#include "codegen/kernels/Activation.h"
#include "codegen/math/Functions.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Value codegen::shortPayload(Emit &e, Operation *op, ValueRange operands) {
  if (!isa<nn::GeluOp, nn::SigmoidOp>(op) || !getElementTypeOrSelf(operands[0].getType()).isF32())
    return {};
  Lanes lanes(e.builder, e.loc, operands[0].getType(), e.level);
  if (isa<nn::SigmoidOp>(op))
    return expandSigmoid(lanes, operands[0]);
  return cast<nn::GeluOp>(op).getTanh() ? expandTanhGelu(lanes, operands[0]) : expandGelu(lanes, operands[0]);
}

Value codegen::activation(Emit &e, StringRef name, double alpha, double beta, Value x) {
  Type element = getElementTypeOrSelf(x.getType());
  auto vector = dyn_cast<VectorType>(x.getType());
  int64_t lanes = vector ? vector.getNumElements() : 1;
  auto number = [&](double value) { return e.constantVector(element, lanes, value); };
  auto add = [&](Value a, Value b) -> Value { return arith::AddFOp::create(e.builder, e.loc, a, b); };
  auto mul = [&](Value a, Value b) -> Value { return arith::MulFOp::create(e.builder, e.loc, a, b); };
  auto div = [&](Value a, Value b) -> Value { return arith::DivFOp::create(e.builder, e.loc, a, b); };
  auto max = [&](Value a, Value b) -> Value { return arith::MaximumFOp::create(e.builder, e.loc, a, b); };
  auto min = [&](Value a, Value b) -> Value { return arith::MinimumFOp::create(e.builder, e.loc, a, b); };
  auto tanh = [&](Value a) -> Value { return math::TanhOp::create(e.builder, e.loc, a); };
  auto abs = [&](Value a) -> Value { return math::AbsFOp::create(e.builder, e.loc, a); };
  auto negative = [&](Value a) -> Value { return arith::NegFOp::create(e.builder, e.loc, a); };
  auto exp = [&](Value a) -> Value { return math::ExpOp::create(e.builder, e.loc, a); };
  auto where = [&](arith::CmpFPredicate predicate, Value bound, Value a, Value b) -> Value {
    Value holds = arith::CmpFOp::create(e.builder, e.loc, predicate, x, bound);
    return arith::SelectOp::create(e.builder, e.loc, holds, a, b);
  };
  if (name == "sigmoid" && element.isF32()) {
    Lanes narrow(e.builder, e.loc, x.getType(), e.level);
    return expandSigmoid(narrow, x);
  }
  if (name == "sigmoid")
    return div(number(1), add(number(1), exp(negative(x))));
  if (name == "tanh")
    return tanh(x);
  if (name == "relu")
    return where(arith::CmpFPredicate::OLT, number(0), number(0), x);
  if (name == "affine")
    return add(mul(number(alpha), x), number(beta));
  if (name == "leakyrelu")
    return where(arith::CmpFPredicate::OLT, number(0), mul(number(alpha), x), x);
  if (name == "thresholdedrelu")
    return where(arith::CmpFPredicate::OGT, number(alpha), x, number(0));
  if (name == "scaledtanh")
    return mul(number(alpha), tanh(mul(number(beta), x)));
  if (name == "hardsigmoid")
    return min(max(add(mul(number(alpha), x), number(beta)), number(0)), number(1));
  if (name == "elu")
    return where(arith::CmpFPredicate::OLT, number(0), mul(number(alpha), math::ExpM1Op::create(e.builder, e.loc, x)),
                 x);
  if (name == "softsign")
    return div(x, add(number(1), abs(x)));
  assert(name == "softplus" && "the verifier knows the names");
  return add(math::Log1pOp::create(e.builder, e.loc, exp(negative(abs(x)))), max(x, number(0)));
}
