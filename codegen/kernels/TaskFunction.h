//===- TaskFunction.h - a function of the runtime's task interface --------===//

#ifndef MARGAY_CODEGEN_KERNELS_TASKFUNCTION_H
#define MARGAY_CODEGEN_KERNELS_TASKFUNCTION_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

namespace margay::codegen {

/// Makes `name(args, begin, end, scratch)`, an mg__kernel of runtime/abi.h, where the builder stands. The builder then
/// stands at its start.
mlir::LLVM::LLVMFuncOp beginTaskFunction(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_TASKFUNCTION_H
