//===- PropagateLayout.cpp - transposes move down until they cancel -------===//
//
//   %c = nn.conv …                       // N, H, W, C          %c = nn.conv …
//   %t = nn.transpose %c {0, 3, 1, 2}    // N, C, H, W          %r = nn.relu %c
//   %r = nn.relu %t                                       ─▶    %d = nn.conv %r …
//   %u = nn.transpose %r {0, 2, 3, 1}    // N, H, W, C
//   %d = nn.conv %u …
//
// It comes to an end: a rewrite moves transposes down without adding any, or makes them fewer.
//
//===----------------------------------------------------------------------===//

#include "ir/Recipe.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "passes/KernelGroups.h"
#include "passes/Layout.h"
#include "passes/Passes.h"
#include "passes/ReshapeGroups.h"
#include "passes/Rewrites.h"
#include "passes/Simplify.h"

namespace margay::passes {
#define GEN_PASS_DEF_PROPAGATELAYOUTPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// The transpose that `value` is, where it is one that can move: not a recipe.
static TransposeOp movable(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  return transpose && !isRecipe(value) ? transpose : TransposeOp();
}

/// Whether transposing `value` adds no transpose that would have to be computed: it is a recipe, moves only dimensions
/// of size 1, undoes a transpose, or is done to what a broadcast repeats.
static bool isFreeToTranspose(Value value, ArrayRef<int64_t> permutation) {
  if (auto broadcast = value.getDefiningOp<BroadcastOp>())
    return isFreeToTranspose(broadcast.getOperand(), permutation);
  if (movesOnlyUnits(dimsOf(value.getType()), permutation) || isRecipe(value))
    return true;
  auto inner = value.getDefiningOp<TransposeOp>();
  return inner &&
         movesOnlyUnits(dimsOf(inner.getOperand().getType()), permuted<int64_t>(inner.getPermutation(), permutation));
}

/// The transpose of an argument that something reads already, or null: one serves all.
static TransposeOp existingTranspose(Value value, ArrayRef<int64_t> permutation) {
  if (isa<BlockArgument>(value))
    for (Operation *user : value.getUsers())
      if (auto transpose = dyn_cast<TransposeOp>(user); transpose && transpose.getPermutation() == permutation)
        return transpose;
  return {};
}

/// transpose(broadcast x) == broadcast(transpose x)
static Value transposeAboveBroadcasts(PatternRewriter &rewriter, Value value, ArrayRef<int64_t> permutation) {
  if (TransposeOp existing = existingTranspose(value, permutation)) {
    rewriter.moveOpBefore(existing, existing->getBlock(), existing->getBlock()->begin());
    return existing;
  }
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  if (!broadcast)
    return transposeBy(rewriter, value.getLoc(), value, permutation);
  Value source = transposeAboveBroadcasts(rewriter, broadcast.getOperand(), permutation);
  return broadcastTo(rewriter, value.getLoc(), source, permuted<DimAttr>(dimsOf(value.getType()), permutation));
}

/// The readers of `value` that undo a transpose by `permutation`.
static SmallVector<TransposeOp> undoingReaders(Value value, ArrayRef<int64_t> permutation) {
  SmallVector<TransposeOp> readers;
  for (Operation *user : value.getUsers())
    if (auto transpose = dyn_cast<TransposeOp>(user))
      if (llvm::is_sorted(permuted<int64_t>(permutation, transpose.getPermutation())))
        readers.push_back(transpose);
  return readers;
}

/// Puts transpose(value) in place of `op`, and `value` itself in place of readers that undo the transpose.
static void replaceWithTransposed(PatternRewriter &rewriter, Operation *op, Value value,
                                  ArrayRef<int64_t> permutation) {
  for (TransposeOp reader : undoingReaders(op->getResult(0), permutation))
    rewriter.replaceOp(reader, value);
  rewriter.setInsertionPoint(op);
  rewriter.replaceOp(op, transposeBy(rewriter, op->getLoc(), value, permutation));
}

/// Whether moving a transpose from the operands of `op` to its result adds none, or makes them fewer.
static bool isWorthMoving(Operation *op, TransposeOp moved) {
  ArrayRef<int64_t> permutation = moved.getPermutation();
  SmallVector<int64_t> inverse = invertPermutationVector(permutation);
  // Transposes of arguments never move for this reason, or two of them could take turns.
  bool movesComputed = !isa<BlockArgument>(moved.getOperand());
  llvm::SmallPtrSet<Operation *, 4> removed; // Transposes that nothing else reads.
  size_t added = 0;
  for (Value operand : op->getOperands()) {
    TransposeOp transpose = movable(operand);
    if (!isFreeToTranspose(operand, inverse))
      added += movesComputed && existingTranspose(operand, inverse) ? 0 : 1;
    else if (transpose && llvm::all_equal(transpose->getUsers()))
      removed.insert(transpose);
  }
  if (added == 0)
    return true;
  Value result = op->getResult(0);
  size_t undone = undoingReaders(result, permutation).size();
  bool isUndoneEverywhere = llvm::range_size(result.getUses()) == undone;
  return added + (isUndoneEverywhere ? 0 : 1) < removed.size() + undone;
}

/// The permutation of a transpose that is better done to the result of `op` than to its operands, or nothing.
static std::optional<SmallVector<int64_t>> permutationToMove(Operation *op) {
  for (Value operand : op->getOperands())
    if (TransposeOp transpose = movable(operand); transpose && isWorthMoving(op, transpose))
      return SmallVector<int64_t>(transpose.getPermutation());
  return std::nullopt;
}

/// The operands of `op` with a transpose undone.
static SmallVector<Value> undoOnOperands(PatternRewriter &rewriter, Operation *op, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> inverse = invertPermutationVector(permutation);
  return llvm::map_to_vector(op->getOperands(),
                             [&](Value operand) { return transposeAboveBroadcasts(rewriter, operand, inverse); });
}

namespace {

/// elementwise(transpose x, y) == transpose(elementwise(x, inverse transpose y))
struct SinkThroughElementwise : OpInterfaceRewritePattern<ElementwiseInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ElementwiseInterface op, PatternRewriter &rewriter) const override {
    auto permutation = permutationToMove(op);
    if (!permutation)
      return rewriter.notifyMatchFailure(op, "no transpose to move below");
    SmallVector<Value> operands = undoOnOperands(rewriter, op, *permutation);
    Type type = withElement(operands.front().getType(), elementOf(op->getResult(0)));
    replaceWithTransposed(rewriter, op, cloneWith(rewriter, op, operands, type), *permutation);
    return success();
  }
};

