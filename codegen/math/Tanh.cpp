//===- Tanh.cpp - the hyperbolic tangent ----------------------------------===//
//
//   |x| <  0.5625:  tanh x = x + x s q(s),  s = x^2
//   |x| >= 0.5625:  tanh |x| = 1 - 2 / (e^2|x| + 1)
//
// The second form is at least 1/2 where it is used, so that the subtraction takes nothing away from what is exact. In
// f64 it is simply
//
//   tanh |x| = -t / (t + 2),  t = e^(-2|x|) - 1
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr float split = 0.5625f;

/// Beyond this the result is 1.
static constexpr float saturated = 10;

static Value wideTanh(Lanes &lanes, Value x) {
  Value t = expandExpm1(lanes, lanes.mul(lanes.absolute(x), lanes.constant(-2)));
  Value size = lanes.div(t, lanes.add(t, lanes.constant(2)));
  return lanes.withSign(lanes.absolute(size), x);
}

Value codegen::expandTanh(Lanes &lanes, Value x) {
  if (lanes.isWide)
    return wideTanh(lanes, x);
  static constexpr float q[] = {-0x1.555548p-2f, 0x1.110c7p-3f, -0x1.b90942p-5f, 0x1.582fb6p-6f, -0x1.95002cp-8f};
  Value size = lanes.min(lanes.constant(saturated), lanes.absolute(x));
  Value square = lanes.mul(size, size);
  Value near = lanes.fma(size, lanes.mul(square, lanes.polynomial(square, q)), size);
  Value power = floatExp(lanes, lanes.add(size, size), /*offset=*/0);
  Value one = lanes.constant(1);
  Value far = lanes.sub(one, lanes.div(lanes.constant(2), lanes.add(power, one)));
  Value isFar = lanes.compare(Lanes::Compare::OGE, size, lanes.constant(split));
  return lanes.withSign(lanes.select(isFar, far, near), x);
}
