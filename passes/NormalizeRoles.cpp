//===- NormalizeRoles.cpp - one form for products and for softmax ---------===//
//
//   %y = nn.contract %x, %w {"mbk", "bnk"}        %a = nn.transpose %x {1, 0, 2}      // "bmk"
//                                           ─▶    %b = nn.transpose %w {0, 2, 1}      // "bkn"; a recipe if %w is one
//                                                 %y = nn.contract %a, %b {"bmk", "bkn"}
//
// Several dimensions of one role become one by reshapes, which are views.
//
// A product of two computed matrices whose sizes are known packs its right one, so it can read operands as they lie: of
// these it is enough that the left one has its summed dimension last, the right one that or its columns; and there may
// be several batches. So transposes of them become other roles:
//
//   %k = nn.transpose %x {0, 2, 3, 1}             %s = nn.contract %q, %x {"bbmk", "bnbk"}
//   %s = nn.contract %q, %k {"bbmk", "bbkn"} ─▶
//
//===----------------------------------------------------------------------===//

#include "ir/Recipe.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_NORMALIZEROLESPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// The dimensions that have `role`, in order.
static SmallVector<int64_t> axesOf(StringRef roles, char role) {
  SmallVector<int64_t> axes;
  for (auto [axis, letter] : llvm::enumerate(roles))
    if (letter == role)
      axes.push_back(axis);
  return axes;
}

/// The operand with one dimension for each role of `order`, in that order; those of one role are merged, and a role
/// that `roles` lacks is a dimension of size 1. Dimensions of a role keep their order: that is how those of the two
/// operands go together.
static Value arrange(OpBuilder &builder, Location loc, Value operand, StringRef roles, StringRef order) {
  SmallVector<DimAttr> dims = dimsOf(operand.getType()), merged;
  SmallVector<int64_t> permutation;
  for (char role : order) {
    SmallVector<int64_t> axes = axesOf(roles, role);
    merged.push_back(product(builder.getContext(), permuted<DimAttr>(dims, axes)));
    llvm::append_range(permutation, axes);
  }
  return reshapeTo(builder, loc, transposeBy(builder, loc, operand, permutation), merged);
}

static bool isBatched(ContractOp op) {
  SmallVector<DimAttr> batch = permuted<DimAttr>(dimsOf(op.getLhs().getType()), axesOf(op.getLhsRoles(), 'b'));
  return product(op.getContext(), batch).getConstant() != 1;
}

/// Whether a product can read its operands as they lie.
static bool readsInPlace(ContractOp op) {
  auto isKnown = [](Value operand, StringRef roles) {
    auto type = cast<RankedTensorType>(operand.getType());
    return llvm::all_of(llvm::zip_equal(roles, type.getShape()), [](auto pair) {
      return std::get<0>(pair) == 'b' || !ShapedType::isDynamic(std::get<1>(pair));
    });
  };
  return isa<Float32Type, Float64Type>(elementOf(op.getLhs())) && isBatched(op) && !isRecipe(op.getRhs()) &&
         isKnown(op.getLhs(), op.getLhsRoles()) && isKnown(op.getRhs(), op.getRhsRoles());
}

/// Whether there is one dimension of each role but `b`, and the last one has one of the roles `last`.
static bool isPlain(StringRef roles, StringRef last) {
  return !roles.empty() && last.contains(roles.back()) &&
         llvm::all_of(roles, [&](char role) { return role == 'b' || roles.count(role) == 1; }) &&
         roles.size() == roles.count('b') + 2;
}

static bool isInPlace(StringRef lhsRoles, StringRef rhsRoles) {
  return isPlain(lhsRoles, "k") && isPlain(rhsRoles, "kn");
}

namespace {

/// contract(transpose x, y, roles) == contract(x, y, the roles as they were)
struct FoldTranspose : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    if (!readsInPlace(op))
      return rewriter.notifyMatchFailure(op, "needs its operands in order");
    Value lhs = op.getLhs(), rhs = op.getRhs();
    std::string lhsRoles = op.getLhsRoles().str(), rhsRoles = op.getRhsRoles().str();
    bool folds = fold(lhs, lhsRoles, "k");
    folds |= fold(rhs, rhsRoles, "kn");
    if (!folds || !isInPlace(lhsRoles, rhsRoles))
      return rewriter.notifyMatchFailure(op, "no transpose that can be roles");
    rewriter.replaceOpWithNewOp<ContractOp>(op, lhs, rhs, lhsRoles, rhsRoles);
    return success();
  }

