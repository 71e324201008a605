//===- TaskFunction.cpp - a function of the runtime's task interface ------===//

#include "codegen/kernels/TaskFunction.h"

using namespace mlir;
using namespace margay;

static LLVM::LLVMFuncOp createTaskFunction(OpBuilder &builder, Location loc, StringRef name) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type();
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()), {pointer, i64, i64, pointer});
  auto function = LLVM::LLVMFuncOp::create(builder, loc, name, type);
  // A chain moves the arguments of the functions that it calls, which must not see through that.
  function.setNoInline(true);
  return function;
}

LLVM::LLVMFuncOp codegen::beginTaskFunction(OpBuilder &builder, ModuleOp module, Location loc, StringRef name) {
  builder.setInsertionPointToEnd(module.getBody());
  LLVM::LLVMFuncOp function = createTaskFunction(builder, loc, name);
  Block *entry = function.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  builder.setInsertionPointToStart(entry);
  return function;
}

void codegen::declareTaskFunction(ModuleOp module, StringRef name) {
  if (module.lookupSymbol(name))
    return;
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  createTaskFunction(builder, module.getLoc(), name);
}
