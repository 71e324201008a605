//===- Multiplications.h - what a CPU's multipliers are needed for --------===//

#ifndef MARGAY_CODEGEN_KERNELS_MULTIPLICATIONS_H
#define MARGAY_CODEGEN_KERNELS_MULTIPLICATIONS_H

#include "codegen/Target.h"
#include "mlir/IR/Operation.h"

namespace margay::codegen {

/// How many multiplications an element of an operation's result takes at a level, in lanes of f32 (one of f64 takes
/// two): multiply-adds, divisions and square roots, too. They are counted in the arithmetic that is made of the
/// operation. Of elementwise operations, softmax and normalisation; 0 of others, and of what is in branches that are
/// taken rarely.
double multiplicationsOf(mlir::Operation *op, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_MULTIPLICATIONS_H