private:
  /// Goes from a transpose to its operand if dimensions of one role keep their order and the last one can be last.
  static bool fold(Value &operand, std::string &roles, StringRef last) {
    auto transpose = operand.getDefiningOp<TransposeOp>();
    if (!transpose)
      return false;
    std::string before(roles.size(), ' ');
    for (auto [axis, role] : llvm::zip_equal(transpose.getPermutation(), roles))
      before[axis] = role;
    for (char role : {'b', 'm', 'n', 'k'}) {
      SmallVector<int64_t> axes =
          llvm::map_to_vector(axesOf(roles, role), [&](int64_t axis) { return transpose.getPermutation()[axis]; });
      if (!llvm::is_sorted(axes))
        return false;
    }
    if (!last.contains(before.back()))
      return false;
    operand = transpose.getOperand();
    roles = before;
    return true;
  }
};

/// contract(x, y) == reshape(contract(arranged x, arranged y))
struct NormalizeContract : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    StringRef lhsRoles = op.getLhsRoles(), rhsRoles = op.getRhsRoles();
    bool batched = isBatched(op);
    StringRef lhsOrder = batched ? "bmk" : "mk", rhsOrder = batched ? "bkn" : "kn";
    if ((lhsRoles == lhsOrder && rhsRoles == rhsOrder) || (readsInPlace(op) && isInPlace(lhsRoles, rhsRoles)))
      return rewriter.notifyMatchFailure(op, "is in normal form");
    // Batches of 1 in all count as rows and columns: their order with those does not matter.
    std::string lhsMerged = lhsRoles.str(), rhsMerged = rhsRoles.str();
    if (!batched) {
      llvm::replace(lhsMerged, 'b', 'm');
      llvm::replace(rhsMerged, 'b', 'n');
    }
    Value lhs = arrange(rewriter, op.getLoc(), op.getLhs(), lhsMerged, lhsOrder);
    Value rhs = arrange(rewriter, op.getLoc(), op.getRhs(), rhsMerged, rhsOrder);
    Value result = ContractOp::create(rewriter, op.getLoc(), lhs, rhs, lhsOrder, rhsOrder);
    rewriter.replaceOp(op, reshapeTo(rewriter, op.getLoc(), result, dimsOf(op.getType())));
    return success();
  }
};

/// contract(x, broadcast(y)) == contract(x, y) where only batch dimensions are repeated: they are rows of one product.
struct UnbatchBroadcast : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    auto broadcast = op.getRhs().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return rewriter.notifyMatchFailure(op, "rhs is no broadcast");
    std::string lhsRoles = op.getLhsRoles().str(), rhsRoles;
    SmallVector<DimAttr> source = dimsOf(broadcast.getOperand().getType()), kept;
    SmallVector<int64_t> lhsBatch = axesOf(lhsRoles, 'b');
    int64_t batch = 0;
    for (auto [role, from, to] : llvm::zip_equal(op.getRhsRoles(), source, dimsOf(broadcast.getType()))) {
      if (role != 'b' && from != to)
        return rewriter.notifyMatchFailure(op, "repeats what is no batch");
      if (role == 'b' && from.getConstant() == 1) {
        lhsRoles[lhsBatch[batch]] = 'm';
      } else {
        rhsRoles.push_back(role);
        kept.push_back(from);
      }
      batch += role == 'b';
    }
    if (resultOrder(lhsRoles) != resultOrder(op.getLhsRoles()))
      return rewriter.notifyMatchFailure(op, "the result's dimensions would change places");
    Value rhs = reshapeTo(rewriter, broadcast.getLoc(), broadcast.getOperand(), kept);
    rewriter.replaceOpWithNewOp<ContractOp>(op, op.getLhs(), rhs, lhsRoles, rhsRoles);
    return success();
  }

private:
  /// The dimensions of lhs in the order in which the result has them.
  static SmallVector<int64_t> resultOrder(StringRef lhsRoles) {
    SmallVector<int64_t> order = axesOf(lhsRoles, 'b');
    llvm::append_range(order, axesOf(lhsRoles, 'm'));
    return order;
  }
};

