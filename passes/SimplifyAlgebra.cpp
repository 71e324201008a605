//===- SimplifyAlgebra.cpp - identities of numbers ------------------------===//
//
// c and d stand for recipes, or broadcasts of them. Equal means equal up to the sign of zero and the rounding of
// constants.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "passes/Rewrites.h"
#include "passes/Simplify.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

static bool isFloat(Value value) { return isa<FloatType>(elementOf(value)); }

/// What a broadcast repeats, or the value itself.
static Value unrepeated(Value value) {
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  return broadcast ? broadcast.getOperand() : value;
}

static bool isConstant(Value value) { return isRecipe(unrepeated(value)); }

/// Whether all elements of `value` are this number.
static bool isSplatOf(Value value, double number) { return splatOf(value) == number; }

/// Whether `op(c, d)` has no more elements than the larger of both, as they are before they are repeated.
static bool meetWithoutGrowing(Value c, Value d) {
  SmallVector<DimAttr> first = dimsOf(unrepeated(c).getType()), second = dimsOf(unrepeated(d).getType());
  auto covers = [](ArrayRef<DimAttr> larger, ArrayRef<DimAttr> smaller) {
    return llvm::all_of(llvm::zip_equal(larger, smaller), [](auto pair) {
      auto [mine, other] = pair;
      return mine == other || other.getConstant() == 1;
    });
  };
  return covers(first, second) || covers(second, first);
}

namespace {

/// c op x == x op c
template <typename Op> struct ConstantToRight : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (!isConstant(op.getLhs()) || isConstant(op.getRhs()))
      return rewriter.notifyMatchFailure(op, "no constant on the left alone");
    rewriter.replaceOpWithNewOp<Op>(op, op.getRhs(), op.getLhs());
    return success();
  }
};

/// x + 0 == x        x - 0 == x        x * 1 == x        x / 1 == x        (x * 0 is not 0: x may be infinite or NaN)
template <typename Op, int neutral> struct DropNeutral : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (!isSplatOf(op.getRhs(), neutral))
      return rewriter.notifyMatchFailure(op, "rhs is not neutral");
    rewriter.replaceOp(op, op.getLhs());
    return success();
  }
};

/// (x op c) op d == x op (c op d)
template <typename Op> struct MeetConstants : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    auto inner = op.getLhs().template getDefiningOp<Op>();
    if (!inner || !isConstant(op.getRhs()) || !isConstant(inner.getRhs()) || isConstant(inner.getLhs()))
      return rewriter.notifyMatchFailure(op, "no two constants");
    if (!meetWithoutGrowing(inner.getRhs(), op.getRhs()))
      return rewriter.notifyMatchFailure(op, "the constants would have to be written out");
    Value both = Op::create(rewriter, op.getLoc(), inner.getRhs(), op.getRhs());
    rewriter.replaceOpWithNewOp<Op>(op, inner.getLhs(), both);
    return success();
  }
};

/// x - c == x + -c, so that constants of additions meet
struct AddNegative : OpRewritePattern<SubOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SubOp op, PatternRewriter &rewriter) const override {
    if (!isFloat(op) || !isConstant(op.getRhs()) || isConstant(op.getLhs()))
      return rewriter.notifyMatchFailure(op, "rhs is no constant");
    rewriter.replaceOpWithNewOp<AddOp>(op, op.getLhs(), NegOp::create(rewriter, op.getLoc(), op.getRhs()));
    return success();
  }
};

/// neg(neg x) == x        not(not x) == x
template <typename Op> struct DropDouble : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    auto inner = op.getOperand().template getDefiningOp<Op>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is another operation");
    rewriter.replaceOp(op, inner.getOperand());
    return success();
  }
};

/// f(f(x)) == f(x)
template <typename Op> struct DropRepeated : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (!op.getOperand().template getDefiningOp<Op>())
      return rewriter.notifyMatchFailure(op, "operand is another operation");
    rewriter.replaceOp(op, op.getOperand());
    return success();
  }
};

/// max(x, x) == x        min(x, x) == x
template <typename Op> struct DropEqualOperands : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (op.getLhs() != op.getRhs())
      return rewriter.notifyMatchFailure(op, "operands differ");
    rewriter.replaceOp(op, op.getLhs());
    return success();
  }
};

