//===- Half.cpp - f16 and bf16, from and to f32 ---------------------------===//
//
// A bf16 is the upper half of an f32. An f16 has 5 bits of exponent (bias 15) and 10 of fraction, so its bits, shifted
// left by 13, are an f32 whose exponent is too small by 127 - 15 = 112: a multiplication by 2^112 corrects that, for
// denormals as well.
//
// An f64 goes through an f32 whose last bit is set if anything was cut off: rounding that again gives what rounding
// once would have, as an f32 has more than two bits beyond those of either format.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr uint32_t signBit = 0x80000000, infinityBits = 0x7f800000, quietBit = 0x00400000;

/// The bits of 16-bit floats as the lower halves of i32 lanes.
static Value widen(Lanes &lanes, Value x) {
  return arith::ExtUIOp::create(lanes.builder, lanes.loc, lanes.integral(),
                                arith::BitcastOp::create(lanes.builder, lanes.loc, lanes.i16(), x));
}

/// 16-bit floats with these bits.
static Value narrow(Lanes &lanes, Value bits, Type element) {
  Value half = arith::TruncIOp::create(lanes.builder, lanes.loc, lanes.i16(), bits);
  return arith::BitcastOp::create(lanes.builder, lanes.loc, lanes.typeOf(element), half);
}

Value codegen::extendF16(Lanes &lanes, Value x) {
  Value half = widen(lanes, x);
  Value size = lanes.shiftLeft(lanes.andBits(half, lanes.integer(0x7fff)), 13);
  Value sign = lanes.shiftLeft(lanes.andBits(half, lanes.integer(0x8000)), 16);
  Value finite = lanes.bits(lanes.mul(lanes.fromBits(size), lanes.constant(0x1p+112f)));
  // Infinity and NaN have the largest exponent in either format.
  constexpr uint32_t f16Infinity = 0x7c00u << 13;
  Value isNan = lanes.compare(Lanes::IntCompare::ugt, size, lanes.integer(f16Infinity));
  Value exponent = lanes.select(isNan, lanes.integer(infinityBits | quietBit), lanes.integer(infinityBits));
  Value isFinite = lanes.compare(Lanes::IntCompare::ult, size, lanes.integer(f16Infinity));
  Value result = lanes.select(isFinite, finite, lanes.orBits(size, exponent));
  return lanes.fromBits(lanes.orBits(result, sign));
}

Value codegen::truncateF16(Lanes &lanes, Value x) {
  Value bits = lanes.bits(x);
  Value size = lanes.andBits(bits, lanes.integer(~signBit));

  // Normal: half of the last place that stays, less one if that is even, carries into it exactly when it must be
  // rounded up. A carry out of the fraction increases the exponent, up to infinity.
  Value isOdd = lanes.andBits(lanes.shiftRight(size, 13), lanes.integer(1));
  Value rounded = lanes.addBits(lanes.addBits(size, lanes.integer(0xfff - (112u << 23))), isOdd);
  Value normal = lanes.shiftRight(rounded, 13);

  // Denormal: 0.5 has its last place where such a number has it, so adding it rounds there.
  constexpr uint32_t halfBits = 0x3f000000;
  Value denormal = lanes.subBits(lanes.bits(lanes.add(lanes.fromBits(size), lanes.fromBits(lanes.integer(halfBits)))),
                                 lanes.integer(halfBits));

  // Too large, or NaN, whose upper bits stay.
  Value nan = lanes.orBits(lanes.andBits(lanes.shiftRight(size, 13), lanes.integer(0x3ff)), lanes.integer(0x7e00));
  Value isNan = lanes.compare(Lanes::IntCompare::ugt, size, lanes.integer(infinityBits));
  Value large = lanes.select(isNan, nan, lanes.integer(0x7c00));

  constexpr uint32_t smallestNormal = 113u << 23, tooLarge = 143u << 23;
  Value result =
      lanes.select(lanes.compare(Lanes::IntCompare::ult, size, lanes.integer(smallestNormal)), denormal, normal);
  result = lanes.select(lanes.compare(Lanes::IntCompare::uge, size, lanes.integer(tooLarge)), large, result);
  Value sign = lanes.andBits(lanes.shiftRight(bits, 16), lanes.integer(0x8000));
  return narrow(lanes, lanes.orBits(result, sign), lanes.builder.getF16Type());
}

Value codegen::roundToOdd(Lanes &lanes, Value x) {
  OpBuilder &builder = lanes.builder;
  Value nearest = arith::TruncFOp::create(builder, lanes.loc, lanes.f32(), x);
  Value back = arith::ExtFOp::create(builder, lanes.loc, x.getType(), nearest);
  auto size = [&](Value value) { return math::AbsFOp::create(builder, lanes.loc, value); };
  Value isInexact = lanes.compare(Lanes::Compare::ONE, back, x); // Not for NaN.
  Value isLarger = lanes.compare(Lanes::Compare::OGT, size(back), size(x));
  // One less is the next one towards zero, of infinity the largest number.
  Value bits = lanes.bits(nearest);
  Value truncated = lanes.select(isLarger, lanes.subBits(bits, lanes.integer(1)), bits);
  return lanes.fromBits(lanes.select(isInexact, lanes.orBits(truncated, lanes.integer(1)), bits));
}

Value codegen::extendBF16(Lanes &lanes, Value x) { return lanes.fromBits(lanes.shiftLeft(widen(lanes, x), 16)); }

Value codegen::truncateBF16(Lanes &lanes, Value x) {
  Value bits = lanes.bits(x);
  Value isOdd = lanes.andBits(lanes.shiftRight(bits, 16), lanes.integer(1));
  Value rounded = lanes.addBits(lanes.addBits(bits, lanes.integer(0x7fff)), isOdd);
  Value isNan = lanes.compare(Lanes::Compare::UNO, x, x);
  Value result = lanes.select(isNan, lanes.orBits(bits, lanes.integer(quietBit)), rounded);
  return narrow(lanes, lanes.shiftRight(result, 16), lanes.builder.getBF16Type());
}
