//===- FoldScale.cpp - scales of output channels go into weights ----------===//
//
//   %c = nn.conv %x, %w                                  %v = nn.mul %w, broadcast %s       // a recipe
//   %m = nn.mul %c, broadcast %s : 1x1x1xO        ─▶     %m = nn.conv %x, %v
//
//   %a = nn.add %c, broadcast %b                         %m = nn.mul %c, broadcast %s       // folds as above
//   %m = nn.mul %a, broadcast %s                  ─▶     %a = nn.add %m, broadcast (%b * %s)
//
// Weights that something else reads, too, are left alone: each scale would need its own copy. So are those of products
// of bf16, which would have more digits.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "mlir/IR/IRMapping.h"
#include "passes/ConstantProducts.h"
#include "passes/Rewrites.h"
#include "passes/Simplify.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

namespace {

/// An operand of a product that is a weight, and for each of its dimensions which one of the result it becomes (-1: it
/// is summed).
struct Weight {
  OpOperand *operand = nullptr;
  SmallVector<int64_t> resultAxes;
};

} // namespace

/// Result axes of the dimensions of one operand of a contract; `own` is the role that only this operand has.
static SmallVector<int64_t> resultAxesOf(StringRef roles, char own, int64_t ownBegin) {
  SmallVector<int64_t> axes;
  int64_t batch = 0;
  for (char role : roles)
    axes.push_back(role == 'b' ? batch++ : role == own ? ownBegin++ : -1);
  return axes;
}

/// The operands of a product that are recipes which nothing else reads.
static SmallVector<Weight> weightsOf(Operation *product) {
  SmallVector<Weight> weights;
  if (product && product->getNumOperands() == 2 && llvm::all_of(product->getOperands(), isWidenedBF16))
    return weights;
  if (auto conv = dyn_cast_or_null<ConvOp>(product)) {
    SmallVector<int64_t> axes(conv.getFilter().getType().getRank(), -1);
    axes.back() = conv.getType().getRank() - 1;
    weights.push_back({&conv.getFilterMutable(), axes});
  }
  if (auto contract = dyn_cast_or_null<ContractOp>(product)) {
    StringRef lhs = contract.getLhsRoles(), rhs = contract.getRhsRoles();
    int64_t batches = lhs.count('b'), rows = lhs.count('m');
    weights.push_back({&contract.getRhsMutable(), resultAxesOf(rhs, 'n', batches + rows)});
    weights.push_back({&contract.getLhsMutable(), resultAxesOf(lhs, 'm', batches)});
  }
  llvm::erase_if(weights, [](const Weight &weight) {
    return !weight.operand->get().hasOneUse() || !isRecipe(weight.operand->get());
  });
  return weights;
}

/// The scale in the shape of the weight, with 1 where it repeats, or nothing where it varies along other dimensions
/// than the weight's, or along those in another order.
static std::optional<SmallVector<DimAttr>> scaleDims(const Weight &weight, ArrayRef<DimAttr> scale) {
  MLIRContext *context = weight.operand->get().getContext();
  SmallVector<DimAttr> dims;
  int64_t previous = -1, varying = 0;
  for (int64_t axis : weight.resultAxes) {
    dims.push_back(axis < 0 ? constantDim(context, 1) : scale[axis]);
    if (dims.back().getConstant() == 1)
      continue;
    if (axis < previous)
      return std::nullopt;
    previous = axis;
    ++varying;
  }
  int64_t all = llvm::count_if(scale, [](DimAttr dim) { return dim.getConstant() != 1; });
  return varying == all ? std::optional(dims) : std::nullopt;
}

/// The recipe that `value` is or repeats, or null.
static Value recipeIn(Value value) {
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  Value source = broadcast ? broadcast.getOperand() : value;
  return isRecipe(source) ? source : Value();
}

/// The weight of `product` that can take a scale with these dimensions, with the scale's shape there.
static std::optional<std::pair<Weight, SmallVector<DimAttr>>> scalableWeight(Value product, ArrayRef<DimAttr> scale) {
  if (!product.hasOneUse() || !isa<FloatType>(elementOf(product)))
    return std::nullopt;
  for (const Weight &weight : weightsOf(product.getDefiningOp()))
    if (auto dims = scaleDims(weight, scale))
      return std::make_pair(weight, *dims);
  return std::nullopt;
}

namespace {

/// product(x, w) * s == product(x, w * s)        product(x, w) / s == product(x, w / s)
template <typename Op> struct ScaleWeight : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Value scale = recipeIn(op.getRhs());
    if (!scale)
      return rewriter.notifyMatchFailure(op, "not scaled by a constant");
    auto found = scalableWeight(op.getLhs(), dimsOf(scale.getType()));
    if (!found)
      return rewriter.notifyMatchFailure(op, "no weight that can take the scale");
    auto &[weight, dims] = *found;
    Value values = weight.operand->get();
    scale = reshapeTo(rewriter, scale.getLoc(), scale, dims);
    rewriter.setInsertionPoint(op);
    scale = broadcastTo(rewriter, scale.getLoc(), scale, dimsOf(values.getType()));
    Value scaled = Op::create(rewriter, op.getLoc(), values, scale);
    // The scale may stand below the product, so that the product moves to it.
    Operation *product = weight.operand->getOwner();
    IRMapping mapping;
    mapping.map(values, scaled);
    rewriter.replaceOp(op, rewriter.clone(*product, mapping)->getResults());
    return success();
  }
};

/// (product + c) * s == product * s + c * s, where the product's weight then takes the scale
template <typename Op> struct ScaleAboveBias : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Value scale = recipeIn(op.getRhs());
    auto add = op.getLhs().template getDefiningOp<AddOp>();
    if (!scale || !add || !add->hasOneUse() || !recipeIn(add.getRhs()))
      return rewriter.notifyMatchFailure(op, "no scaled sum with a constant");
    if (!scalableWeight(add.getLhs(), dimsOf(scale.getType())))
      return rewriter.notifyMatchFailure(op, "no weight that can take the scale");
    Value product = Op::create(rewriter, op.getLoc(), add.getLhs(), op.getRhs());
    Value bias = Op::create(rewriter, op.getLoc(), add.getRhs(), op.getRhs());
    rewriter.replaceOpWithNewOp<AddOp>(op, product, bias);
    return success();
  }
};

} // namespace

void passes::populateScalePatterns(RewritePatternSet &patterns) {
  patterns.add<ScaleWeight<MulOp>, ScaleWeight<DivOp>, ScaleAboveBias<MulOp>, ScaleAboveBias<DivOp>>(
      patterns.getContext());
}
