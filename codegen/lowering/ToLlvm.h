//===- ToLlvm.h - from loops and vectors to LLVM IR -----------------------===//

#ifndef MARGAY_CODEGEN_LOWERING_TOLLVM_H
#define MARGAY_CODEGEN_LOWERING_TOLLVM_H

#include "codegen/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

namespace margay::codegen {

/// Makes known what lowerToLlvm needs of a context; once, before contexts are used by several threads.
void registerLowering(mlir::MLIRContext &context);

/// Lowers what the emitters wrote, and translates it. The module is used up.
llvm::Expected<std::unique_ptr<llvm::Module>> lowerToLlvm(mlir::ModuleOp module, const Level &level,
                                                          llvm::LLVMContext &context);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_LOWERING_TOLLVM_H
