//===- SinkReshapes.cpp - reshapes move below elementwise operations ------===//
//
//   %c = nn.contract …          : tensor<6x4xf32>             %c = nn.contract …       : tensor<6x4xf32>
//   %r = nn.reshape %c          : … to tensor<2x3x4xf32>      %b = nn.broadcast %bias' : tensor<1x4xf32> to
//   tensor<6x4xf32> %b = nn.broadcast %bias     : … to tensor<2x3x4xf32>  ─▶  %s = nn.add %c, %b       :
//   tensor<6x4xf32> %s = nn.add %r, %b          : tensor<2x3x4xf32>           %r = nn.reshape %s       : … to
//   tensor<2x3x4xf32>
//
//===----------------------------------------------------------------------===//

#include "ir/Recipe.h"
#include "passes/KernelGroups.h"
#include "passes/Passes.h"
#include "passes/ReshapeGroups.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_SINKRESHAPESPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// The operand of `op` in another shape where that costs nothing: a recipe, the same reshape, or a broadcast that can
/// be made to the other shape at once. Null where it is none of these.
static Value reshapeForFree(OpBuilder &builder, Value operand, ArrayRef<DimAttr> dims) {
  if (isRecipe(operand) && !operand.getDefiningOp<BroadcastOp>())
    return reshapeTo(builder, operand.getLoc(), operand, dims);
  if (auto reshape = operand.getDefiningOp<ReshapeOp>())
    if (dimsOf(reshape.getOperand().getType()) == dims)
      return reshape.getOperand();
  auto broadcast = operand.getDefiningOp<BroadcastOp>();
  if (!broadcast)
    return {};
  auto below = reshapeBelowBroadcast(dimsOf(broadcast.getOperand().getType()), dimsOf(broadcast.getType()), dims);
  if (!below)
    return {};
  Value source = reshapeTo(builder, broadcast.getLoc(), broadcast.getOperand(), *below);
  return broadcastTo(builder, broadcast.getLoc(), source, dims);
}

namespace {

/// elementwise(reshape x, y) == reshape(elementwise(x, reshape y))
///
/// It comes to an end because a reshape that it adds above the operation is of a recipe or lowers the rank, and is not
/// moved again.
struct SinkReshape : OpInterfaceRewritePattern<ElementwiseInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ElementwiseInterface op, PatternRewriter &rewriter) const override {
    for (Value operand : op->getOperands())
      if (auto reshape = operand.getDefiningOp<ReshapeOp>(); reshape && canSink(reshape))
        if (succeeded(sink(op, reshape, rewriter)))
          return success();
    return rewriter.notifyMatchFailure(op, "no reshape to move below");
  }

private:
  /// Whether moving `reshape` can bring an operation next to what it follows.
  static bool canSink(ReshapeOp reshape) {
    Operation *source = reshape.getOperand().getDefiningOp();
    return source && !isa<BroadcastOp>(source) && !isRecipe(reshape) &&
           llvm::all_of(reshape->getUsers(), isElementwise);
  }

  static LogicalResult sink(Operation *op, ReshapeOp reshape, PatternRewriter &rewriter) {
    SmallVector<DimAttr> dims = dimsOf(reshape.getOperand().getType());
    bool lowersRank = static_cast<int64_t>(dims.size()) < rankOf(reshape);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      Value reshaped = reshapeForFree(rewriter, operand, dims);
      if (!reshaped && operand.getDefiningOp<BroadcastOp>())
        return rewriter.notifyMatchFailure(op, "a broadcast would have to be written out");
      if (!reshaped && !lowersRank)
        return rewriter.notifyMatchFailure(op, "the reshape would only move to another operand");
      operands.push_back(reshaped ? reshaped : reshapeTo(rewriter, op->getLoc(), operand, dims));
    }
    Type type = op->getResult(0).getType();
    Value result = cloneWith(rewriter, op, operands, tensorOf(dims, cast<RankedTensorType>(type).getElementType()));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, type, result);
    return success();
  }
};

struct SinkReshapesPass : passes::impl::SinkReshapesPassBase<SinkReshapesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkReshape>(&getContext());
    if (failed(applyInFunctions(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
