//===- Remainder.cpp - the remainder of a division of floats --------------===//
//
// Long division of the fractions as integers, ten bits at a time: what is left, shifted left by ten, modulo the
// divisor, for as often as the exponents demand. Nothing is rounded, and the result of floats is a float.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/EachLane.h"
#include "codegen/math/Functions.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

/// A finite double that is not negative, as fraction * 2^(exponent - 1075).
struct Number {
  Value fraction, exponent;
};

} // namespace

static Number decompose(Lanes &lane, Value bits) {
  Value one = lane.integer(uint64_t(1) << 52), first = lane.integer(1);
  Value exponent = lane.shiftRight(bits, 52), fraction = lane.andBits(bits, lane.integer((uint64_t(1) << 52) - 1));
  Value isNormal = lane.compare(Lanes::IntCompare::ne, exponent, lane.integer(0));
  return {lane.select(isNormal, lane.orBits(fraction, one), fraction), lane.select(isNormal, exponent, first)};
}

/// fraction * 2^(exponent - 1075), of a fraction of up to 53 bits.
static Value compose(Lanes &lane, Number number) {
  // The fraction is exact as a double. So are its products with powers of two, for the result is no finer than the
  // operands were; there are two of them because one may be none of a normal number.
  Value real = arith::SIToFPOp::create(lane.builder, lane.loc, lane.f64(), number.fraction);
  Value exponent = lane.subBits(number.exponent, lane.integer(1075));
  Value half = lane.shiftRightArithmetic(exponent, 1);
  real = lane.mul(real, powerOfTwo(lane, half));
  return lane.mul(real, powerOfTwo(lane, lane.subBits(exponent, half)));
}

static Value remainder(Lanes &lane, Value a, Value b) { return arith::RemUIOp::create(lane.builder, lane.loc, a, b); }

/// For sizes x >= y > 0, both finite.
static Value divide(Lanes &lane, Value x, Value y) {
  constexpr uint64_t step = 10;
  Number dividend = decompose(lane, lane.bits(x)), divisor = decompose(lane, lane.bits(y));
  Value count = lane.subBits(dividend.exponent, divisor.exponent);
  Value left = remainder(lane, dividend.fraction, divisor.fraction);
  auto loop = scf::WhileOp::create(
      lane.builder, lane.loc, TypeRange{lane.i64(), lane.i64()}, ValueRange{left, count},
      [&](OpBuilder &builder, Location loc, ValueRange state) {
        // There is nothing more to do when nothing is left.
        Value isLeft = arith::CmpIOp::create(builder, loc, Lanes::IntCompare::ne, state[0], lane.integer(0));
        Value more = arith::CmpIOp::create(builder, loc, Lanes::IntCompare::sgt, state[1], lane.integer(0));
        scf::ConditionOp::create(builder, loc, arith::AndIOp::create(builder, loc, isLeft, more), state);
      },
      [&](OpBuilder &builder, Location loc, ValueRange state) {
        Value bits = arith::MinSIOp::create(builder, loc, state[1], lane.integer(step));
        Value shifted = arith::ShLIOp::create(builder, loc, state[0], bits);
        scf::YieldOp::create(builder, loc,
                             ValueRange{remainder(lane, shifted, divisor.fraction), lane.subBits(state[1], bits)});
      });
  return compose(lane, {loop.getResult(0), divisor.exponent});
}

static Value remainderOfOne(Lanes &lane, Value x, Value y) {
  using Compare = Lanes::Compare;
  Value sizeOfX = lane.absolute(x), sizeOfY = lane.absolute(y);
  Value infinity = lane.constant(std::numeric_limits<double>::infinity());
  Value nan = lane.constant(std::numeric_limits<double>::quiet_NaN());
  auto both = [&](Value a, Value b) -> Value { return arith::AndIOp::create(lane.builder, lane.loc, a, b); };

  Value isDefined =
      both(lane.compare(Compare::OLT, sizeOfX, infinity), lane.compare(Compare::OGT, sizeOfY, lane.constant(0)));
  Value isThere = both(isDefined, lane.compare(Compare::OGE, sizeOfX, sizeOfY));
  Value simple = lane.select(isDefined, sizeOfX, nan);
  Value size = onlyIf(lane, isThere, simple, [&] { return SmallVector<Value>{divide(lane, sizeOfX, sizeOfY)}; })[0];
  return lane.withSign(lane.absolute(size), x);
}

Value codegen::expandRemainder(Lanes &lanes, Value x, Value y) {
  return eachLane(lanes, {x, y}, x, [](Lanes &lane, ValueRange operands, ValueRange) {
    return SmallVector<Value>{remainderOfOne(lane, operands[0], operands[1])};
  })[0];
}
