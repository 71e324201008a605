//===- Indexing.h - taking row-major indices apart ------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_INDEXING_H
#define MARGAY_CODEGEN_KERNELS_INDEXING_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// The coordinates of element `index` of a row-major tensor with these dimensions.
llvm::SmallVector<mlir::Value> coordinates(KernelBuilder &k, mlir::Value index, llvm::ArrayRef<nn::DimAttr> dims);

/// Elements from one index to the next along each dimension of a tensor in memory.
llvm::SmallVector<nn::DimAttr> elementStrides(const View &view);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_INDEXING_H
