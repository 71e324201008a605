//===- ElementwiseOps.cpp - what elementwise operations compute -----------===//
//
// One payload per operation, in arith and math operations that work on scalars and on 1-D vectors alike. Code
// generation clones them into loops and epilogues and replaces the math operations by its own polynomials.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/Payload.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay::nn;
using namespace margay::nn::payload;

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

Value AbsOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isUnsigned(getType()))
    return operands[0];
  if (isFloat(operands[0]))
    return math::AbsFOp::create(builder, loc, operands[0]);
  return math::AbsIOp::create(builder, loc, operands[0]);
}

Value CeilOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return math::CeilOp::create(builder, loc, operands[0]);
}

Value ErfOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return math::ErfOp::create(builder, loc, operands[0]);
}

Value ExpOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return math::ExpOp::create(builder, loc, operands[0]);
}

Value FloorOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return math::FloorOp::create(builder, loc, operands[0]);
}

Value LogOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return math::LogOp::create(builder, loc, operands[0]);
}

Value NegOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isFloat(operands[0]))
    return arith::NegFOp::create(builder, loc, operands[0]);
  return arith::SubIOp::create(builder, loc, splat(builder, loc, operands[0].getType(), 0), operands[0]);
}

Value ReciprocalOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return arith::DivFOp::create(builder, loc, splat(builder, loc, operands[0].getType(), 1), operands[0]);
}

Value ReluOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isUnsigned(getType()))
    return operands[0];
  // 0 > x ? 0 : x keeps NaN, and is the one instruction maxps(0, x).
  Value zero = splat(builder, loc, operands[0].getType(), 0);
  Value below;
  if (isFloat(operands[0]))
    below = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, zero, operands[0]);
  else
    below = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt, zero, operands[0]);
  return arith::SelectOp::create(builder, loc, below, zero, operands[0]);
}

Value SigmoidOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  // 1 / (1 + e^-x); where e^-x might be infinity and lose the smallest results, e^x / (1 + e^x).
  Value x = operands[0];
  Value bound = splat(builder, loc, x.getType(), -16), one = splat(builder, loc, x.getType(), 1);
  Value isFar = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, x, bound);
  Value negated = arith::NegFOp::create(builder, loc, x);
  Value power = math::ExpOp::create(builder, loc, arith::SelectOp::create(builder, loc, isFar, x, negated));
  Value numerator = arith::SelectOp::create(builder, loc, isFar, power, one);
  return arith::DivFOp::create(builder, loc, numerator, arith::AddFOp::create(builder, loc, one, power));
}

Value SqrtOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return math::SqrtOp::create(builder, loc, operands[0]);
}

Value TanhOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return math::TanhOp::create(builder, loc, operands[0]);
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

Value AddOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isFloat(operands[0]))
    return arith::AddFOp::create(builder, loc, operands[0], operands[1]);
  return arith::AddIOp::create(builder, loc, operands[0], operands[1]);
}

Value SubOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isFloat(operands[0]))
    return arith::SubFOp::create(builder, loc, operands[0], operands[1]);
  return arith::SubIOp::create(builder, loc, operands[0], operands[1]);
}

Value MulOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isFloat(operands[0]))
    return arith::MulFOp::create(builder, loc, operands[0], operands[1]);
  return arith::MulIOp::create(builder, loc, operands[0], operands[1]);
}

Value DivOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isFloat(operands[0]))
    return arith::DivFOp::create(builder, loc, operands[0], operands[1]);
  // x / 0 is undefined and INT_MIN / -1 overflows in hardware: divide by 1 instead, then choose 0 and 0 - x.
  Type type = operands[0].getType();
  Value zero = splat(builder, loc, type, 0), one = splat(builder, loc, type, 1),
        minusOne = splat(builder, loc, type, -1);
  Value byZero = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, operands[1], zero);
  Value safe = arith::SelectOp::create(builder, loc, byZero, one, operands[1]);
  if (isUnsigned(getType()))
    return arith::SelectOp::create(builder, loc, byZero, zero, arith::DivUIOp::create(builder, loc, operands[0], safe));
  Value byMinusOne = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, operands[1], minusOne);
  safe = arith::SelectOp::create(builder, loc, byMinusOne, one, safe);
  Value quotient = arith::DivSIOp::create(builder, loc, operands[0], safe);
  Value negated = arith::SubIOp::create(builder, loc, zero, operands[0]);
  quotient = arith::SelectOp::create(builder, loc, byMinusOne, negated, quotient);
  return arith::SelectOp::create(builder, loc, byZero, zero, quotient);
}

Value MaxOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isFloat(operands[0]))
    return arith::MaximumFOp::create(builder, loc, operands[0], operands[1]);
  if (isUnsigned(getType()))
    return arith::MaxUIOp::create(builder, loc, operands[0], operands[1]);
  return arith::MaxSIOp::create(builder, loc, operands[0], operands[1]);
}

Value MinOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isFloat(operands[0]))
    return arith::MinimumFOp::create(builder, loc, operands[0], operands[1]);
  if (isUnsigned(getType()))
    return arith::MinUIOp::create(builder, loc, operands[0], operands[1]);
  return arith::MinSIOp::create(builder, loc, operands[0], operands[1]);
}

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

LogicalResult CastOp::verify() {
  auto from = getOperand().getType(), to = getType();
  if (from.getShape() != to.getShape() || from.getEncoding() != to.getEncoding())
    return emitOpError("changes the shape of its operand");
  return success();
}

Value CastOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  Value value = operands[0];
  Type from = getOperand().getType().getElementType(), to = getType().getElementType();
  bool fromUnsigned = isUnsigned(from);
  // arith knows no signs: unsigned elements are carried as signless ones of the same width.
  Type target = isa<IntegerType>(to) ? builder.getIntegerType(to.getIntOrFloatBitWidth()) : to;
  Type element = target;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    target = VectorType::get(vector.getShape(), target);
  if (value.getType() == target && from.isInteger(1) == to.isInteger(1))
    return value;
  if (to.isInteger(1)) {
    Value zero = splat(builder, loc, value.getType(), 0);
    if (isFloat(value))
      return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNE, value, zero);
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, value, zero);
  }
  unsigned fromWidth = getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth(),
           toWidth = element.getIntOrFloatBitWidth();
  if (isFloat(value) && isa<FloatType>(element)) {
    if (fromWidth < toWidth)
      return arith::ExtFOp::create(builder, loc, target, value);
    if (fromWidth == toWidth) { // f16 and bf16: neither has all values of the other.
      Type wide = builder.getF32Type();
      if (auto vector = dyn_cast<VectorType>(target))
        wide = vector.clone(wide);
      value = arith::ExtFOp::create(builder, loc, wide, value);
    }
    return arith::TruncFOp::create(builder, loc, target, value);
  }
  if (isFloat(value)) {
    if (to.isUnsignedInteger())
      return arith::FPToUIOp::create(builder, loc, target, value);
    return arith::FPToSIOp::create(builder, loc, target, value);
  }
  if (isa<FloatType>(element)) {
    if (fromUnsigned)
      return arith::UIToFPOp::create(builder, loc, target, value);
    return arith::SIToFPOp::create(builder, loc, target, value);
  }
  if (fromWidth == toWidth)
    return value;
  if (fromWidth > toWidth)
    return arith::TruncIOp::create(builder, loc, target, value);
  if (fromUnsigned)
    return arith::ExtUIOp::create(builder, loc, target, value);
  return arith::ExtSIOp::create(builder, loc, target, value);
}
