//===- Channels.h - covering a row's columns with vectors -----------------===//

#ifndef MARGAY_CODEGEN_KERNELS_CHANNELS_H
#define MARGAY_CODEGEN_KERNELS_CHANNELS_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// Covers `columns` columns: full vectors of `lanes` in a loop, then one exact vector for the rest. `body(first column,
/// lanes)`.
void forChannels(Emit &e, int64_t columns, int64_t lanes,
                 llvm::function_ref<void(mlir::Value column, int64_t lanes)> body);

/// Covers [begin, end), known at run time only: full vectors, if `shorter` is there vectors of so many, then single
/// elements.
void forElements(Emit &e, mlir::Value begin, mlir::Value end, int64_t lanes,
                 llvm::function_ref<void(mlir::Value index, int64_t lanes)> body, int64_t shorter = 1);

/// Covers all columns of a row, by the way that fits what is known of their number.
void forColumns(KernelBuilder &k, nn::DimAttr columns, int64_t lanes,
                llvm::function_ref<void(mlir::Value column, int64_t lanes)> body);

/// The same with `times` vectors at once for as long as there are so many.
void forManyColumns(KernelBuilder &k, nn::DimAttr columns, int64_t lanes, int64_t times,
                    llvm::function_ref<void(mlir::Value column, int64_t lanes)> body);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_CHANNELS_H
