//===- Gelu.cpp - x times the normal distribution of x --------------------===//
//
//   gelu x = max(x, 0) - |x| Phi(-|x|),  Phi(-a) = (1 - erf(a / sqrt 2)) / 2 = 2^(a p(a) - 1)
//
// Of the distribution only its tail is computed, whose errors are small beside x if that is positive, and beside the
// result, for the most part, if it is negative. The approximation replaces erf by tanh, which makes it
//
//   gelu x = x / (1 + e^-2u),  u = sqrt(2 / pi) (x + 0.044715 x^3)
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Value codegen::expandGelu(Lanes &lanes, Value x) {
  // Of -a, so that it is multiplied by what x is itself where that is negative.
  static constexpr float p[] = {0x1.26aee4p+0f,  -0x1.d637f4p-2f,  0x1.ae5e34p-5f,   0x1.d3435ap-8f,
                                0x1.98efa4p-13f, -0x1.4e4010p-13f, -0x1.168166p-15f, -0x1.31b92cp-19f};
  // There the tail is 2^-127, whose exponent is that of 0.
  constexpr double end = -10.2226;
  Value size = lanes.max(lanes.constant(end), lanes.negative(x));
  Value tail = floatExp2(lanes, size, lanes.splitPolynomial(size, p), /*offset=*/-1);
  Value positive = lanes.max(x, lanes.constant(-0.0));
  return lanes.fma(lanes.min(size, x), tail, positive);
}

Value codegen::expandTanhGelu(Lanes &lanes, Value x) {
  // -2u / ln 2. Beyond, the result is x or 0: at the lower end the power is 2^126, and 4 times that infinity, by which
  // the quotient is 0 without having been a denormal number.
  constexpr double linear = -0x1.26aec21bce75ap+1, cubic = 0.044715 * linear, least = -10.001, most = 6;
  Value clamped = lanes.max(lanes.constant(least), lanes.min(lanes.constant(most), x));
  Value inner = lanes.fma(lanes.mul(clamped, clamped), lanes.constant(cubic), lanes.constant(linear));
  Value one = lanes.constant(4);
  Value sigmoid = lanes.div(one, lanes.add(floatExp2(lanes, clamped, inner, /*offset=*/2), one));
  return lanes.mul(x, sigmoid);
}
