//===- ElementwiseMath.cpp - functions of real numbers --------------------===//

#include "ir/Ops.h"
#include "ir/Payload.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay::nn;
using namespace margay::nn::payload;

#define MARGAY_PAYLOAD(Name, MathOp)                                                                                   \
  Value Name::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {                                    \
    return math::MathOp::create(builder, loc, operands[0]);                                                            \
  }
MARGAY_PAYLOAD(AcosOp, AcosOp)
MARGAY_PAYLOAD(AcoshOp, AcoshOp)
MARGAY_PAYLOAD(AsinOp, AsinOp)
MARGAY_PAYLOAD(AsinhOp, AsinhOp)
MARGAY_PAYLOAD(AtanOp, AtanOp)
MARGAY_PAYLOAD(AtanhOp, AtanhOp)
MARGAY_PAYLOAD(CosOp, CosOp)
MARGAY_PAYLOAD(CoshOp, CoshOp)
MARGAY_PAYLOAD(Expm1Op, ExpM1Op)
MARGAY_PAYLOAD(Log1pOp, Log1pOp)
MARGAY_PAYLOAD(RoundOp, RoundEvenOp)
MARGAY_PAYLOAD(SinOp, SinOp)
MARGAY_PAYLOAD(SinhOp, SinhOp)
MARGAY_PAYLOAD(TanOp, TanOp)
#undef MARGAY_PAYLOAD

Value PowOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return math::PowFOp::create(builder, loc, operands[0], operands[1]);
}

Value GeluOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  Value x = operands[0];
  auto number = [&](double value) { return splat(builder, loc, x.getType(), value); };
  auto mul = [&](Value a, Value b) -> Value { return arith::MulFOp::create(builder, loc, a, b); };
  auto add = [&](Value a, Value b) -> Value { return arith::AddFOp::create(builder, loc, a, b); };
  Value inner;
  if (getTanh()) {
    Value cubic = mul(mul(mul(x, x), x), number(0.044715));
    inner = math::TanhOp::create(builder, loc, mul(add(x, cubic), number(0.79788456080286535588)));
  } else {
    inner = math::ErfOp::create(builder, loc, mul(x, number(0.70710678118654752440)));
  }
  return mul(mul(x, number(0.5)), add(inner, number(1)));
}
