//===- Log.cpp - the natural logarithm ------------------------------------===//
//
//   x = 2^n (1 + f),  sqrt(1/2) <= 1 + f < sqrt(2)      log x = n ln 2 + f - f^2/2 + f^3 q(f)
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// ln 2 in two parts; n times the first is exact.
static constexpr float ln2High = 0x1.62e4p-1f, ln2Low = 0x1.7f7d1cp-20f;

Value codegen::expandLog(Lanes &lanes, Value x) {
  static constexpr float q[] = {0x1.555554p-2f, -0x1.000226p-2f, 0x1.99a00ap-3f, -0x1.547252p-3f,
                                0x1.22da38p-3f, -0x1.0d853ep-3f, 0x1.055afap-3f, -0x1.38b4a8p-4f};
  constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();

  // A denormal is scaled up first.
  Value denormal = lanes.compare(Lanes::Compare::OLT, x, lanes.constant(0x1p-126f));
  Value normal = lanes.select(denormal, lanes.mul(x, lanes.constant(0x1p+23f)), x);
  Value correction = lanes.select(denormal, lanes.constant(-23), lanes.constant(0));

  // Counting exponents from sqrt(1/2) on instead of from a power of two puts 1 + f where it belongs.
  Value sqrtHalf = lanes.bits(lanes.constant(0x1.6a09e6p-1f));
  Value exponent = lanes.shiftRightArithmetic(lanes.subBits(lanes.bits(normal), sqrtHalf), 23);
  Value f =
      lanes.sub(lanes.fromBits(lanes.subBits(lanes.bits(normal), lanes.shiftLeft(exponent, 23))), lanes.constant(1));
  Value n = lanes.add(lanes.toFloat(exponent), correction);

  // From the smallest term to the largest.
  Value square = lanes.mul(f, f);
  Value result = lanes.mul(lanes.mul(square, f), lanes.polynomial(f, q));
  result = lanes.fma(n, lanes.constant(ln2Low), result);
  result = lanes.fma(square, lanes.constant(-0.5f), result);
  result = lanes.add(f, result);
  result = lanes.fma(n, lanes.constant(ln2High), result);

  // log of infinity and NaN are themselves, of 0 it is -infinity, of less NaN.
  result = lanes.select(lanes.compare(Lanes::Compare::OLT, x, lanes.constant(infinity)), result, lanes.add(x, x));
  Value zero = lanes.constant(0);
  Value pole =
      lanes.select(lanes.compare(Lanes::Compare::OEQ, x, zero), lanes.constant(-infinity), lanes.constant(nan));
  return lanes.select(lanes.compare(Lanes::Compare::OLE, x, zero), pole, result);
}
