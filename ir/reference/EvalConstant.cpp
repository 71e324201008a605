//===- EvalConstant.cpp - the values of constants and parameters ----------===//

#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Table.h"
#include "mlir/IR/SymbolTable.h"

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static llvm::Expected<Tensor> constant(ConstantOp op, llvm::ArrayRef<Tensor>) {
  return Tensor::fromElements(op.getValue());
}

static llvm::Expected<Tensor> get(GetOp op, llvm::ArrayRef<Tensor>) {
  auto param = mlir::SymbolTable::lookupNearestSymbolFrom<ParamOp>(op, op.getParamAttr());
  if (!param)
    return makeFault(Fault::Internal, nameOf(op) + ": no parameter is called " + op.getParam());
  return Tensor::fromElements(param.getValue());
}

/// A declaration: there is nothing to compute until an nn.get asks for it.
static Results param(ParamOp, llvm::ArrayRef<Tensor>) { return std::vector<Tensor>(); }

void reference::addConstants(Table &table) {
  add<ConstantOp, constant>(table);
  add<GetOp, get>(table);
  add<ParamOp, param>(table);
}
