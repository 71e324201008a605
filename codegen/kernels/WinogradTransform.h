//===- WinogradTransform.h - a tile's values into its points, and back ----===//

#ifndef MARGAY_CODEGEN_KERNELS_WINOGRADTRANSFORM_H
#define MARGAY_CODEGEN_KERNELS_WINOGRADTRANSFORM_H

#include "codegen/kernels/Emit.h"
#include "codegen/plans/WinogradAxis.h"

namespace margay::codegen {

/// B^T d along an axis: as many values as the axis has points, of one vector type, to as many.
llvm::SmallVector<mlir::Value> transformInputs(Emit &e, const WinogradAxis &axis, mlir::ValueRange values);

/// A^T p along an axis: a value for each point to a value for each output.
llvm::SmallVector<mlir::Value> transformProducts(Emit &e, const WinogradAxis &axis, mlir::ValueRange products);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_WINOGRADTRANSFORM_H
