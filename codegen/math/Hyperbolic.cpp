//===- Hyperbolic.cpp - sinh, cosh and the inverse functions --------------===//
//
//   w = e^|x| / 2             cosh x = w + 1/4w      sinh |x| = w - 1/4w,  or (t + t / (t + 1)) / 2 with t = e^|x| - 1
//   asinh |x| = log(1 + |x| + x^2 / (1 + sqrt(1 + x^2)))
//   acosh x   = log(1 + t + sqrt(2t + t^2)),  t = x - 1
//   atanh |x| = log(1 + 2|x| / (1 - |x|)) / 2
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// e^size / 2, which is finite for longer than e^size.
static Value halfExp(Lanes &lanes, Value size) {
  ScaledExp parts = scaledExp(lanes, lanes.min(lanes.constant(711), size));
  parts.exponent = lanes.subBits(parts.exponent, lanes.integer(1));
  return unscaled(lanes, parts);
}

Value codegen::expandCosh(Lanes &lanes, Value x) {
  Value w = halfExp(lanes, lanes.absolute(x));
  return lanes.add(w, lanes.div(lanes.constant(0.25), w));
}

Value codegen::expandSinh(Lanes &lanes, Value x) {
  Value size = lanes.absolute(x);
  Value t = expandExpm1(lanes, size);
  Value small = lanes.add(t, lanes.div(t, lanes.add(t, lanes.constant(1))));
  small = lanes.mul(small, lanes.constant(0.5));
  Value w = halfExp(lanes, size);
  Value large = lanes.sub(w, lanes.div(lanes.constant(0.25), w));
  Value isSmall = lanes.compare(Lanes::Compare::OLT, size, lanes.constant(1));
  return lanes.withSign(lanes.absolute(lanes.select(isSmall, small, large)), x);
}

/// log(1 + y), or log 2x where x is so large that its square might be infinite and 2x is all there is in 1 + y.
static Value logOrLog2x(Lanes &lanes, Value y, Value x) {
  Value isLarge = lanes.compare(Lanes::Compare::OGT, x, lanes.constant(0x1p+60));
  Value result = expandLog1p(lanes, lanes.select(isLarge, x, y));
  return lanes.add(result, lanes.select(isLarge, lanes.constant(0x1.62e42fefa39efp-1), lanes.constant(0)));
}

Value codegen::expandAsinh(Lanes &lanes, Value x) {
  Value size = lanes.absolute(x), one = lanes.constant(1);
  Value square = lanes.mul(size, size);
  Value root = lanes.sqrt(lanes.add(one, square));
  Value y = lanes.add(size, lanes.div(square, lanes.add(one, root)));
  return lanes.withSign(lanes.absolute(logOrLog2x(lanes, y, size)), x);
}

Value codegen::expandAcosh(Lanes &lanes, Value x) {
  Value one = lanes.constant(1);
  Value t = lanes.sub(x, one);
  Value y = lanes.add(t, lanes.sqrt(lanes.fma(t, t, lanes.add(t, t))));
  Value isDefined = lanes.compare(Lanes::Compare::OGE, x, one);
  return lanes.select(isDefined, logOrLog2x(lanes, y, x), lanes.constant(std::numeric_limits<double>::quiet_NaN()));
}

Value codegen::expandAtanh(Lanes &lanes, Value x) {
  Value size = lanes.absolute(x);
  Value y = lanes.div(lanes.add(size, size), lanes.sub(lanes.constant(1), size));
  Value result = lanes.mul(expandLog1p(lanes, y), lanes.constant(0.5));
  return lanes.withSign(lanes.absolute(result), x);
}
