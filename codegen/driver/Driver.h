//===- Driver.h - the straight-line code of a function --------------------===//

#ifndef MARGAY_CODEGEN_DRIVER_DRIVER_H
#define MARGAY_CODEGEN_DRIVER_DRIVER_H

#include "codegen/Target.h"
#include "codegen/driver/Model.h"
#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// Names the function of a kernel, or of a chain of kernels (codegen/plans/Bands.h).
using FunctionNames = llvm::function_ref<llvm::StringRef(llvm::ArrayRef<nn::KernelOp>, llvm::ArrayRef<KernelStrides>)>;

/// Emits `mg__driver_LEVEL` for `main`, and an internal function for another body: one call for each of its steps.
/// `kernelNumber` counts the model's kernels on.
void emitDriver(mlir::ModuleOp module, const Model &model, const Body &body, const Level &level,
                FunctionNames functionOf, int64_t &kernelNumber);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_DRIVER_DRIVER_H
