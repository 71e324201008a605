//===- Square.h - transposing squares of elements in registers ------------===//

#ifndef MARGAY_CODEGEN_KERNELS_SQUARE_H
#define MARGAY_CODEGEN_KERNELS_SQUARE_H

#include "codegen/kernels/Emit.h"

namespace margay::codegen {

/// Transposes as many rows as a vector has lanes: 4, 8 or 16 of elements of 32 bits.
void transposeSquare(Emit &e, llvm::MutableArrayRef<mlir::Value> rows);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_SQUARE_H
