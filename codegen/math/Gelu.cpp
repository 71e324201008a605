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
  static constexpr float p[] = {-0x1.26aee4p+0f,  -0x1.d637f4p-2f,  -0x1.ae5e34p-5f, 0x1.d3435ap-8f,
                                -0x1.98efa4p-13f, -0x1.4e4010p-13f, 0x1.168166p-15f, -0x1.31b92cp-19f};
  // Beyond 10 nothing is left of the tail, and little of the exponents that floats have.
  Value size = lanes.min(lanes.constant(10), lanes.absolute(x));
  Value tail = floatExp2(lanes, lanes.mul(size, lanes.splitPolynomial(size, p)), /*offset=*/-1);
  return lanes.fma(lanes.negate(size), tail, lanes.max(lanes.constant(0), x));
}

Value codegen::expandTanhGelu(Lanes &lanes, Value x) {
  constexpr double linear = 1.5957691216057308, cubic = 0.044715 * linear;
  Value inner = lanes.fma(lanes.mul(x, x), lanes.constant(cubic), lanes.constant(linear));
  return lanes.mul(x, expandSigmoid(lanes, lanes.mul(x, inner)));
}
