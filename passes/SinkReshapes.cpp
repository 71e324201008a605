//===- SinkReshapes.cpp - reshapes move below elementwise operations ------===//
//
//   %c = nn.contract …         // 6x4               %c = nn.contract …         // 6x4
//   %r = nn.reshape %c         // 2x3x4             %d = nn.reshape %bias      // 1x4
//   %b = nn.broadcast %bias    // 1x1x4 to 2x3x4    %b = nn.broadcast %d       // 1x4 to 6x4
//   %s = nn.add %r, %b         // 2x3x4       ─▶    %t = nn.add %c, %b         // 6x4: an epilogue of the product
//                                                   %s = nn.reshape %t         // 2x3x4
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

/// Whether `operand` can have another shape for nothing: it is a recipe, a reshape from it, or a broadcast that can be
/// made to it at once.
static bool isFreeToReshape(Value operand, ArrayRef<DimAttr> dims) {
  if (auto broadcast = operand.getDefiningOp<BroadcastOp>())
    return reshapeBelowBroadcast(dimsOf(broadcast.getOperand().getType()), dimsOf(broadcast.getType()), dims)
        .has_value();
  auto reshape = operand.getDefiningOp<ReshapeOp>();
  return isRecipe(operand) || (reshape && dimsOf(reshape.getOperand().getType()) == dims);
}

/// The operand with other dimensions; reshape(broadcast x) == broadcast(reshape x).
static Value reshapeAboveBroadcast(OpBuilder &builder, Value operand, ArrayRef<DimAttr> dims) {
  auto broadcast = operand.getDefiningOp<BroadcastOp>();
  if (!broadcast)
    return reshapeTo(builder, operand.getLoc(), operand, dims);
  auto below = reshapeBelowBroadcast(dimsOf(broadcast.getOperand().getType()), dimsOf(broadcast.getType()), dims);
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
    ReshapeOp reshape = reshapeToMove(op);
    if (!reshape)
      return rewriter.notifyMatchFailure(op, "no reshape to move below");
    SmallVector<DimAttr> dims = dimsOf(reshape.getOperand().getType());
    auto operands = llvm::map_to_vector(op->getOperands(),
                                        [&](Value operand) { return reshapeAboveBroadcast(rewriter, operand, dims); });
    Type type = op->getResult(0).getType();
    Value result = cloneWith(rewriter, op, operands, tensorOf(dims, elementOf(op->getResult(0))));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, type, result);
    return success();
  }

private:
  static ReshapeOp reshapeToMove(Operation *op) {
    for (Value operand : op->getOperands())
      if (auto reshape = operand.getDefiningOp<ReshapeOp>(); reshape && canLeave(reshape) && canPass(reshape, op))
        return reshape;
    return {};
  }

  /// Whether moving `reshape` brings its readers next to what it follows.
  static bool canLeave(ReshapeOp reshape) {
    Operation *source = reshape.getOperand().getDefiningOp();
    return source && !isa<BroadcastOp>(source) && !isRecipe(reshape) &&
           llvm::all_of(reshape->getUsers(), isElementwise);
  }

  /// Whether all other operands of `op` can have the shape before `reshape`: for nothing, or as a view of lower rank.
  static bool canPass(ReshapeOp reshape, Operation *op) {
    SmallVector<DimAttr> dims = dimsOf(reshape.getOperand().getType());
    bool lowersRank = static_cast<int64_t>(dims.size()) < rankOf(reshape);
    return llvm::all_of(op->getOperands(), [&](Value operand) {
      return isFreeToReshape(operand, dims) || (lowersRank && !operand.getDefiningOp<BroadcastOp>());
    });
  }
};

struct SinkReshapesPass : passes::impl::SinkReshapesPassBase<SinkReshapesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkReshape>(&getContext());
    applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
