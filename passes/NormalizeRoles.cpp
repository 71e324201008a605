//===- NormalizeRoles.cpp - one form for products and for softmax ---------===//
//
//   %y = nn.contract %x, %w {"mbk", "bnk"}        %a = nn.transpose %x {1, 0, 2}      // "bmk"
//                                           ─▶    %b = nn.transpose %w {0, 2, 1}      // "bkn"; a recipe if %w is one
//                                                 %y = nn.contract %a, %b {"bmk", "bkn"}
//
// Several dimensions of one role become one by reshapes, which are views.
//
//===----------------------------------------------------------------------===//

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

namespace {

/// contract(x, y) == reshape(contract(arranged x, arranged y))
struct NormalizeContract : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    StringRef lhsRoles = op.getLhsRoles(), rhsRoles = op.getRhsRoles();
    SmallVector<DimAttr> batch = permuted<DimAttr>(dimsOf(op.getLhs().getType()), axesOf(lhsRoles, 'b'));
    bool batched = product(getContext(), batch).getConstant() != 1;
    StringRef lhsOrder = batched ? "bmk" : "mk", rhsOrder = batched ? "bkn" : "kn";
    if (lhsRoles == lhsOrder && rhsRoles == rhsOrder)
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
    patterns.add<UnbatchBroadcast>(&getContext(), /*benefit=*/2); // Before batches are merged.
    applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
