//===- Erf.cpp - the error function ---------------------------------------===//
//
//   |x| <  0.921875:  erf x = x + x q(x^2)
//   |x| >= 0.921875:  erf |x| = 1 - e^-(|x| + |x| p(|x|))
//
// The exponent of the second form is -log(1 - erf |x|), which is nearly a parabola. Its errors shrink with the
// exponential.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr float split = 0x1.d8p-1f;

/// Beyond this the result is 1.
static constexpr float saturated = 4;

Value codegen::expandErf(Lanes &lanes, Value x) {
  static constexpr float q[] = {0x1.06eba6p-3f,  -0x1.8126e6p-2f, 0x1.ce1a6ep-4f,
                                -0x1.b68b56p-6f, 0x1.473bb8p-8f,  -0x1.3a182ap-11f};
  static constexpr float p[] = {0x1.07323cp-3f,  0x1.457d22p-1f, 0x1.af2444p-4f,
                                -0x1.77005ap-6f, 0x1.a55232p-9f, -0x1.c09fa6p-13f};
  Value size = lanes.min(lanes.constant(saturated), lanes.absolute(x));
  Value near = lanes.fma(size, lanes.polynomial(lanes.mul(size, size), q), size);
  Value exponent = lanes.fma(size, lanes.polynomial(size, p), size);
  ScaledExp parts = scaledExp(lanes, lanes.sub(lanes.constant(-0.0f), exponent));
  Value scale = powerOfTwo(lanes, parts.exponent);
  Value far = lanes.sub(lanes.constant(1), lanes.fma(parts.fraction, scale, scale));
  Value isFar = lanes.compare(Lanes::Compare::OGE, size, lanes.constant(split));
  return lanes.withSign(lanes.select(isFar, far, near), x);
}
