//===- Contracts.cpp - what the passes promise to code generation ---------===//

#include "passes/Contracts.h"
#include "ir/DimBounds.h"
#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "passes/KernelGroups.h"
#include "passes/Rewrites.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// Whether these are the roots of an attention: see AttentionGroups.h.
static bool areAttention(ArrayRef<Operation *> roots) {
  return roots.size() >= 3 && isa<ContractOp>(roots[0]) && isa<SoftmaxOp>(roots[1]) && isa<ContractOp>(roots[2]) &&
         (roots.size() == 3 || (roots.size() == 4 && isa<TransposeOp>(roots[3])));
}

/// A kernel is a root (or those of an attention), elementwise operations and broadcasts; constants come in as inputs,
/// which are recipes.
static LogicalResult verifyKernel(KernelOp kernel) {
  SmallVector<Operation *> roots;
  for (Operation &op : kernel.getBlock()->without_terminator()) {
    if (!isRoot(&op) && !isElementwise(&op) && !isa<BroadcastOp>(op))
      return op.emitOpError("cannot be part of a kernel");
    if (isRoot(&op))
      roots.push_back(&op);
  }
  if (roots.size() > 1 && !areAttention(roots))
    return roots[1]->emitOpError("is a second root in one kernel").attachNote(roots[0]->getLoc()) << "the first root";
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

/// Calls `visit` for each symbol that the types of an operation mention, or those inside of it or of what it calls.
static void walkSymbolsOf(Operation *op, llvm::function_ref<void(StringRef)> visit) {
  auto walkTypes = [&](TypeRange types) {
    for (Type type : types)
      if (isa<RankedTensorType>(type))
        for (DimAttr dim : dimsOf(type))
          walkSymbols(dim, visit);
  };
  op->walk([&](Operation *inner) {
    walkTypes(inner->getOperandTypes());
    walkTypes(inner->getResultTypes());
    if (auto call = dyn_cast<func::CallOp>(inner))
      walkSymbolsOf(SymbolTable::lookupNearestSymbolFrom(call, call.getCalleeAttr()), visit);
  });
}

/// A size that depends on data is mentioned where it is computed, and behind that.
static LogicalResult verifyDataSizes(func::FuncOp function) {
  SymbolRanges ranges(function);
  llvm::StringSet<> unknown;
  for (PrefixOp prefix : function.getOps<PrefixOp>())
    if (!unknown.insert(prefix.getSymbol()).second)
      return prefix.emitOpError("computes ") << prefix.getSymbol() << ", which another has computed";
  for (Operation &op : function.getBody().front()) {
    if (auto prefix = dyn_cast<PrefixOp>(op))
      unknown.erase(prefix.getSymbol());
    std::string early;
    walkSymbolsOf(&op, [&](StringRef symbol) {
      if (unknown.contains(symbol))
        early = symbol.str();
    });
    if (!early.empty())
      return op.emitOpError("needs to know ") << early << " before it is computed";
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
  if (isa<ReshapeOp, GetOp, ConstantOp, PrefixOp>(op) || llvm::all_of(op.getResults(), isRecipe))
    return success();
  return op.emitOpError("is outside of a kernel");
}

LogicalResult passes::verifyKernels(ModuleOp module) {
  for (func::FuncOp function : functionsOf(module)) {
    if (failed(verifyDataSizes(function)))
      return failure();
    for (Operation &op : function.getBody().front())
      if (failed(verifyTopLevel(op)))
        return failure();
  }
  return success();
}