/// max(x, 0) == relu(x)
struct MaxOfZero : OpRewritePattern<MaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MaxOp op, PatternRewriter &rewriter) const override {
    if (!isFloat(op) || !isSplatOf(op.getRhs(), 0))
      return rewriter.notifyMatchFailure(op, "rhs is not 0");
    rewriter.replaceOpWithNewOp<ReluOp>(op, op.getLhs());
    return success();
  }
};

/// pow(x, 1) == x        pow(x, 2) == x * x        pow(x, 3) == x * x * x        pow(x, -1) == 1 / x
///
/// (pow(x, 0.5) is not sqrt(x) where x is -inf.)
struct PowOfConstant : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PowOp op, PatternRewriter &rewriter) const override {
    Value x = op.getLhs(), y = op.getRhs();
    if (isSplatOf(y, 1)) {
      rewriter.replaceOp(op, x);
    } else if (isSplatOf(y, 2)) {
      rewriter.replaceOpWithNewOp<MulOp>(op, x, x);
    } else if (isSplatOf(y, 3)) {
      rewriter.replaceOpWithNewOp<MulOp>(op, MulOp::create(rewriter, op.getLoc(), x, x), x);
    } else if (isSplatOf(y, -1)) {
      rewriter.replaceOpWithNewOp<ReciprocalOp>(op, x);
    } else {
      return rewriter.notifyMatchFailure(op, "the exponent is no small integer");
    }
    return success();
  }
};

/// select(not c, x, y) == select(c, y, x)        select(c, x, x) == x        select(true, x, y) == x
struct SimplifySelect : OpRewritePattern<SelectOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SelectOp op, PatternRewriter &rewriter) const override {
    Value condition = op.getCondition(), x = op.getOnTrue(), y = op.getOnFalse();
    if (auto inverted = condition.getDefiningOp<NotOp>()) {
      rewriter.replaceOpWithNewOp<SelectOp>(op, op.getType(), inverted.getOperand(), y, x);
    } else if (x == y || isSplatOf(condition, 1)) {
      rewriter.replaceOp(op, x);
    } else if (isSplatOf(condition, 0)) {
      rewriter.replaceOp(op, y);
    } else {
      return rewriter.notifyMatchFailure(op, "a choice to be made");
    }
    return success();
  }
};

/// Whether all values of float type `from` are values of float type `to`.
bool isWithin(FloatType from, FloatType to) {
  const llvm::fltSemantics &narrow = from.getFloatSemantics(), &wide = to.getFloatSemantics();
  return llvm::APFloat::semanticsPrecision(narrow) <= llvm::APFloat::semanticsPrecision(wide) &&
         llvm::APFloat::semanticsMaxExponent(narrow) <= llvm::APFloat::semanticsMaxExponent(wide) &&
         llvm::APFloat::semanticsMinExponent(narrow) >= llvm::APFloat::semanticsMinExponent(wide);
}

/// cast(x to its own type) == x        cast(cast(x to a wider type) to y) == cast(x to y)
struct DropCast : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp op, PatternRewriter &rewriter) const override {
    if (op.getOperand().getType() == op.getType()) {
      rewriter.replaceOp(op, op.getOperand());
      return success();
    }
    auto inner = op.getOperand().getDefiningOp<CastOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "a single cast");
    auto from = dyn_cast<FloatType>(elementOf(inner.getOperand())), through = dyn_cast<FloatType>(elementOf(inner));
    if (!from || !through || !isWithin(from, through))
      return rewriter.notifyMatchFailure(op, "the first cast may round");
    rewriter.replaceOpWithNewOp<CastOp>(op, op.getType(), inner.getOperand());
    return success();
  }
};

} // namespace

void passes::populateAlgebraPatterns(RewritePatternSet &patterns) {
  patterns.add<ConstantToRight<AddOp>, ConstantToRight<MulOp>, ConstantToRight<MaxOp>, ConstantToRight<MinOp>,
               DropNeutral<AddOp, 0>, DropNeutral<SubOp, 0>, DropNeutral<MulOp, 1>, DropNeutral<DivOp, 1>,
               MeetConstants<AddOp>, MeetConstants<MulOp>, MeetConstants<MaxOp>, MeetConstants<MinOp>, AddNegative,
               DropDouble<NegOp>, DropDouble<NotOp>, PowOfConstant, SimplifySelect, DropRepeated<ReluOp>,
               DropRepeated<AbsOp>, DropRepeated<CeilOp>, DropRepeated<FloorOp>, DropEqualOperands<MaxOp>,
               DropEqualOperands<MinOp>, MaxOfZero, DropCast>(patterns.getContext());
}
