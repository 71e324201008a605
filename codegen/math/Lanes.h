//===- Lanes.h - arithmetic on one float or a vector of them --------------===//
//
// The formulas of this folder are written once, over "lanes": f32 values and their bits as i32, or f64 and i64; scalars
// or vectors of one length. What is one instruction and what is two depends on the level; see fma.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_MATH_LANES_H
#define MARGAY_CODEGEN_MATH_LANES_H

#include "codegen/Target.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace margay::codegen {

class Lanes {
public:
  /// Builds at the builder's insertion point, with the shape (scalar, or vector of some length) of `like`, in f32.
  Lanes(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type like, const Level &level)
      : builder(builder), loc(loc), level(level), like(like) {}
  /// The same lanes in f64.
  Lanes wide() const;
  /// One lane, of the same width.
  Lanes single() const;

  using Value = mlir::Value;
  using Compare = mlir::arith::CmpFPredicate;
  using IntCompare = mlir::arith::CmpIPredicate;

  /// The lanes' type with another element type.
  mlir::Type typeOf(mlir::Type element) const;
  mlir::Type f32() const { return typeOf(builder.getF32Type()); }
  mlir::Type f64() const { return typeOf(builder.getF64Type()); }
  mlir::Type i16() const { return typeOf(builder.getI16Type()); }
  mlir::Type i64() const { return typeOf(builder.getI64Type()); }
  /// What these lanes hold, and its bits.
  mlir::Type real() const { return isWide ? f64() : f32(); }
  mlir::Type integral() const { return isWide ? i64() : typeOf(builder.getI32Type()); }
  /// How many bits a float has for its fraction, and what its exponent is counted from.
  unsigned fractionBits() const { return isWide ? 52 : 23; }
  unsigned bias() const { return isWide ? 1023 : 127; }
  uint64_t signBit() const { return isWide ? uint64_t(1) << 63 : 1u << 31; }
  /// How many lanes there are; 0 if this is a scalar.
  int64_t count() const;

  Value constant(double value);
  Value integer(uint64_t value);

  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  /// a * b + c: rounded once where that is an instruction, else twice.
  Value fma(Value a, Value b, Value c);
  Value sqrt(Value x);
  Value floor(Value x);
  Value negate(Value x) { return fromBits(xorBits(bits(x), integer(signBit()))); }
  /// c[0] + c[1] x + c[2] x^2 …
  template <typename T, size_t count> Value polynomial(Value x, const T (&coefficients)[count]) {
    Value result = constant(coefficients[count - 1]);
    for (size_t i = count - 1; i-- > 0;)
      result = fma(result, x, constant(coefficients[i]));
    return result;
  }
  /// The same in half the time for one multiplication more: even and odd powers are summed beside each other.
  template <typename T, size_t count> Value splitPolynomial(Value x, const T (&coefficients)[count]) {
    static_assert(count > 2);
    Value square = mul(x, x), sums[2];
    for (size_t i = count; i-- > 0;) {
      Value coefficient = constant(coefficients[i]), &sum = sums[i % 2];
      sum = sum ? fma(sum, square, coefficient) : coefficient;
    }
    return fma(sums[1], x, sums[0]);
  }

  Value compare(Compare predicate, Value a, Value b);
  Value compare(IntCompare predicate, Value a, Value b);
  Value select(Value condition, Value a, Value b);
  /// a < b ? a : b and a > b ? a : b, as the instructions have it: b if either is NaN.
  Value min(Value a, Value b) { return select(compare(Compare::OLT, a, b), a, b); }
  Value max(Value a, Value b) { return select(compare(Compare::OGT, a, b), a, b); }

  Value bits(Value x);
  Value fromBits(Value x);
  /// A small integer (less than 2^51 in size) as a float.
  Value toFloat(Value x);
  Value addBits(Value a, Value b);
  Value subBits(Value a, Value b);
  Value andBits(Value a, Value b);
  Value orBits(Value a, Value b);
  Value xorBits(Value a, Value b);
  Value shiftLeft(Value a, unsigned count);
  Value shiftRight(Value a, unsigned count);                                        ///< Fills with zeros.
  Value shiftRightArithmetic(Value a, unsigned count);                              ///< Fills with the sign.
  Value negative(Value x) { return fromBits(orBits(bits(x), integer(signBit()))); } ///< -|x|
  Value absolute(Value x) { return fromBits(andBits(bits(x), integer(~signBit()))); }
  /// The size of a value that is not negative, with the sign of another.
  Value withSign(Value size, Value sign);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const Level &level;
  bool isWide = false;

private:
  mlir::Type like;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MATH_LANES_H
