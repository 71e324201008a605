//===- NarrowProducts.cpp - products that read bf16 -----------------------===//
//
//   %n = nn.cast %x : f32 to bf16                       %n = nn.cast %x : f32 to bf16
//   %r = nn.cast %n : bf16 to f32                       %y = nn.contract %n, %w : bf16, bf16 -> f32
//   %v = nn.cast %w : bf16 to f32                 ─▶
//   %y = nn.contract %r, %v : f32, f32 -> f32
//
// The values are the same ones. Whoever computes %x can then store it as bf16.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "passes/ConstantProducts.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_NARROWPRODUCTSPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// Whether `value` has no more digits than bf16: it is given or rounded so, and may have been moved since.
static bool isNarrow(Value value) {
  Operation *op = value.getDefiningOp();
  return isWidenedBF16(value) || (isa_and_nonnull<ReshapeOp, TransposeOp>(op) && isNarrow(op->getOperand(0)));
}

/// The f32 that such a value was rounded from, or the bf16 that it was.
static Value sourceOf(OpBuilder &builder, Value value) {
  Operation *op = value.getDefiningOp();
  if (auto cast = dyn_cast<CastOp>(op)) {
    auto rounding = cast.getOperand().getDefiningOp<CastOp>();
    return rounding && elementOf(rounding.getOperand()).isF32() ? rounding.getOperand() : cast.getOperand();
  }
  Value source = sourceOf(builder, op->getOperand(0));
  return cloneWith(builder, op, source, withElement(value.getType(), elementOf(source)));
}

/// The same values as bf16.
static Value narrowed(OpBuilder &builder, Value value) {
  Value source = sourceOf(builder, value);
  if (elementOf(source).isBF16())
    return source;
  return CastOp::create(builder, source.getLoc(), withElement(source.getType(), builder.getBF16Type()), source);
}

namespace {

struct NarrowProduct : RewritePattern {
  explicit NarrowProduct(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa<ContractOp, ConvOp>(op) || !elementOf(op->getOperand(0)).isF32())
      return rewriter.notifyMatchFailure(op, "no product of f32");
    auto contract = dyn_cast<ContractOp>(op);
    if (contract && (contract.getLhsRoles() != "mk" || contract.getRhsRoles() != "kn"))
      return rewriter.notifyMatchFailure(op, "not of two matrices");
    if (!llvm::all_of(op->getOperands(), isNarrow) || !isConstantProduct(op))
      return rewriter.notifyMatchFailure(op, "an operand with more digits, or no constant");
    Value lhs = narrowed(rewriter, op->getOperand(0)), rhs = narrowed(rewriter, op->getOperand(1));
    rewriter.replaceOp(op, cloneWith(rewriter, op, {lhs, rhs}, op->getResult(0).getType()));
    return success();
  }
};

struct NarrowProductsPass : passes::impl::NarrowProductsPassBase<NarrowProductsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<NarrowProduct>(&getContext());
    applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
