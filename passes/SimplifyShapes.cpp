//===- SimplifyShapes.cpp - identities of shapes --------------------------===//

#include "ir/Ops.h"
#include "passes/KernelGroups.h"
#include "passes/ReshapeGroups.h"
#include "passes/Rewrites.h"
#include "passes/Simplify.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

namespace {

/// broadcast(broadcast x) == broadcast x
struct BroadcastOfBroadcast : OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BroadcastOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getOperand().getDefiningOp<BroadcastOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is no broadcast");
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), inner.getOperand());
    return success();
  }
};

/// reshape(broadcast x) == broadcast(reshape x), where it can be
struct ReshapeOfBroadcast : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto broadcast = op.getOperand().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return rewriter.notifyMatchFailure(op, "operand is no broadcast");
    SmallVector<DimAttr> dims = dimsOf(op.getType());
    auto below = reshapeBelowBroadcast(dimsOf(broadcast.getOperand().getType()), dimsOf(broadcast.getType()), dims);
    if (!below)
      return rewriter.notifyMatchFailure(op, "merges what is repeated with what is not");
    Value source = reshapeTo(rewriter, op.getLoc(), broadcast.getOperand(), *below);
    rewriter.replaceOp(op, broadcastTo(rewriter, op.getLoc(), source, dims));
    return success();
  }
};

/// transpose(broadcast x) == broadcast(transpose x)
struct TransposeOfBroadcast : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto broadcast = op.getOperand().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return rewriter.notifyMatchFailure(op, "operand is no broadcast");
    Value source = transposeBy(rewriter, op.getLoc(), broadcast.getOperand(), op.getPermutation());
    rewriter.replaceOp(op, broadcastTo(rewriter, op.getLoc(), source, dimsOf(op.getType())));
    return success();
  }
};

/// transpose(x) == reshape(x) where only dimensions of size 1 move
struct TransposeOfUnits : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    if (!movesOnlyUnits(dimsOf(op.getOperand().getType()), op.getPermutation()))
      return rewriter.notifyMatchFailure(op, "moves elements");
    rewriter.replaceOp(op, reshapeTo(rewriter, op.getLoc(), op.getOperand(), dimsOf(op.getType())));
    return success();
  }
};

/// elementwise(broadcast x, broadcast y) == broadcast(elementwise(x, y)), with the one repeated as far as the other
/// needs
struct ElementwiseOfBroadcasts : OpInterfaceRewritePattern<ElementwiseInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ElementwiseInterface op, PatternRewriter &rewriter) const override {
    SmallVector<DimAttr> together;
    for (Value operand : op->getOperands()) {
      auto broadcast = operand.getDefiningOp<BroadcastOp>();
      if (!broadcast)
        return rewriter.notifyMatchFailure(op, "an operand is no broadcast");
      SmallVector<DimAttr> dims = dimsOf(broadcast.getOperand().getType());
      if (together.empty())
        together = dims;
      for (auto [dim, mine] : llvm::zip_equal(together, dims))
        if (dim.getConstant() == 1)
          dim = mine;
    }
    Value result = op->getResult(0);
    SmallVector<DimAttr> all = dimsOf(result.getType());
    if (together == all)
      return rewriter.notifyMatchFailure(op, "together they repeat nothing");
    auto operands = llvm::map_to_vector(op->getOperands(), [&](Value operand) {
      return broadcastTo(rewriter, operand.getLoc(), operand.getDefiningOp<BroadcastOp>().getOperand(), together);
    });
    Value small = cloneWith(rewriter, op, operands, tensorOf(together, elementOf(result)));
    rewriter.replaceOp(op, broadcastTo(rewriter, op->getLoc(), small, all));
    return success();
  }
};

/// reduce(x) == reshape(x) where all axes have size 1: of one element, sum, mean, maximum, minimum and product are the
/// element
struct ReduceOfUnits : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    if (!llvm::all_of(op.getAxes(),
                      [&](int64_t axis) { return dimOf(op.getInput().getType(), axis).getConstant() == 1; }))
      return rewriter.notifyMatchFailure(op, "reduces more than one element");
    rewriter.replaceOp(op, reshapeTo(rewriter, op.getLoc(), op.getInput(), dimsOf(op.getType())));
    return success();
  }
};

/// window(x) == x where it is of one position, without steps and pads
struct WindowOfOne : OpRewritePattern<WindowOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(WindowOp op, PatternRewriter &rewriter) const override {
    auto all = [](ArrayRef<int64_t> values, int64_t value) {
      return llvm::all_of(values, [=](int64_t v) { return v == value; });
    };
    if (!all(op.getKernel(), 1) || !all(op.getStrides(), 1) || !all(op.getPads(), 0) ||
        op.getType() != op.getInput().getType())
      return rewriter.notifyMatchFailure(op, "a window of several positions");
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

} // namespace

void passes::populateShapePatterns(RewritePatternSet &patterns) {
  patterns.add<BroadcastOfBroadcast, ReshapeOfBroadcast, TransposeOfBroadcast, TransposeOfUnits,
               ElementwiseOfBroadcasts, ReduceOfUnits, WindowOfOne>(patterns.getContext());
  populateJoinPatterns(patterns);
  populatePadPatterns(patterns);
}
