//===- ExpandMath.h - mathematical functions without a library ------------===//
//
// Functions of real numbers, and what else a level's instructions do not have, become arithmetic on the same lanes:
// nothing of libm is ever called. A result in f32 is within 2 ulp of the exact value, one in f64 within 4, also for
// denormals and the largest arguments, and right for zeros of both signs, infinities and NaN. docs/math.md has what was
// measured.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_MATH_EXPANDMATH_H
#define MARGAY_CODEGEN_MATH_EXPANDMATH_H

#include "codegen/Target.h"
#include "mlir/IR/Operation.h"

namespace margay::codegen {

/// Rewrites everything below `root` that the level would need a library for, or that LLVM would make poor code of.
/// Values are scalars and 1-D vectors of any length.
void expandMath(mlir::Operation *root, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MATH_EXPANDMATH_H
