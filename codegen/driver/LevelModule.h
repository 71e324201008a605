//===- LevelModule.h - a model's code for one level -----------------------===//

#ifndef MARGAY_CODEGEN_DRIVER_LEVELMODULE_H
#define MARGAY_CODEGEN_DRIVER_LEVELMODULE_H

#include "codegen/Target.h"
#include "codegen/driver/Model.h"
#include "mlir/IR/OwningOpRef.h"

namespace margay::codegen {

/// The kernels and the driver of a level, as scf, vector, arith and LLVM operations:
///
///   llvm.func internal @mg__kernel_v3_0(args, begin, end, scratch)    equal kernels once
///   llvm.func @mg__driver_v3(frame) -> status                         one call of mg__parallel per kernel
mlir::OwningOpRef<mlir::ModuleOp> emitLevel(const Model &model, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_DRIVER_LEVELMODULE_H
