//===- Pow.cpp - x^y ------------------------------------------------------===//
//
//   x^y = e^(y log x)
//
// An error of the exponent is one of the result, relative to it, so log x must be known to some 11 bits more than a
// double has. It is a pair, with the terms of the series of log((1 + s) / (1 - s)) that matter: 2s and 2/3 s^3.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

/// log x for finite x > 0.
static Pair exactLog(Lanes &lanes, Value x) {
  LogArgument argument = logArgument(lanes, x);
  // s = f / (2 + f): a quotient, then what it leaves.
  Pair divisor = quickTwoSum(lanes, lanes.constant(2), argument.f);
  Pair s;
  s.high = lanes.div(argument.f, divisor.high);
  Pair product = twoProduct(lanes, s.high, divisor.high);
  Value left = lanes.sub(lanes.sub(argument.f, product.high), product.low);
  s.low = lanes.div(lanes.sub(left, lanes.mul(s.high, divisor.low)), divisor.high);

  Pair square = twoProduct(lanes, s.high, s.high);
  Value twice = lanes.add(s.high, s.high);
  square.low = lanes.fma(twice, s.low, square.low);
  Pair cube = twoProduct(lanes, square.high, s.high);
  cube.low = lanes.add(cube.low, lanes.add(lanes.mul(square.high, s.low), lanes.mul(square.low, s.high)));
  Pair third = twoProduct(lanes, cube.high, lanes.constant(2.0 / 3));
  third.low = lanes.add(third.low, lanes.mul(cube.low, lanes.constant(2.0 / 3)));
  third.low = lanes.fma(cube.high, lanes.constant(0x1.5555555555555p-55), third.low); // 2/3 - 2.0 / 3
  Value tail = lanes.mul(lanes.mul(cube.high, square.high), logTail(lanes, square.high));

  Pair sum = quickTwoSum(lanes, twice, third.high);
  Value low = lanes.add(lanes.add(s.low, s.low), lanes.add(third.low, tail));
  low = lanes.add(low, sum.low);
  // n times the first part of ln 2 is exact.
  Pair result = twoSum(lanes, lanes.mul(argument.n, lanes.constant(0x1.62e42fefa38p-1)), sum.high);
  low = lanes.add(low, lanes.fma(argument.n, lanes.constant(0x1.ef35793c7673p-45), result.low));
  return quickTwoSum(lanes, result.high, low);
}

/// x^y for x > 0, as long as y log x is not NaN.
static Value positivePow(Lanes &lanes, Value x, Value y) {
  Value isFinite = lanes.compare(Lanes::Compare::OLT, x, lanes.constant(infinity));
  Value isZero = lanes.compare(Lanes::Compare::OEQ, x, lanes.constant(0));
  Pair log = exactLog(lanes, x);
  log.high = lanes.select(isFinite, log.high, x);
  log.high = lanes.select(isZero, lanes.constant(-infinity), log.high);
  Pair exponent = twoProduct(lanes, y, log.high);
  exponent.low = lanes.fma(y, log.low, exponent.low);
  // Where the result is 0 or infinity, the second part may be anything.
  Value isUsual = lanes.compare(Lanes::Compare::OLT, lanes.absolute(exponent.high), lanes.constant(1024));
  Value low = lanes.select(isUsual, exponent.low, lanes.constant(0));
  return unscaled(lanes, scaledExp(lanes, clampedForExp(lanes, exponent.high), low));
}

/// What C demands of pow; `size` is |x|^y where that is not one of the special cases.
static Value withSpecialCases(Lanes &lanes, Value size, Value x, Value y) {
  using Compare = Lanes::Compare;
  Value zero = lanes.constant(0), one = lanes.constant(1);
  Value absolute = lanes.absolute(x), halfOfY = lanes.mul(y, lanes.constant(0.5));
  Value isWhole = lanes.compare(Compare::OEQ, lanes.floor(y), y);
  Value isFraction = lanes.compare(Compare::UNE, lanes.floor(y), y);
  Value isHalfWhole = lanes.compare(Compare::OEQ, lanes.floor(halfOfY), halfOfY);

  // 1 to the power of infinity.
  Value known = lanes.compare(Compare::ORD, y, y);
  Value base = lanes.select(lanes.compare(Compare::OEQ, absolute, one), lanes.select(known, one, y), size);
  // The sign, of -0 and -infinity too, stays if y is odd.
  Value odd = lanes.select(isHalfWhole, zero, lanes.select(isWhole, x, zero));
  Value result =
      lanes.fromBits(lanes.orBits(lanes.bits(base), lanes.andBits(lanes.bits(odd), lanes.integer(lanes.signBit()))));
  // A finite negative number to the power of a fraction.
  Value negative = lanes.select(lanes.compare(Compare::OGT, x, lanes.constant(-infinity)), x, zero);
  Value lost = lanes.select(isFraction, negative, zero);
  result = lanes.select(lanes.compare(Compare::OLT, lost, zero), lanes.constant(notANumber), result);
  // Whatever the other one is, NaN included.
  result = lanes.select(lanes.compare(Compare::OEQ, y, zero), one, result);
  return lanes.select(lanes.compare(Compare::OEQ, x, one), one, result);
}

Value codegen::expandPow(Lanes &lanes, Value x, Value y) {
  return withSpecialCases(lanes, positivePow(lanes, lanes.absolute(x), y), x, y);
}

Value codegen::expandRoughPow(Lanes &lanes, Value x, Value y) {
  Value size = expandExp(lanes, lanes.mul(y, expandLog(lanes, lanes.absolute(x))));
  return withSpecialCases(lanes, size, x, y);
}