/// concat(transpose x, transpose y) == transpose(concat(x, y)) along the axis that the joined one was
struct SinkThroughConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    auto permutation = permutationToMove(op);
    if (!permutation)
      return rewriter.notifyMatchFailure(op, "no transpose to move below");
    SmallVector<Value> operands = undoOnOperands(rewriter, op, *permutation);
    Value result = ConcatOp::create(rewriter, op.getLoc(), operands, (*permutation)[op.getAxis()]);
    replaceWithTransposed(rewriter, op, result, *permutation);
    return success();
  }
};

/// Of an operation whose only operand is a transpose.
template <typename Op> struct SinkThroughOnly : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  virtual LogicalResult sink(Op op, TransposeOp transpose, PatternRewriter &rewriter) const = 0;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const final {
    if (TransposeOp transpose = movable(op->getOperand(0)))
      return sink(op, transpose, rewriter);
    return rewriter.notifyMatchFailure(op, "no transpose to move below");
  }
};

/// reduce(transpose x, axes) == transpose(reduce(x, the axes as they were)), by what the dimensions that remain need
struct SinkThroughReduce : SinkThroughOnly<ReduceOp> {
  using SinkThroughOnly::SinkThroughOnly;

  LogicalResult sink(ReduceOp op, TransposeOp transpose, PatternRewriter &rewriter) const override {
    SmallVector<int64_t> axes, kept;
    for (auto [axis, before] : llvm::enumerate(transpose.getPermutation()))
      (llvm::is_contained(op.getAxes(), axis) ? axes : kept).push_back(before);
    llvm::sort(axes);
    SmallVector<int64_t> sorted(kept);
    llvm::sort(sorted);
    auto permutation = llvm::map_to_vector(
        kept, [&](int64_t axis) -> int64_t { return std::distance(sorted.begin(), llvm::find(sorted, axis)); });
    Value result = ReduceOp::create(rewriter, op.getLoc(), transpose.getOperand(), op.getKind(), axes);
    replaceWithTransposed(rewriter, op, result, permutation);
    return success();
  }
};

