//===- Erf.cpp - the error function ---------------------------------------===//
//
//   |x| <  0.921875:  erf x = x + x q(x^2)
//   |x| >= 0.921875:  erf |x| = 1 - 2^(|x| p(|x|)); in f64, 1 - e^-(|x| + |x| p(|x|))
//
// The exponent of the second form is the logarithm of 1 - erf |x|, which is nearly a parabola. Its errors shrink with
// the exponential.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr double split = 0x1.d8p-1;

/// q.
static Value near(Lanes &lanes, Value square) {
  static constexpr float q[] = {0x1.06eba6p-3f,  -0x1.8126e6p-2f, 0x1.ce1a6ep-4f,
                                -0x1.b68b56p-6f, 0x1.473bb8p-8f,  -0x1.3a182ap-11f};
  static constexpr double wide[] = {0x1.06eba8214db69p-3,  -0x1.812746b0379dfp-2,  0x1.ce2f21a04258p-4,
                                    -0x1.b82ce3126601fp-6, 0x1.565bcd084e5d8p-8,   -0x1.c02db2ba79e9p-11,
                                    0x1.f9a2fbd58b33p-14,  -0x1.f4ce961d7b9a7p-17, 0x1.b9ae224a9e58ep-20,
                                    -0x1.5d3e051c545fp-23, 0x1.e052a5756eaf3p-27,  -0x1.c9e858ed1adfap-31};
  return lanes.isWide ? lanes.polynomial(square, wide) : lanes.polynomial(square, q);
}

/// 1 - erf.
static Value rest(Lanes &lanes, Value size) {
  static constexpr float p[] = {-0x1.a0cb3ep+0f, -0x1.d594c2p-1f, -0x1.3700c2p-3f,
                                0x1.0e819ep-5f,  -0x1.2feb3ep-8f, 0x1.439d1ap-12f};
  static constexpr double wide[] = {0x1.06eba66a88a68p-3,   0x1.45f3096adeecbp-1,   0x1.a4f4d9d781cc1p-4,
                                    -0x1.396b5a0c7970cp-6,  -0x1.aada7e4b9400cp-13, 0x1.b8b7a32e6f9f1p-10,
                                    -0x1.27343ebab466p-11,  -0x1.533bfac9140b5p-17, 0x1.a823b73d638e5p-14,
                                    -0x1.ed1241e1c434bp-15, 0x1.670cd63f85dc1p-16,  -0x1.7e8a0f5f16405p-18,
                                    0x1.350c6cb958adap-20,  -0x1.79bd23da52948p-23, 0x1.53f5b6c4206bcp-26,
                                    -0x1.a9f0cc80c7bc1p-30, 0x1.4c01d38133463p-34,  -0x1.e4e0ddb764483p-40};
  if (!lanes.isWide)
    return floatExp2(lanes, size, lanes.splitPolynomial(size, p));
  Value exponent = lanes.fma(size, lanes.polynomial(size, wide), size);
  ScaledExp parts = scaledExp(lanes, lanes.negate(exponent));
  Value scale = powerOfTwo(lanes, parts.exponent);
  return lanes.fma(parts.fraction, scale, scale);
}

Value codegen::expandErf(Lanes &lanes, Value x) {
  // Beyond 4 (6 in f64) the result is 1.
  Value size = lanes.min(lanes.constant(lanes.isWide ? 6 : 4), lanes.absolute(x));
  Value small = lanes.fma(size, near(lanes, lanes.mul(size, size)), size);
  Value large = lanes.sub(lanes.constant(1), rest(lanes, size));
  Value isFar = lanes.compare(Lanes::Compare::OGE, size, lanes.constant(split));
  return lanes.withSign(lanes.select(isFar, large, small), x);
}
