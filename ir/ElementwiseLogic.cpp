//===- ElementwiseLogic.cpp - comparisons, choices, bits and remainders ---===//

#include "ir/Dim.h"
#include "ir/Ops.h"
#include "ir/Payload.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay::nn;
using namespace margay::nn::payload;

static Value compare(OpBuilder &builder, Location loc, arith::CmpIPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}

static Value select(OpBuilder &builder, Location loc, Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}

//===----------------------------------------------------------------------===//
// Comparisons and choices
//===----------------------------------------------------------------------===//

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context, std::optional<Location> /*loc*/, ValueRange operands,
                                          DictionaryAttr /*attributes*/, OpaqueProperties /*properties*/,
                                          RegionRange /*regions*/, SmallVectorImpl<Type> &types) {
  types.push_back(tensorOf(dimsOf(operands[0].getType()), IntegerType::get(context, 1)));
  return success();
}

static arith::CmpFPredicate floatPredicate(CompareKind kind) {
  switch (kind) {
  case CompareKind::Eq:
    return arith::CmpFPredicate::OEQ;
  case CompareKind::Ne:
    return arith::CmpFPredicate::UNE;
  case CompareKind::Lt:
    return arith::CmpFPredicate::OLT;
  case CompareKind::Le:
    return arith::CmpFPredicate::OLE;
  case CompareKind::Gt:
    return arith::CmpFPredicate::OGT;
  case CompareKind::Ge:
    return arith::CmpFPredicate::OGE;
  }
  llvm_unreachable("all kinds are handled");
}

static arith::CmpIPredicate integerPredicate(CompareKind kind, bool isUnsigned) {
  switch (kind) {
  case CompareKind::Eq:
    return arith::CmpIPredicate::eq;
  case CompareKind::Ne:
    return arith::CmpIPredicate::ne;
  case CompareKind::Lt:
    return isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt;
  case CompareKind::Le:
    return isUnsigned ? arith::CmpIPredicate::ule : arith::CmpIPredicate::sle;
  case CompareKind::Gt:
    return isUnsigned ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::sgt;
  case CompareKind::Ge:
    return isUnsigned ? arith::CmpIPredicate::uge : arith::CmpIPredicate::sge;
  }
  llvm_unreachable("all kinds are handled");
}

Value CompareOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  if (isFloat(operands[0]))
    return arith::CmpFOp::create(builder, loc, floatPredicate(getKind()), operands[0], operands[1]);
  return compare(builder, loc, integerPredicate(getKind(), isUnsigned(getLhs().getType())), operands[0], operands[1]);
}

LogicalResult SelectOp::verify() {
  if (dimsOf(getCondition().getType()) != dimsOf(getType()))
    return emitOpError("condition and result have different shapes");
  return success();
}

Value SelectOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return select(builder, loc, operands[0], operands[1], operands[2]);
}

Value SignOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  Value x = operands[0];
  Type type = x.getType();
  Value zero = splat(builder, loc, type, 0), one = splat(builder, loc, type, 1);
  if (isFloat(x)) {
    Value above = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, x, zero);
    Value below = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, x, zero);
    Value minusOne = splat(builder, loc, type, -1);
    return select(builder, loc, above, one, select(builder, loc, below, minusOne, x));
  }
  if (isUnsigned(getType()))
    return select(builder, loc, compare(builder, loc, arith::CmpIPredicate::ne, x, zero), one, zero);
  Value above = compare(builder, loc, arith::CmpIPredicate::sgt, x, zero);
  Value below = compare(builder, loc, arith::CmpIPredicate::slt, x, zero);
  return select(builder, loc, above, one, select(builder, loc, below, splat(builder, loc, type, -1), zero));
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

Value AndOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return arith::AndIOp::create(builder, loc, operands[0], operands[1]);
}

Value OrOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return arith::OrIOp::create(builder, loc, operands[0], operands[1]);
}

Value XorOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return arith::XOrIOp::create(builder, loc, operands[0], operands[1]);
}

Value NotOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return arith::XOrIOp::create(builder, loc, operands[0], splat(builder, loc, operands[0].getType(), -1));
}

/// A shift by the width or more is undefined in hardware and LLVM: shift by 0 instead, then choose 0.
template <typename Shift> static Value shift(OpBuilder &builder, Location loc, ValueRange operands) {
  Type type = operands[0].getType();
  unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  Value zero = splat(builder, loc, type, 0);
  if (width == 1) // By 0 or by all of it.
    return select(builder, loc, operands[1], zero, operands[0]);
  Value inside = compare(builder, loc, arith::CmpIPredicate::ult, operands[1], splat(builder, loc, type, width));
  Value safe = select(builder, loc, inside, operands[1], zero);
  return select(builder, loc, inside, Shift::create(builder, loc, operands[0], safe), zero);
}

Value ShiftLeftOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return shift<arith::ShLIOp>(builder, loc, operands);
}

Value ShiftRightOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  return shift<arith::ShRUIOp>(builder, loc, operands);
}

LogicalResult BitcastOp::verify() {
  auto from = getOperand().getType(), to = getType();
  if (dimsOf(from) != dimsOf(to))
    return emitOpError("changes the shape of its operand");
  if (from.getElementTypeBitWidth() != to.getElementTypeBitWidth())
    return emitOpError("changes the width of elements");
  return success();
}

Value BitcastOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  Type target = getType().getElementType();
  if (isa<IntegerType>(target)) // arith knows no signs.
    target = builder.getIntegerType(target.getIntOrFloatBitWidth());
  if (auto vector = dyn_cast<VectorType>(operands[0].getType()))
    target = VectorType::get(vector.getShape(), target);
  if (operands[0].getType() == target)
    return operands[0];
  return arith::BitcastOp::create(builder, loc, target, operands[0]);
}

//===----------------------------------------------------------------------===//
// Remainders
//===----------------------------------------------------------------------===//

LogicalResult ModOp::verify() {
  if (isa<FloatType>(getType().getElementType()) && !getTruncated())
    return emitOpError("of floats must be truncated");
  return success();
}

Value ModOp::buildPayload(OpBuilder &builder, Location loc, ValueRange operands) {
  Value x = operands[0], y = operands[1];
  if (isFloat(x))
    return arith::RemFOp::create(builder, loc, x, y);
  Type type = x.getType();
  Value zero = splat(builder, loc, type, 0), one = splat(builder, loc, type, 1);
  Value byZero = compare(builder, loc, arith::CmpIPredicate::eq, y, zero);
  Value safe = select(builder, loc, byZero, one, y);
  if (isUnsigned(getType()))
    return select(builder, loc, byZero, zero, arith::RemUIOp::create(builder, loc, x, safe));
  // The least integer by -1 overflows in hardware: the remainder by 1 is 0, too.
  Value byMinusOne = compare(builder, loc, arith::CmpIPredicate::eq, y, splat(builder, loc, type, -1));
  safe = select(builder, loc, byMinusOne, one, safe);
  Value remainder = arith::RemSIOp::create(builder, loc, x, safe);
  if (!getTruncated()) {
    Value isWhole = compare(builder, loc, arith::CmpIPredicate::eq, remainder, zero);
    Value signs = arith::XOrIOp::create(builder, loc, remainder, safe);
    Value sameSign = compare(builder, loc, arith::CmpIPredicate::sge, signs, zero);
    Value stays = arith::OrIOp::create(builder, loc, isWhole, sameSign);
    remainder = select(builder, loc, stays, remainder, arith::AddIOp::create(builder, loc, remainder, safe));
  }
  return select(builder, loc, byZero, zero, remainder);
}