/// softmax(transpose x, axis) == transpose(softmax(x, the axis as it was))
struct SinkThroughSoftmax : SinkThroughOnly<SoftmaxOp> {
  using SinkThroughOnly::SinkThroughOnly;

  LogicalResult sink(SoftmaxOp op, TransposeOp transpose, PatternRewriter &rewriter) const override {
    SmallVector<int64_t> permutation(transpose.getPermutation());
    Value source = transpose.getOperand();
    Value result =
        SoftmaxOp::create(rewriter, op.getLoc(), source.getType(), source, permutation[op.getAxis()], op.getLog());
    replaceWithTransposed(rewriter, op, result, permutation);
    return success();
  }
};

static ShapeAttr permutedShape(ShapeAttr shape, ArrayRef<int64_t> permutation) {
  return ShapeAttr::get(shape.getContext(), permuted<DimAttr>(shape.getDims(), permutation));
}

/// slice(transpose x, starts) == transpose(slice(x, the starts as they were))
struct SinkThroughSlice : SinkThroughOnly<SliceOp> {
  using SinkThroughOnly::SinkThroughOnly;

  LogicalResult sink(SliceOp op, TransposeOp transpose, PatternRewriter &rewriter) const override {
    SmallVector<int64_t> inverse = invertPermutationVector(transpose.getPermutation());
    Type type = tensorOf(permuted<DimAttr>(dimsOf(op.getType()), inverse), elementOf(op));
    Value result = SliceOp::create(rewriter, op.getLoc(), type, transpose.getOperand(),
                                   permutedShape(op.getStarts(), inverse), permuted<int64_t>(op.getSteps(), inverse));
    replaceWithTransposed(rewriter, op, result, transpose.getPermutation());
    return success();
  }
};

/// pad(transpose x, low, high) == transpose(pad(x, low and high as they were))
struct SinkThroughPad : SinkThroughOnly<PadOp> {
  using SinkThroughOnly::SinkThroughOnly;

  LogicalResult sink(PadOp op, TransposeOp transpose, PatternRewriter &rewriter) const override {
    SmallVector<int64_t> inverse = invertPermutationVector(transpose.getPermutation());
    Value result = PadOp::create(rewriter, op.getLoc(), transpose.getOperand(), op.getValue(), op.getMode(),
                                 permutedShape(op.getLow(), inverse), permutedShape(op.getHigh(), inverse));
    replaceWithTransposed(rewriter, op, result, transpose.getPermutation());
    return success();
  }
};

/// resize(transpose x, axes) == transpose(resize(x, the axes as they were))
struct SinkThroughResize : SinkThroughOnly<ResizeOp> {
  using SinkThroughOnly::SinkThroughOnly;

