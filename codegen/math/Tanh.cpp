//===- Tanh.cpp - the hyperbolic tangent ----------------------------------===//
//
//   tanh |x| = E / (E + 2),  E = e^2|x| - 1 = 2^n fraction + (2^n - 1)
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Value codegen::expandTanh(Lanes &lanes, Value x) {
  // From 9.02 on, the result is 1.
  Value size = lanes.min(lanes.constant(10), lanes.absolute(x));
  ScaledExp parts = scaledExp(lanes, lanes.add(size, size));
  Value scale = powerOfTwo(lanes, parts.exponent);
  Value e = lanes.fma(parts.fraction, scale, lanes.sub(scale, lanes.constant(1)));
  return lanes.withSign(lanes.div(e, lanes.add(e, lanes.constant(2))), x);
}
