//===- SinkReshapes.cpp - reshapes move below elementwise operations ------===//
//
//   %c = nn.contract …         // 6x4               %c = nn.contract …         // 6x4
//   %r = nn.reshape %c         // 2x3x4             %d = nn.reshape %bias      // 1x4
//   %b = nn.broadcast %bias    // 1x1x4 to 2x3x4    %b = nn.broadcast %d       // 1x4 to 6x4
//   %s = nn.add %r, %b         // 2x3x4       ─▶    %t = nn.add %c, %b         // 6x4: an epilogue of the product
//                                                   %s = nn.reshape %t         // 2x3x4
//
// So do transposes below which a reshape has gone: what interleaves the pixels of a transposed convolution comes after
// its bias and activation, which are the product's epilogue then.
//
//===----------------------------------------------------------------------===//

#include "ir/Recipe.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
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

/// The dimensions to which a broadcast's operand is repeated before the broadcast can be made in another shape: in
/// those groups of dimensions that become others and of which it has only some. Only a small recipe may be repeated,
/// since it is written out. Nothing where the shape is not to be had.
static std::optional<SmallVector<DimAttr>> repeatedFirst(BroadcastOp broadcast, ArrayRef<DimAttr> to) {
  constexpr int64_t mostRepeated = 1 << 14; // Elements.
  SmallVector<DimAttr> from = dimsOf(broadcast.getType()), repeated = dimsOf(broadcast.getOperand().getType());
  if (reshapeBelowBroadcast(repeated, from, to))
    return repeated;
  auto groups = reshapeGroups(from, to);
  if (!groups || !isRecipe(broadcast.getOperand()))
    return std::nullopt;
  for (ReshapeGroup group : *groups) {
    MutableArrayRef<DimAttr> given = MutableArrayRef(repeated).slice(group.fromBegin, group.fromEnd - group.fromBegin);
    if (!llvm::all_of(given, [](DimAttr dim) { return dim.getConstant() == 1; }))
      llvm::copy(ArrayRef(from).slice(group.fromBegin, given.size()), given.begin());
  }
  std::optional<int64_t> elements = product(broadcast.getContext(), repeated).getConstant();
  return elements && *elements <= mostRepeated ? std::optional(repeated) : std::nullopt;
}

/// Whether `operand` can have another shape for nothing: it is a recipe, a reshape from it, or a broadcast that can be
/// made to it at once.
static bool isFreeToReshape(Value operand, ArrayRef<DimAttr> dims) {
  if (auto broadcast = operand.getDefiningOp<BroadcastOp>())
    return repeatedFirst(broadcast, dims).has_value();
  auto reshape = operand.getDefiningOp<ReshapeOp>();
  return isRecipe(operand) || (reshape && dimsOf(reshape.getOperand().getType()) == dims);
}

/// The operand with other dimensions; reshape(broadcast x) == broadcast(reshape x).
static Value reshapeAboveBroadcast(OpBuilder &builder, Value operand, ArrayRef<DimAttr> dims) {
  auto broadcast = operand.getDefiningOp<BroadcastOp>();
  if (!broadcast)
    return reshapeTo(builder, operand.getLoc(), operand, dims);
  SmallVector<DimAttr> repeated = *repeatedFirst(broadcast, dims);
  Value source = broadcastTo(builder, broadcast.getLoc(), broadcast.getOperand(), repeated);
  auto below = reshapeBelowBroadcast(repeated, dimsOf(broadcast.getType()), dims);
  source = reshapeTo(builder, broadcast.getLoc(), source, *below);
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

/// elementwise(transpose x, broadcast recipe) == transpose(elementwise(x, broadcast (transposed recipe)))
struct SinkTranspose : OpInterfaceRewritePattern<ElementwiseInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ElementwiseInterface op, PatternRewriter &rewriter) const override {
    TransposeOp moved = transposeToMove(op);
    if (!moved)
      return rewriter.notifyMatchFailure(op, "no transpose to move below");
    ArrayRef<int64_t> permutation = moved.getPermutation();
    SmallVector<int64_t> inverse = invertPermutationVector(permutation);
    SmallVector<DimAttr> dims = dimsOf(moved.getOperand().getType());
    auto undone = [&](Value operand) -> Value {
      if (operand == moved.getResult())
        return moved.getOperand();
      auto broadcast = operand.getDefiningOp<BroadcastOp>();
      if (!broadcast)
        return transposeBy(rewriter, operand.getLoc(), operand, inverse);
      Value source = transposeBy(rewriter, operand.getLoc(), broadcast.getOperand(), inverse);
      return broadcastTo(rewriter, operand.getLoc(), source, dims);
    };
    auto operands = llvm::map_to_vector(op->getOperands(), undone);
    Value result = cloneWith(rewriter, op, operands, tensorOf(dims, elementOf(op->getResult(0))));
    rewriter.replaceOp(op, transposeBy(rewriter, op->getLoc(), result, permutation));
    return success();
  }

private:
  static TransposeOp transposeToMove(Operation *op) {
    for (Value operand : op->getOperands())
      if (auto transpose = operand.getDefiningOp<TransposeOp>();
          transpose && !isRecipe(operand) && operand.hasOneUse() && transpose.getOperand().getDefiningOp<ReshapeOp>() &&
          llvm::all_of(op->getOperands(), [&](Value other) { return other == operand || isFreeToTranspose(other); }))
        return transpose;
    return {};
  }

  static bool isFreeToTranspose(Value operand) {
    auto broadcast = operand.getDefiningOp<BroadcastOp>();
    return isRecipe(broadcast ? broadcast.getOperand() : operand);
  }
};

struct SinkReshapesPass : passes::impl::SinkReshapesPassBase<SinkReshapesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkReshape, SinkTranspose>(&getContext());
    applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
