//===- FoldConstants.cpp - small constants are computed -------------------===//
//
//   %a = nn.constant dense<[1.0, 2.0]>
//   %r = nn.sqrt %a                         ─▶    %r = nn.constant dense<[1.0, 1.41421354]>
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "ir/reference/Evaluator.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// A small constant that is made of more elements than this stays a recipe: the compiler would spend seconds on it,
/// time and again.
static constexpr int64_t maxElementsRead = 1 << 20;

static int64_t elementsOf(Value value) { return cast<RankedTensorType>(value.getType()).getNumElements(); }

/// The number of elements of all values that a recipe is computed from.
static int64_t elementsRead(Value recipe) {
  llvm::SetVector<Operation *> slice;
  if (failed(getBackwardSlice(recipe, &slice)))
    return maxElementsRead + 1;
  int64_t sum = 0;
  for (Operation *op : slice)
    for (Value result : op->getResults())
      sum += elementsOf(result);
  return sum;
}

static bool canFold(Operation &op) {
  if (!isa<NNDialect>(op.getDialect()) || isa<ConstantOp, GetOp, BroadcastOp>(op) || op.getNumResults() != 1)
    return false;
  Value result = op.getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  return type.hasStaticShape() && type.getNumElements() <= maxInlineElements && isRecipe(result) &&
         elementsRead(result) <= maxElementsRead;
}

namespace {

struct FoldConstantsPass : passes::impl::FoldConstantsPassBase<FoldConstantsPass> {
  void runOnOperation() override {
    for (func::FuncOp function : functionsOf(getOperation()))
      for (Operation &op : llvm::make_early_inc_range(function.getBody().front()))
        if (canFold(op))
          fold(op);
    eraseUnreadParams(getOperation());
  }

private:
  static void fold(Operation &op) {
    llvm::Expected<reference::Tensor> value = reference::evaluateConstant(op.getResult(0));
    if (!value) // What is wrong with it is said when it is needed.
      return llvm::consumeError(value.takeError());
    OpBuilder builder(&op);
    op.replaceAllUsesWith(ConstantOp::create(builder, op.getLoc(), value->toElements()));
    op.erase();
  }
};

} // namespace
