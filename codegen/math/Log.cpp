//===- Log.cpp - logarithms -----------------------------------------------===//
//
//   x = 2^n (1 + f),  sqrt(1/2) <= 1 + f < sqrt(2)
//
//   log x = n ln 2 + log(1 + f)
//   log(1 + f) = f - f^2/2 + f^3 q(f)                                            in f32
//   log(1 + f) = 2s + 2/3 s^3 + s^5 p(s^2) = f - f^2/2 + s (f^2/2 + 2/3 s^2 + …)  in f64, with s = f / (2 + f)
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

LogArgument codegen::logArgument(Lanes &lanes, Value x) {
  // A denormal is scaled up first.
  Value denormal = lanes.compare(Lanes::Compare::OLT, x, lanes.constant(lanes.isWide ? 0x1p-1022 : 0x1p-126));
  Value normal = lanes.select(denormal, lanes.mul(x, lanes.constant(lanes.isWide ? 0x1p+52 : 0x1p+23)), x);
  Value correction = lanes.select(denormal, lanes.constant(-double(lanes.fractionBits())), lanes.constant(0));

  // Counting exponents from sqrt(1/2) on instead of from a power of two puts 1 + f where it belongs.
  Value sqrtHalf = lanes.bits(lanes.constant(lanes.isWide ? 0x1.6a09e667f3bcdp-1 : 0x1.6a09e6p-1));
  Value exponent = lanes.shiftRightArithmetic(lanes.subBits(lanes.bits(normal), sqrtHalf), lanes.fractionBits());
  Value scaled = lanes.fromBits(lanes.subBits(lanes.bits(normal), lanes.shiftLeft(exponent, lanes.fractionBits())));
  return {lanes.add(lanes.toFloat(exponent), correction), lanes.sub(scaled, lanes.constant(1))};
}

Value codegen::logTail(Lanes &lanes, Value square) {
  static constexpr double p[] = {0x1.9999999999b3p-2,  0x1.2492492457cbfp-2, 0x1.c71c722d74bb8p-3, 0x1.745ce9de3656dp-3,
                                 0x1.3b1eed03aed75p-3, 0x1.0f7fd1e8bd042p-3, 0x1.0e439216eca47p-3};
  return lanes.polynomial(square, p);
}

/// high + log(1 + f) + low, summed up from the smallest term to the largest. Anything but 0 that is given as `high`
/// must be at least 1/2 in size.
static Value logSum(Lanes &lanes, Value high, Value f, Value low) {
  Value square = lanes.mul(f, f);
  if (!lanes.isWide) {
    static constexpr float q[] = {0x1.555554p-2f, -0x1.000226p-2f, 0x1.99a00ap-3f, -0x1.547252p-3f,
                                  0x1.22da38p-3f, -0x1.0d853ep-3f, 0x1.055afap-3f, -0x1.38b4a8p-4f};
    Value result = lanes.fma(lanes.mul(square, f), lanes.polynomial(f, q), low);
    result = lanes.fma(square, lanes.constant(-0.5), result);
    return lanes.add(high, lanes.add(f, result));
  }
  Value s = lanes.div(f, lanes.add(f, lanes.constant(2)));
  Value z = lanes.mul(s, s);
  Value r = lanes.mul(z, lanes.fma(z, logTail(lanes, z), lanes.constant(2.0 / 3)));
  Value half = lanes.mul(square, lanes.constant(0.5));
  Value result = lanes.sub(lanes.fma(s, lanes.add(half, r), low), half);
  return lanes.add(high, lanes.add(f, result));
}

/// n ln 2 + log(1 + f) + c.
static Value naturalLog(Lanes &lanes, LogArgument argument, Value c) {
  // n times the first part of ln 2 is exact.
  double high = lanes.isWide ? 0x1.62e42fefa38p-1 : 0x1.62e4p-1,
         low = lanes.isWide ? 0x1.ef35793c7673p-45 : 0x1.7f7d1cp-20;
  return logSum(lanes, lanes.mul(argument.n, lanes.constant(high)), argument.f,
                lanes.fma(argument.n, lanes.constant(low), c));
}

/// The logarithm of infinity and NaN are themselves, of 0 (when x is the pole) it is -infinity, of less NaN.
static Value withLimits(Lanes &lanes, Value result, Value x, double pole) {
  Value isFinite = lanes.compare(Lanes::Compare::OLT, x, lanes.constant(infinity));
  result = lanes.select(isFinite, result, lanes.add(x, x));
  Value isPole = lanes.compare(Lanes::Compare::OEQ, x, lanes.constant(pole));
  Value beyond = lanes.select(isPole, lanes.constant(-infinity), lanes.constant(notANumber));
  return lanes.select(lanes.compare(Lanes::Compare::OLE, x, lanes.constant(pole)), beyond, result);
}

Value codegen::expandLog(Lanes &lanes, Value x) {
  return withLimits(lanes, naturalLog(lanes, logArgument(lanes, x), lanes.constant(0)), x, 0);
}

Value codegen::expandLog1p(Lanes &lanes, Value x) {
  // log(1 + x) = log u + c / u, where u is 1 + x as a float and c what it lost.
  Value one = lanes.constant(1);
  Value u = lanes.add(one, x);
  Value isSmall = lanes.compare(Lanes::Compare::OLT, lanes.absolute(x), one);
  Value lost = lanes.select(isSmall, lanes.sub(x, lanes.sub(u, one)), lanes.sub(one, lanes.sub(u, x)));
  LogArgument argument = logArgument(lanes, u);
  // If n is 0, f can be x, which has lost nothing.
  Value isExact = lanes.compare(Lanes::Compare::OEQ, argument.n, lanes.constant(0));
  argument.f = lanes.select(isExact, x, argument.f);
  Value c = lanes.select(isExact, lanes.constant(0), lanes.div(lost, u));
  Value result = withLimits(lanes, naturalLog(lanes, argument, c), x, -1);
  return lanes.select(lanes.compare(Lanes::Compare::OEQ, x, lanes.constant(0)), x, result);
}

/// log x times a constant, of which n ln 2 times it is n times the sum of `high` and `low`.
static Value scaledLog(Lanes &lanes, Value x, double scale, double high, double low) {
  LogArgument argument = logArgument(lanes, x);
  Value zero = lanes.constant(0);
  Value rest = lanes.mul(logSum(lanes, zero, argument.f, zero), lanes.constant(scale));
  rest = lanes.fma(argument.n, lanes.constant(low), rest);
  return withLimits(lanes, lanes.add(lanes.mul(argument.n, lanes.constant(high)), rest), x, 0);
}

Value codegen::expandLog2(Lanes &lanes, Value x) { return scaledLog(lanes, x, 0x1.71547652b82fep+0, 1, 0); }

Value codegen::expandLog10(Lanes &lanes, Value x) {
  return scaledLog(lanes, x, 0x1.bcb7b1526e50ep-2, 0x1.34413509f7p-2, 0x1.3fde623e2566bp-43);
}
