//===- SimplifyJoins.cpp - joins that copy less ---------------------------===//
//
// A join along the last dimension costs nothing where its operands can be computed in their places (codegen/memory).
// These identities bring joins into that form: each value lies within one join, which may lie within another.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "passes/Rewrites.h"
#include "passes/Simplify.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

namespace {

/// concat(x) == x        concat(concat(x, y), z) == concat(x, y, z) where nothing else reads the inner one
struct FlattenConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    if (op.getInputs().size() == 1) {
      rewriter.replaceOp(op, op.getInputs().front());
      return success();
    }
    SmallVector<Value> inputs;
    for (Value input : op.getInputs()) {
      auto inner = input.getDefiningOp<ConcatOp>();
      if (inner && inner.getAxis() == op.getAxis() && inner->hasOneUse())
        llvm::append_range(inputs, inner.getInputs());
      else
        inputs.push_back(input);
    }
    if (inputs.size() == op.getInputs().size())
      return rewriter.notifyMatchFailure(op, "nothing to flatten");
    rewriter.replaceOpWithNewOp<ConcatOp>(op, inputs, op.getAxis());
    return success();
  }
};

/// concat(slice(x, 0 to 2), slice(x, 2 to 5), y) == concat(slice(x, 0 to 5), y)
struct ConcatOfNeighbours : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    for (Value input : op.getInputs()) {
      auto next = input.getDefiningOp<SliceOp>();
      auto previous = inputs.empty() ? SliceOp() : inputs.back().getDefiningOp<SliceOp>();
      if (next && previous && areNeighbours(previous, next, op.getAxis()))
        inputs.back() = together(rewriter, previous, next, op.getAxis());
      else
        inputs.push_back(input);
    }
    if (inputs.size() == op.getInputs().size())
      return rewriter.notifyMatchFailure(op, "joins no neighbouring slices");
    rewriter.replaceOpWithNewOp<ConcatOp>(op, inputs, op.getAxis());
    return success();
  }

private:
  /// Whether `second` begins where `first` ends, and is else taken from the same place.
  static bool areNeighbours(SliceOp first, SliceOp second, int64_t axis) {
    SmallVector<DimAttr> starts(first.getStarts().getDims());
    starts[axis] = starts[axis] + dimOf(first.getType(), axis);
    auto areAllOne = [](ArrayRef<int64_t> steps) {
      return llvm::all_of(steps, [](int64_t step) { return step == 1; });
    };
    return first.getOperand() == second.getOperand() && second.getStarts().getDims() == ArrayRef(starts) &&
           areAllOne(first.getSteps()) && areAllOne(second.getSteps());
  }

  static Value together(PatternRewriter &rewriter, SliceOp first, SliceOp second, int64_t axis) {
    SmallVector<DimAttr> dims = dimsOf(first.getType());
    dims[axis] = dims[axis] + dimOf(second.getType(), axis);
    Location loc = rewriter.getFusedLoc({first.getLoc(), second.getLoc()});
    return rewriter.createOrFold<SliceOp>(loc, tensorOf(dims, elementOf(first)), first.getOperand(), first.getStarts(),
                                          first.getSteps());
  }
};

/// concat(x, y, z) == concat(concat(x, y), z) where concat(x, y) is there before, and read by somebody else
struct ConcatOfConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    ConcatOp begin = longestBeginning(op);
    if (!begin)
      return rewriter.notifyMatchFailure(op, "no join of its first operands");
    SmallVector<Value> inputs{begin};
    llvm::append_range(inputs, op.getInputs().drop_front(begin.getInputs().size()));
    rewriter.replaceOpWithNewOp<ConcatOp>(op, inputs, op.getAxis());
    return success();
  }

private:
  static ConcatOp longestBeginning(ConcatOp op) {
    ConcatOp longest;
    for (Operation *user : op.getInputs().front().getUsers()) {
      auto other = dyn_cast<ConcatOp>(user);
      if (!other || other == op || other->getBlock() != op->getBlock() || !other->isBeforeInBlock(op) ||
          other->use_empty() || other.getAxis() != op.getAxis())
        continue;
      size_t count = other.getInputs().size();
      bool isBeginning =
          count > 1 && count < op.getInputs().size() && op.getInputs().take_front(count) == other.getInputs();
      if (isBeginning && (!longest || count > longest.getInputs().size()))
        longest = other;
    }
    return longest;
  }
};

} // namespace

void passes::populateJoinPatterns(RewritePatternSet &patterns) {
  patterns.add<ConcatOfConcat, ConcatOfNeighbours, FlattenConcat>(patterns.getContext());
}
