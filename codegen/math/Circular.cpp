//===- Circular.cpp - sin, cos, tan ---------------------------------------===//
//
//   x = n pi/2 + r + rest      sin r = r + r z p(z),  cos r = 1 - z/2 + z^2 q(z),  z = r^2
//
// The rest is so small that sin(r + rest) = sin r + rest cos r and cos(r + rest) = cos r - rest sin r.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include "codegen/math/Quadrant.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static Value sine(Lanes &lanes, Pair angle, Value z) {
  static constexpr double p[] = {-0x1.5555555555548p-3, 0x1.111111110f79p-7,   -0x1.a01a019bf58adp-13,
                                 0x1.71de356049704p-19, -0x1.ae5e54799c21p-26, 0x1.5d8e00212a054p-33};
  Value extra = lanes.mul(lanes.mul(angle.high, z), lanes.polynomial(z, p));
  Value rest = lanes.fma(lanes.mul(z, lanes.constant(-0.5)), angle.low, angle.low);
  return lanes.add(angle.high, lanes.add(extra, rest));
}

static Value cosine(Lanes &lanes, Pair angle, Value z) {
  static constexpr double q[] = {0x1.555555555554bp-5,   -0x1.6c16c16c14f47p-10, 0x1.a01a019c7ce26p-16,
                                 -0x1.27e4f7e543f29p-22, 0x1.1ee9d3e020db9p-29,  -0x1.8fa292aa19bcep-37};
  Value half = lanes.mul(z, lanes.constant(0.5)), one = lanes.constant(1);
  Value parabola = lanes.sub(one, half);
  Value lost = lanes.sub(lanes.sub(one, parabola), half);
  Value extra = lanes.sub(lanes.mul(lanes.mul(z, z), lanes.polynomial(z, q)), lanes.mul(angle.high, angle.low));
  return lanes.add(parabola, lanes.add(lost, extra));
}

namespace {

struct Point {
  Value n, sine, cosine;
  Value isOdd;
};

} // namespace

static Point pointAt(Lanes &lanes, Value x) {
  Quadrant quadrant = quadrantOf(lanes, x);
  Value z = lanes.mul(quadrant.angle.high, quadrant.angle.high);
  Value odd = lanes.andBits(quadrant.n, lanes.integer(1));
  return {quadrant.n, sine(lanes, quadrant.angle, z), cosine(lanes, quadrant.angle, z),
          lanes.compare(Lanes::IntCompare::ne, odd, lanes.integer(0))};
}

/// Negates a value where the second bit of an integer is set.
static Value withSignOf(Lanes &lanes, Value value, Value n) {
  Value sign = lanes.andBits(lanes.shiftLeft(n, 62), lanes.integer(lanes.signBit()));
  return lanes.fromBits(lanes.xorBits(lanes.bits(value), sign));
}

/// x itself where it is so small that there is no other result; -0 among them.
static Value orTiny(Lanes &lanes, Value value, Value x) {
  Value isTiny = lanes.compare(Lanes::Compare::OLT, lanes.absolute(x), lanes.constant(0x1p-27));
  return lanes.select(isTiny, x, value);
}

Value codegen::expandSin(Lanes &lanes, Value x) {
  Point point = pointAt(lanes, x);
  return orTiny(lanes, withSignOf(lanes, lanes.select(point.isOdd, point.cosine, point.sine), point.n), x);
}

Value codegen::expandCos(Lanes &lanes, Value x) {
  Point point = pointAt(lanes, x);
  Value n = lanes.addBits(point.n, lanes.integer(1));
  return withSignOf(lanes, lanes.select(point.isOdd, point.sine, point.cosine), n);
}

Value codegen::expandTan(Lanes &lanes, Value x) {
  Point point = pointAt(lanes, x);
  Value numerator = lanes.select(point.isOdd, lanes.negate(point.cosine), point.sine);
  Value denominator = lanes.select(point.isOdd, point.sine, point.cosine);
  return orTiny(lanes, lanes.div(numerator, denominator), x);
}
