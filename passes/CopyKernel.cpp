//===- CopyKernel.cpp - a kernel that copies ------------------------------===//

#include "passes/CopyKernel.h"
#include "ir/Ops.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;

Value passes::copyKernel(OpBuilder &builder, Location loc, StringAttr name, Value value) {
  auto kernel = KernelOp::create(builder, loc, value.getType(), name, value, PlanAttr());
  Block &block = kernel.getBody().emplaceBlock();
  Value argument = block.addArgument(value.getType(), loc);
  OpBuilder inside = OpBuilder::atBlockEnd(&block);
  YieldOp::create(inside, loc, argument);
  return kernel.getResult(0);
}
