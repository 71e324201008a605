//===- TaskFunction.cpp - a function of the runtime's task interface ------===//

#include "codegen/kernels/TaskFunction.h"

using namespace mlir;
using namespace margay;

LLVM::LLVMFuncOp codegen::beginTaskFunction(OpBuilder &builder, Location loc, StringRef name) {
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type();
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()), {pointer, i64, i64, pointer});
  auto function = LLVM::LLVMFuncOp::create(builder, loc, name, type, LLVM::Linkage::Internal);
  Block *entry = function.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  builder.setInsertionPointToStart(entry);
  return function;
}
