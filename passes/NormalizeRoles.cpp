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

struct NormalizeRolesPass : passes::impl::NormalizeRolesPassBase<NormalizeRolesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<NormalizeContract, NormalizeSoftmax>(&getContext());
    patterns.add<UnbatchBroadcast>(&getContext(), /*benefit=*/2); // Before batches are merged.
    applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
