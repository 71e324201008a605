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

Value Lanes::constant(float value) { return splat(*this, f32(), builder.getF32FloatAttr(value)); }
Value Lanes::integer(uint32_t value) {
  return splat(*this, i32(), builder.getI32IntegerAttr(static_cast<int32_t>(value)));
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

Value Lanes::polynomial(Value x, ArrayRef<float> coefficients) {
  Value result = constant(coefficients.back());
  for (float coefficient : llvm::reverse(coefficients.drop_back()))
    result = fma(result, x, constant(coefficient));
  return result;
}

Value Lanes::compare(Compare predicate, Value a, Value b) {
  return arith::CmpFOp::create(builder, loc, predicate, a, b);
}
Value Lanes::compare(IntCompare predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}
Value Lanes::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}

Value Lanes::bits(Value x) { return arith::BitcastOp::create(builder, loc, i32(), x); }
Value Lanes::fromBits(Value x) { return arith::BitcastOp::create(builder, loc, f32(), x); }
Value Lanes::toFloat(Value x) { return arith::SIToFPOp::create(builder, loc, f32(), x); }
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
