//===- EvalKernel.cpp - the values of kernels and calls -------------------===//
//
// A kernel means what its operations mean: its plan is not looked at.
//
//===----------------------------------------------------------------------===//

#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Table.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static Results kernel(KernelOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  return evaluateBlock(*op.getBlock(), operands.vec(), symbols);
}

/// The symbols of a function are the model's, as its caller knows them.
static Results call(mlir::func::CallOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  auto function = mlir::SymbolTable::lookupNearestSymbolFrom<mlir::func::FuncOp>(op, op.getCalleeAttr());
  if (!function || function.isExternal() || !function.getBody().hasOneBlock())
    return makeFault(Fault::Internal, nameOf(op) + ": no function of one block is called '" + op.getCallee() + "'");
  return evaluateBlock(function.getBody().front(), operands.vec(), symbols);
}

void reference::addKernels(Table &table) {
  add<KernelOp, kernel>(table);
  add<mlir::func::CallOp, call>(table);
}
