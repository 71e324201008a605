//===- Arc.cpp - asin, acos, atan -----------------------------------------===//
//
//   asin x = x + x z p(z),  z = x^2                                          |x| <= 1/2
//   asin |x| = pi/2 - 2 asin(sqrt z),  acos |x| = 2 asin(sqrt z),  z = (1 - |x|) / 2   beyond
//
//   atan u = u + u z p(z),  z = u^2,  |u| <= tan(pi/8)
//   atan |x| = atan u,  pi/4 + atan u with u = (|x| - 1) / (|x| + 1),  or pi/2 + atan u with u = -1 / |x|
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// pi/2 and pi/4, and what the double lacks.
static constexpr double halfPi = 0x1.921fb54442d18p+0, halfPiRest = 0x1.1a62633145c07p-54;
static constexpr double quarterPi = halfPi / 2, quarterPiRest = halfPiRest / 2;

namespace {

struct ArcSine {
  Value isSmall;   ///< Whether |x| <= 1/2.
  Value root;      ///< |x|, or else sqrt((1 - |x|) / 2).
  Value rootExtra; ///< asin(root) - root.
};

} // namespace

static ArcSine arcSine(Lanes &lanes, Value x) {
  static constexpr double p[] = {
      0x1.5555555555577p-3, 0x1.333333332e105p-4,  0x1.6db6db721403fp-5, 0x1.f1c71a94727a4p-6, 0x1.6e8bdeec69961p-6,
      0x1.1c49ef9c4acfdp-6, 0x1.ca1f9d9ff1967p-7,  0x1.75851123aef87p-7, 0x1.613ef9b944cb8p-7, 0x1.e5d386617affdp-9,
      0x1.63a61a3af6ed7p-6, -0x1.580a500c5e31bp-6, 0x1.0b4a85c508092p-5};
  Value size = lanes.absolute(x), half = lanes.constant(0.5);
  Value isSmall = lanes.compare(Lanes::Compare::OLE, size, half);
  Value beyond = lanes.mul(lanes.sub(lanes.constant(1), size), half);
  Value z = lanes.select(isSmall, lanes.mul(size, size), beyond);
  // Beyond 1 this is NaN.
  Value root = lanes.select(isSmall, size, lanes.sqrt(z));
  return {isSmall, root, lanes.mul(lanes.mul(root, z), lanes.polynomial(z, p))};
}

Value codegen::expandAsin(Lanes &lanes, Value x) {
  ArcSine arc = arcSine(lanes, x);
  Value near = lanes.add(arc.root, arc.rootExtra);
  // pi/2 - 2 (root + extra)
  Value extra = lanes.sub(lanes.add(arc.rootExtra, arc.rootExtra), lanes.constant(halfPiRest));
  Value far = lanes.sub(lanes.constant(halfPi), lanes.add(lanes.add(arc.root, arc.root), extra));
  return lanes.withSign(lanes.absolute(lanes.select(arc.isSmall, near, far)), x);
}

Value codegen::expandAcos(Lanes &lanes, Value x) {
  ArcSine arc = arcSine(lanes, x);
  // pi/2 - x - extra, all with the sign of x.
  Value extra = lanes.xorBits(lanes.bits(arc.rootExtra), lanes.andBits(lanes.bits(x), lanes.integer(lanes.signBit())));
  Value near = lanes.sub(lanes.constant(halfPiRest), lanes.fromBits(extra));
  near = lanes.sub(lanes.constant(halfPi), lanes.sub(x, near));
  // 2 (root + extra), or pi less that.
  Value angle = lanes.add(arc.root, arc.rootExtra);
  angle = lanes.add(angle, angle);
  Value opposite = lanes.sub(arc.rootExtra, lanes.constant(halfPiRest));
  opposite = lanes.sub(lanes.constant(halfPi), lanes.add(arc.root, opposite));
  opposite = lanes.add(opposite, opposite);
  Value isNegative = lanes.compare(Lanes::Compare::OLT, x, lanes.constant(0));
  return lanes.select(arc.isSmall, near, lanes.select(isNegative, opposite, angle));
}

Value codegen::expandAtan(Lanes &lanes, Value x) {
  static constexpr double p[] = {-0x1.555555555553dp-2, 0x1.99999999957c2p-3,  -0x1.24924922a9fbcp-3,
                                 0x1.c71c70e4ea4e7p-4,  -0x1.745cf8bf11ea3p-4, 0x1.3b1117423b584p-4,
                                 -0x1.10eba4ec34f7fp-4, 0x1.df0e45d8383bdp-5,  -0x1.9cce7001b7d42p-5,
                                 0x1.37cb5debf1122p-5,  -0x1.255512d94cfcfp-6};
  Value size = lanes.absolute(x), zero = lanes.constant(0), one = lanes.constant(1);
  Value isMiddle = lanes.compare(Lanes::Compare::OGT, size, lanes.constant(0x1.a827999fcef32p-2)); // tan(pi/8)
  Value isLarge = lanes.compare(Lanes::Compare::OGT, size, lanes.constant(0x1.3504f333f9de6p+1));  // tan(3 pi/8)
  auto choose = [&](Value small, Value middle, Value large) {
    return lanes.select(isLarge, large, lanes.select(isMiddle, middle, small));
  };
  Value numerator = choose(size, lanes.sub(size, one), lanes.constant(-1));
  Value denominator = choose(one, lanes.add(size, one), size);
  Value u = lanes.div(numerator, denominator), z = lanes.mul(u, u);
  Value rest = choose(zero, lanes.constant(quarterPiRest), lanes.constant(halfPiRest));
  Value extra = lanes.fma(lanes.mul(u, z), lanes.polynomial(z, p), rest);
  Value angle = choose(zero, lanes.constant(quarterPi), lanes.constant(halfPi));
  return lanes.withSign(lanes.absolute(lanes.add(angle, lanes.add(u, extra))), x);
}
