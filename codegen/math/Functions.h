//===- Functions.h - the functions that are expanded ----------------------===//
//
// Each takes and makes lanes in f32 or f64, unless it says otherwise. Coefficients are by tools/math/minimax.py.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_MATH_FUNCTIONS_H
#define MARGAY_CODEGEN_MATH_FUNCTIONS_H

#include "codegen/math/Lanes.h"
#include "codegen/math/Pairs.h"

namespace margay::codegen {

/// e^x = 2^exponent (1 + fraction), with the fraction between -0.3 and 0.42. The fraction is accurate relative to
/// itself, which is what e^x - 1 needs.
struct ScaledExp {
  mlir::Value fraction;
  mlir::Value exponent; ///< An integer.
};

/// For |x| < 2^21; NaN gives a NaN fraction and any exponent. With a `rest`, e^(x + rest), more exact than one float.
ScaledExp scaledExp(Lanes &lanes, mlir::Value x, mlir::Value rest = {});
/// Their product, also where it is a denormal or infinity.
mlir::Value unscaled(Lanes &lanes, ScaledExp parts);
/// 2^exponent, for the exponents of normal numbers.
mlir::Value powerOfTwo(Lanes &lanes, mlir::Value exponent);
/// The nearest x for which e^x is the same float and that scaledExp takes.
mlir::Value clampedForExp(Lanes &lanes, mlir::Value x);

/// In f32: 2^offset e^x, where 2^(offset + n) for the n nearest to x / ln 2 is a normal number, or 0 in place of
/// 2^-127. NaN if x is. Lanes may have an offset of their own besides.
mlir::Value floatExp(Lanes &lanes, mlir::Value x, int offset, mlir::Value offsets = {});
/// 2^offset e^-x likewise.
mlir::Value floatExpOfNegative(Lanes &lanes, mlir::Value x, int offset);
/// In f32: 2^(a b + offset), where the result is a normal number, or 0 in place of 2^-127, or infinity in that of
/// 2^128; NaN if a or b is.
mlir::Value floatExp2(Lanes &lanes, mlir::Value a, mlir::Value b, int offset = 0);

/// x = 2^n (1 + f) with f between sqrt(1/2) - 1 and sqrt(2) - 1, for finite x > 0.
struct LogArgument {
  mlir::Value n, f;
};
LogArgument logArgument(Lanes &lanes, mlir::Value x);
/// p of log((1 + s) / (1 - s)) = 2s + 2/3 s^3 + s^5 p(s^2), in f64.
mlir::Value logTail(Lanes &lanes, mlir::Value square);

mlir::Value expandErf(Lanes &lanes, mlir::Value x);
mlir::Value expandExp(Lanes &lanes, mlir::Value x);
mlir::Value expandExpm1(Lanes &lanes, mlir::Value x);
mlir::Value expandLog(Lanes &lanes, mlir::Value x);
mlir::Value expandLog1p(Lanes &lanes, mlir::Value x);
mlir::Value expandTanh(Lanes &lanes, mlir::Value x);

/// In f32 only. e^x of no positive x, for quotients by sums of such. Its relative error is at most
/// (4 + 1.25 |x|) 2^-24, which the rounding of a difference x has, too. What would be below 2^-125.5 is 0: CPUs take
/// a hundred times as long for a denormal number, and scores that are masked would be one.
mlir::Value expandDecay(Lanes &lanes, mlir::Value x);
/// In f32 only. The sigmoid function; GELU and its approximation by tanh.
mlir::Value expandSigmoid(Lanes &lanes, mlir::Value x);
mlir::Value expandGelu(Lanes &lanes, mlir::Value x);
mlir::Value expandTanhGelu(Lanes &lanes, mlir::Value x);

/// In f64 only: those of f32 are rounded results of these.
mlir::Value expandAcos(Lanes &lanes, mlir::Value x);
mlir::Value expandAcosh(Lanes &lanes, mlir::Value x);
mlir::Value expandAsin(Lanes &lanes, mlir::Value x);
mlir::Value expandAsinh(Lanes &lanes, mlir::Value x);
mlir::Value expandAtan(Lanes &lanes, mlir::Value x);
mlir::Value expandAtanh(Lanes &lanes, mlir::Value x);
mlir::Value expandCos(Lanes &lanes, mlir::Value x);
mlir::Value expandCosh(Lanes &lanes, mlir::Value x);
mlir::Value expandExp2(Lanes &lanes, mlir::Value x);
mlir::Value expandLog10(Lanes &lanes, mlir::Value x);
mlir::Value expandLog2(Lanes &lanes, mlir::Value x);
mlir::Value expandSin(Lanes &lanes, mlir::Value x);
mlir::Value expandSinh(Lanes &lanes, mlir::Value x);
mlir::Value expandTan(Lanes &lanes, mlir::Value x);

/// x^y as C's pow has it, in f64; and so that it is good enough to be rounded to f32.
mlir::Value expandPow(Lanes &lanes, mlir::Value x, mlir::Value y);
mlir::Value expandRoughPow(Lanes &lanes, mlir::Value x, mlir::Value y);

/// x - y trunc(x / y) without an error, as C's fmod has it, in f64.
mlir::Value expandRemainder(Lanes &lanes, mlir::Value x, mlir::Value y);

/// The integer lanes nearest to x without its fraction, 0 of NaN; x is f32 or f64.
mlir::Value toInteger(Lanes &lanes, mlir::Value x, mlir::Type type, bool isSigned);

/// Conversions of f16 and bf16 lanes from and to f32 lanes, rounded to nearest, ties to even. NaN stays NaN, and
/// becomes quiet.
mlir::Value extendF16(Lanes &lanes, mlir::Value x);
mlir::Value truncateF16(Lanes &lanes, mlir::Value x);
mlir::Value extendBF16(Lanes &lanes, mlir::Value x);
mlir::Value truncateBF16(Lanes &lanes, mlir::Value x);

/// The f32 lanes of f64 ones, rounded to odd: where a value lies between two floats, the one whose last bit is set. It
/// can be rounded again without error.
mlir::Value roundToOdd(Lanes &lanes, mlir::Value x);

/// NaN if either is NaN, else the larger or smaller. Which zero is larger is not defined.
mlir::Value expandMaximum(Lanes &lanes, mlir::Value a, mlir::Value b);
mlir::Value expandMinimum(Lanes &lanes, mlir::Value a, mlir::Value b);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MATH_FUNCTIONS_H
