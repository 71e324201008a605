//===- Exp.cpp - e^x ------------------------------------------------------===//
//
//   x = n ln 2 + r,  |r| <= ln 2 / 2      e^x = 2^n e^r      e^r = 1 + r + r^2 q(r)
//
// n is found by adding a number so large that the sum has no bits for fractions. ln 2 is subtracted in two parts; the
// first has so few bits (16) that its product with n (8 bits) is exact.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr float ln2High = 0x1.62e4p-1f, ln2Low = 0x1.7f7d1cp-20f, log2E = 0x1.715476p+0f;

/// 1.5 * 2^23: its neighbours are whole numbers, above and below.
static constexpr float shifter = 0x1.8p+23f;

ScaledExp codegen::scaledExp(Lanes &lanes, Value x) {
  static constexpr float q[] = {0x1.fffffep-2f, 0x1.5554b0p-3f, 0x1.5556c0p-5f, 0x1.122898p-7f, 0x1.6bed10p-10f};
  Value shifted = lanes.fma(x, lanes.constant(log2E), lanes.constant(shifter));
  Value n = lanes.sub(shifted, lanes.constant(shifter));
  Value r = lanes.fma(n, lanes.constant(-ln2High), x);
  r = lanes.fma(n, lanes.constant(-ln2Low), r);
  Value fraction = lanes.fma(lanes.mul(r, r), lanes.polynomial(r, q), r);
  // n as an integer is in the lowest bits of the sum.
  Value exponent = lanes.subBits(lanes.bits(shifted), lanes.bits(lanes.constant(shifter)));
  return {fraction, exponent};
}

Value codegen::powerOfTwo(Lanes &lanes, Value exponent) {
  return lanes.fromBits(lanes.shiftLeft(lanes.addBits(exponent, lanes.integer(127)), 23));
}

Value codegen::expandExp(Lanes &lanes, Value x) {
  // Beyond these e^x is infinity and 0. NaN goes through.
  x = lanes.min(lanes.constant(89), x);
  x = lanes.max(lanes.constant(-104), x);
  ScaledExp parts = scaledExp(lanes, x);
  // 2^n may be beyond what a float has where the result is not, so it is applied in two steps. Only the second one
  // rounds, if the result is a denormal.
  Value half = lanes.shiftRightArithmetic(parts.exponent, 1);
  Value rest = lanes.subBits(parts.exponent, half);
  Value result = lanes.add(parts.fraction, lanes.constant(1));
  return lanes.mul(lanes.mul(result, powerOfTwo(lanes, half)), powerOfTwo(lanes, rest));
}
