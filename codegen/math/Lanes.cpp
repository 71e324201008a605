//===- Lanes.cpp - arithmetic on one float or a vector of them ------------===//

#include "codegen/math/Lanes.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Type Lanes::typeOf(Type element) const {
  auto vector = dyn_cast<VectorType>(like);
  return vector ? vector.clone(element) : element;
}

/// A constant scalar, or the vector that repeats it.
static Value splat(Lanes &lanes, Type type, TypedAttr element) {
  TypedAttr value = element;
  if (auto vector = dyn_cast<VectorType>(type))
    value = DenseElementsAttr::get(vector, Attribute(element));
  return arith::ConstantOp::create(lanes.builder, lanes.loc, value);
}

Lanes Lanes::wide() const {
  Lanes result = *this;
  result.isWide = true;
  return result;
}

Lanes Lanes::single() const {
  Lanes result = *this;
  result.like = getElementTypeOrSelf(like);
  return result;
}

int64_t Lanes::count() const {
  auto vector = dyn_cast<VectorType>(like);
  return vector ? vector.getNumElements() : 0;
}

Value Lanes::constant(double value) {
  return splat(*this, real(), builder.getFloatAttr(getElementTypeOrSelf(real()), value));
}
Value Lanes::integer(uint64_t value) {
  auto type = cast<IntegerType>(getElementTypeOrSelf(integral()));
  return splat(*this, integral(), builder.getIntegerAttr(type, APInt(type.getWidth(), value, false, true)));
}

Value Lanes::add(Value a, Value b) { return arith::AddFOp::create(builder, loc, a, b); }
Value Lanes::sub(Value a, Value b) { return arith::SubFOp::create(builder, loc, a, b); }
Value Lanes::mul(Value a, Value b) { return arith::MulFOp::create(builder, loc, a, b); }
Value Lanes::div(Value a, Value b) { return arith::DivFOp::create(builder, loc, a, b); }

Value Lanes::fma(Value a, Value b, Value c) {
  if (level.fma)
    return math::FmaOp::create(builder, loc, a, b, c);
  return add(mul(a, b), c);
}

Value Lanes::sqrt(Value x) { return math::SqrtOp::create(builder, loc, x); }
Value Lanes::floor(Value x) { return math::FloorOp::create(builder, loc, x); }

Value Lanes::compare(Compare predicate, Value a, Value b) {
  return arith::CmpFOp::create(builder, loc, predicate, a, b);
}
Value Lanes::compare(IntCompare predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}
Value Lanes::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}

Value Lanes::bits(Value x) { return arith::BitcastOp::create(builder, loc, integral(), x); }
Value Lanes::fromBits(Value x) { return arith::BitcastOp::create(builder, loc, real(), x); }
Value Lanes::toFloat(Value x) {
  if (!isWide)
    return arith::SIToFPOp::create(builder, loc, f32(), x);
  // Before AVX-512 there is no instruction for vectors. The bits of 1.5 * 2^52 count ones.
  Value shifter = constant(0x1.8p+52);
  return sub(fromBits(addBits(x, bits(shifter))), shifter);
}
Value Lanes::addBits(Value a, Value b) { return arith::AddIOp::create(builder, loc, a, b); }
Value Lanes::subBits(Value a, Value b) { return arith::SubIOp::create(builder, loc, a, b); }
Value Lanes::andBits(Value a, Value b) { return arith::AndIOp::create(builder, loc, a, b); }
Value Lanes::orBits(Value a, Value b) { return arith::OrIOp::create(builder, loc, a, b); }
Value Lanes::xorBits(Value a, Value b) { return arith::XOrIOp::create(builder, loc, a, b); }
Value Lanes::shiftLeft(Value a, unsigned count) { return arith::ShLIOp::create(builder, loc, a, integer(count)); }
Value Lanes::shiftRight(Value a, unsigned count) { return arith::ShRUIOp::create(builder, loc, a, integer(count)); }
Value Lanes::shiftRightArithmetic(Value a, unsigned count) {
  return arith::ShRSIOp::create(builder, loc, a, integer(count));
}

Value Lanes::withSign(Value size, Value sign) {
  // Not by bits in f64: LLVM 22 makes a copysign of those, takes the sign from where it was extended from, and calls a
  // library if that is an f16.
  if (isWide)
    return select(compare(IntCompare::slt, bits(sign), integer(0)), negate(size), size);
  return fromBits(orBits(bits(size), andBits(bits(sign), integer(signBit()))));
}
