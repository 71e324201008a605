//===- Exp.cpp - e^x, and e^x - 1 -----------------------------------------===//
//
//   x = n ln 2 + r,  |r| <= ln 2 / 2      e^x = 2^n e^r      e^r = 1 + r + r^2 q(r)
//
// n is found by adding a number so large that the sum has no bits for fractions. ln 2 is subtracted in two parts; the
// first has so few bits (16; 42 in f64) that its product with n (8 bits; 11) is exact.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr double log2E = 0x1.71547652b82fep+0;

/// q.
static Value polynomialOf(Lanes &lanes, Value r) {
  static constexpr float q[] = {0x1.fffffep-2f, 0x1.5554b0p-3f, 0x1.5556c0p-5f, 0x1.122898p-7f, 0x1.6bed10p-10f};
  static constexpr double wide[] = {0x1.0000000000005p-1,  0x1.5555555555539p-3,  0x1.555555555225dp-5,
                                    0x1.1111111119037p-7,  0x1.6c16c17ef50f5p-10, 0x1.a01a017500ec5p-13,
                                    0x1.a019a71d9193cp-16, 0x1.71de87e8ca89ap-19, 0x1.28a235c096a87p-22,
                                    0x1.ae6c5ad816e9fp-26};
  return lanes.isWide ? lanes.polynomial(r, wide) : lanes.polynomial(r, q);
}

ScaledExp codegen::scaledExp(Lanes &lanes, Value x, Value rest) {
  double ln2High = lanes.isWide ? 0x1.62e42fefa38p-1 : 0x1.62e4p-1;
  double ln2Low = lanes.isWide ? 0x1.ef35793c7673p-45 : 0x1.7f7d1cp-20;
  // Its neighbours are whole numbers, above and below.
  Value shifter = lanes.constant(lanes.isWide ? 0x1.8p+52 : 0x1.8p+23);
  Value shifted = lanes.fma(x, lanes.constant(log2E), shifter);
  Value n = lanes.sub(shifted, shifter);
  Value r = lanes.fma(n, lanes.constant(-ln2High), x);
  if (rest) {
    // What the difference loses is still of interest then.
    Pair sum = twoSum(lanes, r, lanes.mul(n, lanes.constant(-ln2Low)));
    r = sum.high;
    rest = lanes.add(rest, sum.low);
  } else {
    r = lanes.fma(n, lanes.constant(-ln2Low), r);
  }
  Value square = lanes.mul(r, r), q = polynomialOf(lanes, r);
  Value fraction = lanes.fma(square, q, r);
  if (rest) // e^(r + rest) = e^r + rest e^r
    fraction = lanes.add(r, lanes.fma(square, q, lanes.fma(rest, fraction, rest)));
  // n as an integer is in the lowest bits of the sum.
  return {fraction, lanes.subBits(lanes.bits(shifted), lanes.bits(shifter))};
}

Value codegen::powerOfTwo(Lanes &lanes, Value exponent) {
  return lanes.fromBits(lanes.shiftLeft(lanes.addBits(exponent, lanes.integer(lanes.bias())), lanes.fractionBits()));
}

Value codegen::clampedForExp(Lanes &lanes, Value x) {
  // NaN goes through.
  x = lanes.min(lanes.constant(lanes.isWide ? 710 : 89), x);
  return lanes.max(lanes.constant(lanes.isWide ? -746 : -105), x);
}

Value codegen::unscaled(Lanes &lanes, ScaledExp parts) {
  // 2^n may be beyond what a float has where the result is not, so it is applied in two steps. Only the second one
  // rounds, if the result is a denormal.
  Value half = lanes.shiftRightArithmetic(parts.exponent, 1);
  Value rest = lanes.subBits(parts.exponent, half);
  Value result = lanes.add(parts.fraction, lanes.constant(1));
  return lanes.mul(lanes.mul(result, powerOfTwo(lanes, half)), powerOfTwo(lanes, rest));
}

/// What is huge is at first 2^64 times too small, and what may be a denormal 2^24 times too large. Only the second step
/// rounds then. What is below every denormal gets 2^-127 for a factor at first, whose exponent is that of 0: nothing is
/// to be rounded, which takes a CPU a hundred times as long.
static Value exp32(Lanes &lanes, Value x) {
  Value isNegative = lanes.compare(Lanes::IntCompare::slt, lanes.bits(x), lanes.integer(0));
  Value offsets = lanes.select(isNegative, lanes.integer(24), lanes.integer(static_cast<uint32_t>(-64)));
  Value rest = lanes.select(isNegative, lanes.constant(0x1p-24), lanes.constant(0x1p+64));
  return lanes.mul(floatExp(lanes, x, 0, offsets), rest);
}

Value codegen::expandExp(Lanes &lanes, Value x) {
  x = clampedForExp(lanes, x);
  return lanes.isWide ? unscaled(lanes, scaledExp(lanes, x)) : exp32(lanes, x);
}

Value codegen::expandExp2(Lanes &lanes, Value x) {
  // 2^x = 2^n e^(ln 2 (x - n)).
  Value clamped = lanes.max(lanes.constant(-1080), lanes.min(lanes.constant(1025), x));
  Value shifter = lanes.constant(0x1.8p+52);
  Value shifted = lanes.add(clamped, shifter);
  Value r = lanes.mul(lanes.sub(clamped, lanes.sub(shifted, shifter)), lanes.constant(0x1.62e42fefa39efp-1));
  Value fraction = lanes.fma(lanes.mul(r, r), polynomialOf(lanes, r), r);
  return unscaled(lanes, {fraction, lanes.subBits(lanes.bits(shifted), lanes.bits(shifter))});
}

Value codegen::expandExpm1(Lanes &lanes, Value x) {
  // Half of the result at first, for it may be finite where 2^n is not:  2^(n-1) fraction + (2^(n-1) - 1/2).
  Value clamped = lanes.max(lanes.constant(-40), clampedForExp(lanes, x));
  ScaledExp parts = scaledExp(lanes, clamped);
  Value scale = powerOfTwo(lanes, lanes.subBits(parts.exponent, lanes.integer(1)));
  Value half = lanes.fma(parts.fraction, scale, lanes.sub(scale, lanes.constant(0.5)));
  // Of what is tiny, half may not be a float. The sign of 0 is kept here, too.
  Value isTiny =
      lanes.compare(Lanes::Compare::OLT, lanes.absolute(x), lanes.constant(lanes.isWide ? 0x1p-54 : 0x1p-25));
  return lanes.select(isTiny, x, lanes.add(half, half));
}
