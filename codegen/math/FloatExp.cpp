//===- FloatExp.cpp - powers in f32 where little can happen ---------------===//
//
//   x = n ln 2 + r,  |r| <= ln 2 / 2      e^x = 2^n e^r
//   t = n + f,       |f| <= 1/2           2^t = 2^n 2^f
//
// A number is added that is so large that the sum has no bits for fractions: its lowest bits are then n, and with what
// floats count exponents from added, too, those of 2^n. The factor is multiplied with, and not added to the exponent,
// so that NaN stays NaN.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr double log2E = 0x1.71547652b82fep+0;

/// A number that makes the lowest bits of a sum the exponent of 2^(n + offset).
static Value shifterOf(Lanes &lanes, int offset) { return lanes.constant(0x1.8p+23 + lanes.bias() + offset); }

static Value factorOf(Lanes &lanes, Value shifted, Value offsets = {}) {
  Value exponent = lanes.bits(shifted);
  if (offsets)
    exponent = lanes.addBits(exponent, offsets);
  return lanes.fromBits(lanes.shiftLeft(exponent, lanes.fractionBits()));
}

/// 2^offset e^x, or e^-x where `sign` is -1: then of -r for r, and with 1 - e^r, so that nothing is negated on its own;
/// that sign is one within a multiply-add.
static Value floatExp(Lanes &lanes, Value x, int sign, int offset, Value offsets) {
  // ln 2 in two parts and the polynomial of Exp.cpp: e^r = 1 + r + r^2 q(r).
  auto s = static_cast<float>(sign);
  const float q[] = {s * 0x1.fffffep-2f, 0x1.5554b0p-3f, s * 0x1.5556c0p-5f, 0x1.122898p-7f, s * 0x1.6bed10p-10f};
  Value shifter = shifterOf(lanes, offset);
  Value shifted = lanes.fma(x, lanes.constant(sign * log2E), shifter);
  Value n = lanes.sub(shifted, shifter);
  Value r = lanes.fma(n, lanes.constant(-sign * 0x1.62e4p-1), x);
  r = lanes.fma(n, lanes.constant(-sign * 0x1.7f7d1cp-20), r);
  Value power = lanes.fma(lanes.mul(r, r), lanes.splitPolynomial(r, q), r);
  Value factor = factorOf(lanes, shifted, offsets);
  return lanes.fma(sign < 0 ? lanes.negate(power) : power, factor, factor);
}

Value codegen::floatExp(Lanes &lanes, Value x, int offset, Value offsets) {
  return ::floatExp(lanes, x, 1, offset, offsets);
}

Value codegen::floatExpOfNegative(Lanes &lanes, Value x, int offset) { return ::floatExp(lanes, x, -1, offset, {}); }

/// Whether 2^n is multiplied with by one instruction, which takes n as a float.
static bool scalesAtOnce(const Lanes &lanes) {
  return lanes.level.vectorBytes == 64 && llvm::is_contained({4, 8, 16}, lanes.count());
}

/// 2^n x, where that is one instruction.
static Value scale(Lanes &lanes, Value x, Value n) {
  OpBuilder &builder = lanes.builder;
  int64_t count = lanes.count();
  auto integer = [&](unsigned bits, int64_t value) -> Value {
    return LLVM::ConstantOp::create(builder, lanes.loc, builder.getIntegerAttr(builder.getIntegerType(bits), value));
  };
  SmallVector<Value> operands{x, n, lanes.constant(0), integer(count == 16 ? 16 : 8, -1)};
  if (count == 16)
    operands.push_back(integer(32, 4)); // To round as is set.
  StringAttr name = builder.getStringAttr("llvm.x86.avx512.mask.scalef.ps." + Twine(32 * count));
  return LLVM::CallIntrinsicOp::create(builder, lanes.loc, x.getType(), name, operands).getResult(0);
}

Value codegen::expandDecay(Lanes &lanes, Value x) {
  // 2 2^f = s p(f): a factor s that all powers have is none of quotients, so the degree can be as low as this.
  static constexpr float p[] = {2.0f, 0x1.62e428p+0f, 0x1.ebf914p-2f, 0x1.c6b692p-4f, 0x1.3d0c44p-6f, 0x1.5c0854p-9f};
  Value shifter = shifterOf(lanes, -1);
  if (scalesAtOnce(lanes)) {
    // The same of -f, which needs n and not -n, with half the coefficients. What might be too small to be normal is 0,
    // whatever the polynomial makes of it. NaN is not less than anything.
    float q[std::size(p)];
    for (size_t i = 0; i < std::size(p); ++i)
      q[i] = (i % 2 ? -0.5f : 0.5f) * p[i];
    Value n = lanes.sub(lanes.fma(x, lanes.constant(log2E), shifter), shifter);
    Value power = scale(lanes, lanes.polynomial(lanes.fma(x, lanes.constant(-log2E), n), q), n);
    return lanes.select(lanes.compare(Lanes::Compare::OLT, x, lanes.constant(-125.501 / log2E)), lanes.constant(0),
                        power);
  }
  // What it is multiplied with is half of 2^n, which is 0 for n = -126: p(f) is above 1, and so what is not 0 is
  // normal.
  x = lanes.max(lanes.constant(-126 / log2E), x);
  Value shifted = lanes.fma(x, lanes.constant(log2E), shifter);
  Value f = lanes.fma(x, lanes.constant(log2E), lanes.sub(shifter, shifted));
  return lanes.mul(lanes.polynomial(f, p), factorOf(lanes, shifted));
}

Value codegen::floatExp2(Lanes &lanes, Value a, Value b, int offset) {
  // 2^f = 1 + f p(f)
  static constexpr float p[] = {0x1.62e430p-1f, 0x1.ebfbdap-3f,  0x1.c6af2ap-5f,
                                0x1.3b2e36p-7f, 0x1.5f3f3ep-10f, 0x1.41fcbap-13f};
  Value shifter = shifterOf(lanes, offset);
  Value shifted = lanes.fma(a, b, shifter);
  Value f = lanes.fma(a, b, lanes.sub(shifter, shifted));
  Value power = lanes.fma(lanes.splitPolynomial(f, p), f, lanes.constant(1));
  return lanes.mul(power, factorOf(lanes, shifted));
}
