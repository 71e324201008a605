//===- Contracts.cpp - what the passes promise to code generation ---------===//

#include "passes/Contracts.h"
#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "passes/KernelGroups.h"
#include "passes/Rewrites.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// A kernel is a root, elementwise operations and broadcasts; constants come in as inputs, which are recipes.
static LogicalResult verifyKernel(KernelOp kernel) {
  Operation *root = nullptr;
  for (Operation &op : kernel.getBlock()->without_terminator()) {
    if (!isRoot(&op) && !isElementwise(&op) && !isa<BroadcastOp>(op))
      return op.emitOpError("cannot be part of a kernel");
    if (isRoot(&op) && root)
      return op.emitOpError("is a second root in one kernel").attachNote(root->getLoc()) << "the first root";
    if (isRoot(&op))
      root = &op;
  }
  return success();
}

static LogicalResult verifyResults(func::ReturnOp op) {
  DenseSet<Value> returned;
  for (auto [index, value] : llvm::enumerate(op.getOperands())) {
    while (auto reshape = value.getDefiningOp<ReshapeOp>())
      value = reshape.getOperand();
    if (!value.getDefiningOp<KernelOp>())
      return op.emitOpError("result ") << index << " is not made by a kernel";
    if (!returned.insert(value).second)
      return op.emitOpError("result ") << index << " is another result, too";
  }
  return success();
}

/// Regions are functions by now.
static LogicalResult verifyRegions(Operation &op) {
  for (Region &region : op.getRegions()) {
    Block &block = region.front();
    auto call = dyn_cast<func::CallOp>(block.front());
    if (!call || ++block.begin() != --block.end() || call.getOperands() != block.getArguments() ||
        block.back().getOperands() != call.getResults())
      return op.emitOpError("has a region that is no call");
  }
  return success();
}

static LogicalResult verifyTopLevel(Operation &op) {
  if (auto kernel = dyn_cast<KernelOp>(op))
    return verifyKernel(kernel);
  if (auto terminator = dyn_cast<func::ReturnOp>(op))
    return verifyResults(terminator);
  if (isa<IfOp, LoopOp>(op))
    return verifyRegions(op);
  if (isa<ReshapeOp, GetOp, ConstantOp>(op) || llvm::all_of(op.getResults(), isRecipe))
    return success();
  return op.emitOpError("is outside of a kernel");
}

LogicalResult passes::verifyKernels(ModuleOp module) {
  for (func::FuncOp function : functionsOf(module))
    for (Operation &op : function.getBody().front())
      if (failed(verifyTopLevel(op)))
        return failure();
  return success();
}
