//===- TaskFunction.h - a function of the runtime's task interface --------===//

#ifndef MARGAY_CODEGEN_KERNELS_TASKFUNCTION_H
#define MARGAY_CODEGEN_KERNELS_TASKFUNCTION_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

namespace margay::codegen {

/// Makes `name(args, begin, end, scratch)`, an mg__kernel of runtime/abi.h, at the end of the module. The builder then
/// stands at its start.
mlir::LLVM::LLVMFuncOp beginTaskFunction(mlir::OpBuilder &builder, mlir::ModuleOp module, mlir::Location loc,
                                         llvm::StringRef name);

/// Sees to it that what the module calls `name` is a function of this interface, which may be another module's.
void declareTaskFunction(mlir::ModuleOp module, llvm::StringRef name);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_TASKFUNCTION_H
