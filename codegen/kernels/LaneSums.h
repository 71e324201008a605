//===- LaneSums.h - the sums of some vectors' lanes -----------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_LANESUMS_H
#define MARGAY_CODEGEN_KERNELS_LANESUMS_H

#include "codegen/kernels/Emit.h"

namespace margay::codegen {

/// One lane for each vector (a scalar for a single one): the sum of its lanes, in the order of Emit::combineLanes.
/// Vectors of 16 lanes, as many as a power of two, at most 16.
mlir::Value laneSums(Emit &e, llvm::ArrayRef<mlir::Value> vectors);

/// The same of what joins two values otherwise: maxima, say.
mlir::Value lanesJoined(Emit &e, llvm::ArrayRef<mlir::Value> vectors,
                        llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> join);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_LANESUMS_H
