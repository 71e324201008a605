//===- LevelModule.h - a model's code for one level -----------------------===//

#ifndef MARGAY_CODEGEN_DRIVER_LEVELMODULE_H
#define MARGAY_CODEGEN_DRIVER_LEVELMODULE_H

#include "codegen/Target.h"
#include "codegen/driver/Model.h"
#include "codegen/kernels/KernelBuilder.h"
#include "mlir/IR/OwningOpRef.h"
#include <string>
#include <vector>

namespace margay::codegen {

/// A function of a kernel or of a chain of kernels, which is not emitted yet.
struct KernelFunction {
  std::string name;
  llvm::SmallVector<nn::KernelOp> members; ///< One, or a chain's.
  KernelStrides strides;                   ///< Of the one kernel.
  std::vector<std::string> parts;          ///< Of a chain: its members' functions.
};

/// The code of a level, as scf, vector, arith and LLVM operations:
///
///   llvm.func @mg__driver_v3(frame) -> status              one call of mg__parallel per kernel
///   llvm.func @mg__kernel_v3_0(args, begin, end, scratch)  equal kernels once
///
/// Functions are emitted apart from the driver: each is a small part of a large model's code, which needs memory only
/// while it is compiled.
struct LevelCode {
  mlir::OwningOpRef<mlir::ModuleOp> driver; ///< Declares the functions.
  std::vector<KernelFunction> functions;    ///< Those of chains behind those that they call.
};

LevelCode emitLevel(const Model &model, const Level &level);

/// Appends a function to `module`, which may have others.
void emitFunction(mlir::ModuleOp module, const KernelFunction &function, const Model &model, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_DRIVER_LEVELMODULE_H
