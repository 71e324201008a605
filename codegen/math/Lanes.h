//===- Lanes.h - arithmetic on one float or a vector of them --------------===//
//
// The formulas of this folder are written once, over "lanes": f32 values and their bits as i32, scalars or vectors of
// one length. What is one instruction and what is two depends on the level; see fma.
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
  /// Builds at the builder's insertion point, with the shape (scalar, or vector of some length) of `like`.
  Lanes(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type like, const Level &level)
      : builder(builder), loc(loc), level(level), like(like) {}

  using Value = mlir::Value;
  using Compare = mlir::arith::CmpFPredicate;
  using IntCompare = mlir::arith::CmpIPredicate;

  /// The lanes' type with another element type.
  mlir::Type typeOf(mlir::Type element) const;
  mlir::Type f32() const { return typeOf(builder.getF32Type()); }
  mlir::Type i32() const { return typeOf(builder.getI32Type()); }
  mlir::Type i16() const { return typeOf(builder.getI16Type()); }

  Value constant(float value);
  Value integer(uint32_t value);

  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  /// a * b + c: rounded once where that is an instruction, else twice.
  Value fma(Value a, Value b, Value c);
  /// c[0] + c[1] x + c[2] x^2 …
  Value polynomial(Value x, llvm::ArrayRef<float> coefficients);

  Value compare(Compare predicate, Value a, Value b);
  Value compare(IntCompare predicate, Value a, Value b);
  Value select(Value condition, Value a, Value b);
  /// a < b ? a : b and a > b ? a : b, as the instructions have it: b if either is NaN.
  Value min(Value a, Value b) { return select(compare(Compare::OLT, a, b), a, b); }
  Value max(Value a, Value b) { return select(compare(Compare::OGT, a, b), a, b); }

  Value bits(Value x);
  Value fromBits(Value x);
  Value toFloat(Value x);
  Value addBits(Value a, Value b);
  Value subBits(Value a, Value b);
  Value andBits(Value a, Value b);
  Value orBits(Value a, Value b);
  Value xorBits(Value a, Value b);
  Value shiftLeft(Value a, unsigned count);
  Value shiftRight(Value a, unsigned count);           ///< Fills with zeros.
  Value shiftRightArithmetic(Value a, unsigned count); ///< Fills with the sign.
  Value absolute(Value x) { return fromBits(andBits(bits(x), integer(0x7fffffff))); }
  /// The size of a value that is not negative, with the sign of another.
  Value withSign(Value size, Value sign) {
    return fromBits(orBits(bits(size), andBits(bits(sign), integer(0x80000000))));
  }

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const Level &level;

private:
  mlir::Type like;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MATH_LANES_H