/// softmax(x, axis) == transpose(softmax(transpose(x), last axis))
struct NormalizeSoftmax : OpRewritePattern<SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SoftmaxOp op, PatternRewriter &rewriter) const override {
    int64_t axis = op.getAxis(), last = op.getType().getRank() - 1;
    if (axis == last)
      return rewriter.notifyMatchFailure(op, "is along the last axis");
    SmallVector<int64_t> permutation;
    for (int64_t i = 0; i <= last; ++i)
      if (i != axis)
        permutation.push_back(i);
    permutation.push_back(axis);
    Value operand = transposeBy(rewriter, op.getLoc(), op.getOperand(), permutation);
    Value result = SoftmaxOp::create(rewriter, op.getLoc(), operand.getType(), operand, last, op.getLog());
    rewriter.replaceOp(op, transposeBy(rewriter, op.getLoc(), result, invertPermutationVector(permutation)));
    return success();
  }
};

/// Over the last dimensions a normalisation is one over the last of a matrix; over others it is written in reductions.
struct NormalizeNormalization : OpRewritePattern<NormalizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(NormalizeOp op, PatternRewriter &rewriter) const override {
    int64_t rank = op.getType().getRank(), count = op.getAxes().size();
    if (count == 1 && op.getAxes()[0] == rank - 1)
      return rewriter.notifyMatchFailure(op, "is along the last axis");
    bool isTrailing = count > 0 && op.getAxes()[0] == rank - count;
    rewriter.replaceOp(op, isTrailing ? alongRows(op, rewriter) : byReductions(op, rewriter));
    return success();
  }

private:
  static Value alongRows(NormalizeOp op, PatternRewriter &rewriter) {
    SmallVector<DimAttr> dims = dimsOf(op.getType()), merged(ArrayRef(dims).drop_back(op.getAxes().size()));
    merged.push_back(product(op.getContext(), ArrayRef(dims).take_back(op.getAxes().size())));
    Value rows = reshapeTo(rewriter, op.getLoc(), op.getOperand(), merged);
    int64_t last = merged.size() - 1;
    Value result = NormalizeOp::create(rewriter, op.getLoc(), rows.getType(), rows, ArrayRef<int64_t>(last),
                                       op.getEpsilon(), op.getRms());
    return reshapeTo(rewriter, op.getLoc(), result, dims);
  }

  static Value byReductions(NormalizeOp op, PatternRewriter &rewriter) {
    Location loc = op.getLoc();
    SmallVector<DimAttr> dims = dimsOf(op.getType()), kept(dims);
    for (int64_t axis : op.getAxes())
      kept[axis] = constantDim(op.getContext(), 1);
    auto mean = [&](Value value) {
      Value reduced = ReduceOp::create(rewriter, loc, value, ReduceKind::Mean, op.getAxes());
      return reshapeTo(rewriter, loc, reduced, kept);
    };
    auto wide = [&](Value value) { return broadcastTo(rewriter, loc, value, dims); };
    Value distance = op.getOperand();
    if (!op.getRms())
      distance = SubOp::create(rewriter, loc, distance.getType(), distance, wide(mean(distance)));
    Value variance = mean(MulOp::create(rewriter, loc, distance.getType(), distance, distance));
    auto type = cast<RankedTensorType>(variance.getType());
    auto scalar = RankedTensorType::get(SmallVector<int64_t>(type.getRank(), 1), type.getElementType());
    Value epsilon = ConstantOp::create(
        rewriter, loc, scalar,
        DenseElementsAttr::get(scalar,
                               Attribute(FloatAttr::get(type.getElementType(), op.getEpsilon().convertToDouble()))));
    Value shifted = AddOp::create(rewriter, loc, type, variance, broadcastTo(rewriter, loc, epsilon, kept));
    Value deviation = SqrtOp::create(rewriter, loc, type, shifted);
    return DivOp::create(rewriter, loc, distance.getType(), distance, wide(deviation));
  }
};

struct NormalizeRolesPass : passes::impl::NormalizeRolesPassBase<NormalizeRolesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<NormalizeContract, NormalizeNormalization, NormalizeSoftmax>(&getContext());
    patterns.add<FoldTranspose, UnbatchBroadcast>(&getContext(), /*benefit=*/2); // Before batches are merged.
    applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