  LogicalResult sink(ResizeOp op, TransposeOp transpose, PatternRewriter &rewriter) const override {
    SmallVector<int64_t> permutation(transpose.getPermutation());
    // The lists have an element for each axis, and axes are sorted.
    SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, op.getAxes().size()));
    llvm::sort(order,
               [&](int64_t a, int64_t b) { return permutation[op.getAxes()[a]] < permutation[op.getAxes()[b]]; });
    ResizeOp moved = op.clone();
    moved.setAxes(permuted<int64_t>(permuted<int64_t>(permutation, op.getAxes()), order));
    moved.setScales(permuted<double>(op.getScales(), order));
    if (std::optional<ArrayRef<double>> roi = op.getRoi()) {
      SmallVector<double> both = permuted<double>(roi->take_front(order.size()), order);
      llvm::append_range(both, permuted<double>(roi->drop_front(order.size()), order));
      moved.setRoi(both);
    }
    moved.getOperandMutable().assign(transpose.getOperand());
    SmallVector<DimAttr> dims = permuted<DimAttr>(dimsOf(op.getType()), invertPermutationVector(permutation));
    moved.getResult().setType(tensorOf(dims, elementOf(op.getResult())));
    rewriter.insert(moved);
    replaceWithTransposed(rewriter, op, moved.getResult(), permutation);
    return success();
  }
};

/// reshape(transpose x) == transpose(reshape x) where dimensions that are merged or split were neighbours before the
/// transpose, too. Where they were not, a transpose that makes them neighbours stays above if what goes below is undone
/// there: so channels are shuffled where they are last.
struct SinkThroughReshape : SinkThroughOnly<ReshapeOp> {
  using SinkThroughOnly::SinkThroughOnly;

  LogicalResult sink(ReshapeOp op, TransposeOp transpose, PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> before = transpose.getPermutation();
    SmallVector<DimAttr> to = dimsOf(op.getType());
    auto groups = reshapeGroups(dimsOf(transpose.getType()), to);
    if (!groups)
      return rewriter.notifyMatchFailure(op, "cannot tell which dimensions become which");
    // Where each group stands before the transpose; what a group without dimensions there becomes stays last.
    llvm::sort(*groups, [&](ReshapeGroup a, ReshapeGroup b) { return place(a, before) < place(b, before); });
    SmallVector<int64_t> gathered; // The operand's dimensions, those of each group side by side and in its order.
    SmallVector<int64_t> order;    // The result's dimensions in the order of the new reshape.
    for (ReshapeGroup group : *groups) {
      llvm::append_range(gathered, before.slice(group.fromBegin, group.fromEnd - group.fromBegin));
      llvm::append_range(order, llvm::seq(group.toBegin, group.toEnd));
    }
    SmallVector<int64_t> moved = invertPermutationVector(order);
    Value source = transpose.getOperand();
    if (!llvm::is_sorted(gathered)) {
      if (!isUndoneBelow(op, moved))
        return rewriter.notifyMatchFailure(op, "merges dimensions that were not neighbours");
      source = transposeBy(rewriter, transpose.getLoc(), source, gathered);
    }
    Value result = reshapeTo(rewriter, op.getLoc(), source, permuted<DimAttr>(to, order));
    replaceWithTransposed(rewriter, op, result, moved);
    return success();
  }

private:
  static int64_t place(ReshapeGroup group, ArrayRef<int64_t> before) {
    if (group.fromBegin == group.fromEnd)
      return before.size();
    return *llvm::min_element(before.slice(group.fromBegin, group.fromEnd - group.fromBegin));
  }

  /// Whether some reader of `value` undoes a transpose by `permutation`, which moves something; be it of a slice.
  static bool isUndoneBelow(Value value, ArrayRef<int64_t> permutation) {
    if (llvm::is_sorted(permutation))
      return false;
    return !undoingReaders(value, permutation).empty() || llvm::any_of(value.getUsers(), [&](Operation *user) {
      auto slice = dyn_cast<SliceOp>(user);
      return slice && isUndoneBelow(slice, permutation);
    });
  }
};

struct PropagateLayoutPass : passes::impl::PropagateLayoutPassBase<PropagateLayoutPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkThroughElementwise, SinkThroughConcat, SinkThroughPad, SinkThroughReduce, SinkThroughResize,
                 SinkThroughReshape, SinkThroughSlice, SinkThroughSoftmax>(&getContext());
    populateReorderSummedPatterns(patterns);
    // Transposes move below broadcasts, and become reshapes where they move no elements.
    populateShapePatterns(patterns);
    applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
