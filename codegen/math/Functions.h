//===- Functions.h - the functions that are expanded ----------------------===//
//
// Each takes and makes f32 lanes unless it says otherwise. Coefficients are by tools/math/minimax.py.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_MATH_FUNCTIONS_H
#define MARGAY_CODEGEN_MATH_FUNCTIONS_H

#include "codegen/math/Lanes.h"

namespace margay::codegen {

/// e^x = 2^exponent (1 + fraction), with the fraction between -0.3 and 0.42. The fraction is accurate relative to
/// itself, which is what e^x - 1 needs.
struct ScaledExp {
  mlir::Value fraction; ///< f32
  mlir::Value exponent; ///< i32
};

/// For |x| < 2^21; NaN gives a NaN fraction and any exponent.
ScaledExp scaledExp(Lanes &lanes, mlir::Value x);
/// 2^exponent, for exponents -126 … 127.
mlir::Value powerOfTwo(Lanes &lanes, mlir::Value exponent);

mlir::Value expandExp(Lanes &lanes, mlir::Value x);
mlir::Value expandLog(Lanes &lanes, mlir::Value x);
mlir::Value expandTanh(Lanes &lanes, mlir::Value x);
mlir::Value expandErf(Lanes &lanes, mlir::Value x);

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
