//===- ReorderSummed.cpp - flattened images meet weights in their order ---===//
//
//   %t = nn.transpose %x {0, 3, 1, 2}    // N, C, H, W         %f = nn.reshape %x           // N, H * W * C
//   %f = nn.reshape %t                   // N, C * H * W  ─▶   %v = nn.transpose …          // %w: C, H, W to H, W, C
//   %y = nn.contract %f, %w                                    %y = nn.contract %f, %v
//
// A sum may be made in any order, so the weight takes the order of the data.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "passes/Layout.h"
#include "passes/ReshapeGroups.h"
#include "passes/Rewrites.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// The dimension of `roles` that is the n-th summed one.
static int64_t summedAxis(StringRef roles, int64_t n) {
  for (auto [axis, role] : llvm::enumerate(roles))
    if (role == 'k' && n-- == 0)
      return axis;
  return -1;
}

/// How the dimensions [begin, end) of a permutation's result stand in its operand: `order[i]` is the one that comes
/// i-th there. Nothing where others stand between them, or `place` is not where they begin.
static std::optional<SmallVector<int64_t>> orderBefore(ArrayRef<int64_t> permutation, int64_t place) {
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, permutation.size()));
  llvm::sort(order, [&](int64_t a, int64_t b) { return permutation[a] < permutation[b]; });
  for (int64_t axis : order)
    if (permutation[axis] != place++)
      return std::nullopt;
  return order;
}

/// The weight with its dimension `axis`, which is `parts` merged, in another order of the parts.
static Value reorderAxis(OpBuilder &builder, Value weight, int64_t axis, ArrayRef<DimAttr> parts,
                         ArrayRef<int64_t> order) {
  SmallVector<DimAttr> dims = dimsOf(weight.getType()), split(dims);
  split.erase(split.begin() + axis);
  split.insert(split.begin() + axis, parts.begin(), parts.end());
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, split.size()));
  for (auto [i, part] : llvm::enumerate(order))
    permutation[axis + i] = axis + part;
  Value value = reshapeTo(builder, weight.getLoc(), weight, split);
  return reshapeTo(builder, weight.getLoc(), transposeBy(builder, weight.getLoc(), value, permutation), dims);
}

namespace {

/// contract(reshape(transpose x), w) == contract(reshape x, reordered w), where the transpose only changes the order of
/// what is summed
struct ReorderSummed : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    if (succeeded(reorder(op, op.getLhsMutable(), op.getLhsRoles(), op.getRhsMutable(), op.getRhsRoles(), rewriter)))
      return success();
    return reorder(op, op.getRhsMutable(), op.getRhsRoles(), op.getLhsMutable(), op.getLhsRoles(), rewriter);
  }

private:
  static LogicalResult reorder(ContractOp op, OpOperand &data, StringRef dataRoles, OpOperand &weight,
                               StringRef weightRoles, PatternRewriter &rewriter) {
    auto reshape = data.get().getDefiningOp<ReshapeOp>();
    auto transpose = reshape ? reshape.getOperand().getDefiningOp<TransposeOp>() : TransposeOp();
    if (!transpose || isRecipe(transpose) || !isRecipe(weight.get()))
      return rewriter.notifyMatchFailure(op, "no flattened transpose meets a weight");
    SmallVector<DimAttr> from = dimsOf(transpose.getType()), to = dimsOf(reshape.getType());
    auto groups = reshapeGroups(from, to);
    if (!groups)
      return rewriter.notifyMatchFailure(op, "cannot tell which dimensions become which");

    struct Reordering {
      ReshapeGroup group;
      SmallVector<int64_t> order;
    };
    SmallVector<Reordering> reorderings;
    for (ReshapeGroup group : *groups) {
      int64_t count = group.fromEnd - group.fromBegin;
      auto order = orderBefore(transpose.getPermutation().slice(group.fromBegin, count), group.fromBegin);
      if (!order)
        return rewriter.notifyMatchFailure(op, "the transpose mixes dimensions of several groups");
      if (llvm::is_sorted(*order))
        continue;
      if (group.toEnd != group.toBegin + 1 || dataRoles[group.toBegin] != 'k')
        return rewriter.notifyMatchFailure(op, "the transpose moves more than what is summed");
      reorderings.push_back({group, *order});
    }
    if (reorderings.empty())
      return rewriter.notifyMatchFailure(op, "the transpose moves nothing");

    Value reordered = weight.get();
    for (auto &[group, order] : reorderings) {
      int64_t axis = summedAxis(weightRoles, dataRoles.take_front(group.toBegin).count('k'));
      ArrayRef<DimAttr> parts = ArrayRef(from).slice(group.fromBegin, group.fromEnd - group.fromBegin);
      reordered = reorderAxis(rewriter, reordered, axis, parts, order);
    }
    Value flat = reshapeTo(rewriter, reshape.getLoc(), transpose.getOperand(), to);
    rewriter.modifyOpInPlace(op, [&] {
      data.set(flat);
      weight.set(reordered);
    });
    return success();
  }
};

} // namespace

void passes::populateReorderSummedPatterns(RewritePatternSet &patterns) {
  patterns.add<ReorderSummed>(patterns.getContext());
}
