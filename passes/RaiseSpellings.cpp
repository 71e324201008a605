//===- RaiseSpellings.cpp - what exporters write in small operations ------===//
//
//   x * 0.5 * (erf(x / sqrt 2) + 1)                               ─▶  gelu x
//   x * 0.5 * (tanh((x + x³ * 0.044715) * sqrt(2 / pi)) + 1)      ─▶  gelu x {tanh}
//   v / sqrt(mean(v * v) + c)                                     ─▶  normalize v {rms}
//     the same where v is x - mean(x)                             ─▶  normalize x
//   e / sum(e) where e is exp(x - max(x))                         ─▶  softmax x
//
// Factors and terms come in any order. Sigmoid and hard-sigmoid products (SiLU, HardSwish) stay as they are: they are
// single passes over their elements already, and so is attention, whose products and softmax have operations.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "passes/Rewrites.h"
#include "passes/Simplify.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// The one number that a tensor of floats has in all its elements.
static std::optional<double> numberOf(Value value) {
  return isa<FloatType>(elementOf(value)) ? splatOf(value) : std::nullopt;
}

/// Whether `value` is this number, as exactly as an f32 has it.
static bool isNumber(Value value, double number) {
  std::optional<double> mine = numberOf(value);
  return mine && std::abs(*mine - number) <= 1e-6 * std::abs(number);
}

/// The values whose product is `value`. No spelling has more than six; a chain of squares would have any number.
static void collectFactors(Value value, SmallVectorImpl<Value> &factors) {
  auto mul = value.getDefiningOp<MulOp>();
  if (!mul || factors.size() >= 6)
    return factors.push_back(value);
  collectFactors(mul.getLhs(), factors);
  collectFactors(mul.getRhs(), factors);
}

static SmallVector<Value> factorsOf(Value value) {
  SmallVector<Value> factors;
  collectFactors(value, factors);
  return factors;
}

/// Removes the factors that are numbers; their product.
static double takeNumbers(SmallVectorImpl<Value> &factors) {
  double product = 1;
  llvm::erase_if(factors, [&](Value factor) {
    std::optional<double> number = numberOf(factor);
    product *= number.value_or(1);
    return number.has_value();
  });
  return product;
}

static bool isNear(double a, double b) { return std::abs(a - b) <= 2e-6 * std::abs(b); }

/// The other term of a sum with this number.
static Value withoutTerm(Value sum, double number) {
  auto add = sum.getDefiningOp<AddOp>();
  if (!add)
    return nullptr;
  if (isNumber(add.getRhs(), number))
    return add.getLhs();
  return isNumber(add.getLhs(), number) ? add.getRhs() : Value();
}

/// Whether `value` is x * factor or x / (1 / factor).
static bool isScaled(Value value, Value x, double factor) {
  if (auto div = value.getDefiningOp<DivOp>())
    return div.getLhs() == x && isNumber(div.getRhs(), 1 / factor);
  SmallVector<Value> factors = factorsOf(value);
  double number = takeNumbers(factors);
  return factors.size() == 1 && factors[0] == x && isNear(number, factor);
}

/// A reduction over some axes, seen through the ones that stand for those axes.
static ReduceOp reduceWithOnes(Value value, ReduceKind kind) {
  auto reshape = value.getDefiningOp<ReshapeOp>();
  auto reduce = reshape ? reshape.getOperand().getDefiningOp<ReduceOp>() : ReduceOp();
  if (!reduce || reduce.getKind() != kind)
    return nullptr;
  SmallVector<DimAttr> dims = dimsOf(reduce.getInput().getType());
  for (int64_t axis : reduce.getAxes())
    dims[axis] = constantDim(reduce.getContext(), 1);
  return dims == dimsOf(reshape.getType()) ? reduce : nullptr;
}

/// One that is stretched to its operand's shape again.
static ReduceOp stretchedReduce(Value value, ReduceKind kind) {
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  ReduceOp reduce = broadcast ? reduceWithOnes(broadcast.getOperand(), kind) : nullptr;
  return reduce && broadcast.getType() == reduce.getInput().getType() ? reduce : nullptr;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

struct RaiseGelu : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  /// Whether `value` is erf(x / sqrt 2).
  static bool isErf(Value value, Value x) {
    auto erf = value.getDefiningOp<ErfOp>();
    return erf && isScaled(erf.getOperand(), x, M_SQRT1_2);
  }

  /// Whether `value` is x³ * 0.044715.
  static bool isCube(Value value, Value x) {
    SmallVector<Value> factors = factorsOf(value);
    double number = takeNumbers(factors);
    return isNear(number, 0.044715) && factors.size() == 3 && llvm::all_equal(factors) && factors[0] == x;
  }

  /// Whether `value` is tanh((x + x³ * 0.044715) * sqrt(2 / pi)).
  static bool isTanh(Value value, Value x) {
    auto tanh = value.getDefiningOp<TanhOp>();
    if (!tanh)
      return false;
    SmallVector<Value> factors = factorsOf(tanh.getOperand());
    if (!isNear(takeNumbers(factors), M_SQRT1_2 * M_2_SQRTPI) || factors.size() != 1)
      return false;
    auto sum = factors[0].getDefiningOp<AddOp>();
    return sum && ((sum.getLhs() == x && isCube(sum.getRhs(), x)) || (sum.getRhs() == x && isCube(sum.getLhs(), x)));
  }

  LogicalResult matchAndRewrite(MulOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> factors = factorsOf(op);
    if (!isNear(takeNumbers(factors), 0.5) || factors.size() != 2)
      return failure();
    for (auto [x, sum] : {std::pair(factors[0], factors[1]), std::pair(factors[1], factors[0])}) {
      Value curve = withoutTerm(sum, 1);
      if (!curve || (!isErf(curve, x) && !isTanh(curve, x)))
        continue;
      bool tanh = curve.getDefiningOp<TanhOp>() != nullptr;
      rewriter.replaceOpWithNewOp<GeluOp>(op, op.getType(), x, tanh);
      return success();
    }
    return failure();
  }
};

/// Of v / d, or of v * (1 / d): v and d, each stretched as it is.
template <typename Op> struct RaiseNormalize : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  /// What is normalised: v / sqrt(mean(v * v) + epsilon) over some axes.
  struct Normal {
    Value operand;
    ReduceOp variance;
    double epsilon;
  };

  /// `divisor` is sqrt(mean(v * v) + epsilon), with ones for the axes.
  static std::optional<Normal> match(Value v, Value divisor) {
    auto root = divisor.getDefiningOp<SqrtOp>();
    auto sum = root ? root.getOperand().template getDefiningOp<AddOp>() : AddOp();
    if (!sum)
      return std::nullopt;
    for (auto [mean, constant] : {std::pair(sum.getLhs(), sum.getRhs()), std::pair(sum.getRhs(), sum.getLhs())}) {
      std::optional<double> epsilon = numberOf(constant);
      ReduceOp variance = reduceWithOnes(mean, ReduceKind::Mean);
      auto square = variance ? variance.getInput().template getDefiningOp<MulOp>() : MulOp();
      if (epsilon && *epsilon >= 0 && square && square.getLhs() == v && square.getRhs() == v)
        return Normal{v, variance, *epsilon};
    }
    return std::nullopt;
  }

  static std::optional<Normal> matchRoot(DivOp op) {
    auto stretched = op.getRhs().getDefiningOp<BroadcastOp>();
    return stretched ? match(op.getLhs(), stretched.getOperand()) : std::nullopt;
  }
  static std::optional<Normal> matchRoot(MulOp op) {
    for (auto [v, factor] : {std::pair(op.getLhs(), op.getRhs()), std::pair(op.getRhs(), op.getLhs())}) {
      auto stretched = factor.template getDefiningOp<BroadcastOp>();
      auto inverse = stretched ? stretched.getOperand().template getDefiningOp<ReciprocalOp>() : ReciprocalOp();
      if (!inverse)
        continue;
      if (std::optional<Normal> found = match(v, inverse.getOperand()))
        return found;
    }
    return std::nullopt;
  }

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    std::optional<Normal> normal = matchRoot(op);
    if (!normal)
      return failure();
    Value operand = normal->operand;
    bool rms = true;
    if (auto center = operand.getDefiningOp<SubOp>()) {
      ReduceOp mean = stretchedReduce(center.getRhs(), ReduceKind::Mean);
      if (mean && mean.getInput() == center.getLhs() && mean.getAxes() == normal->variance.getAxes()) {
        operand = center.getLhs();
        rms = false;
      }
    }
    rewriter.replaceOpWithNewOp<NormalizeOp>(op, op.getType(), operand, normal->variance.getAxes(),
                                             APFloat(normal->epsilon), rms);
    return success();
  }
};

struct RaiseSoftmax : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &rewriter) const override {
    ReduceOp sum = stretchedReduce(op.getRhs(), ReduceKind::Sum);
    auto power = op.getLhs().getDefiningOp<ExpOp>();
    auto shifted = power ? power.getOperand().getDefiningOp<SubOp>() : SubOp();
    if (!sum || !shifted || sum.getInput() != op.getLhs() || sum.getAxes().size() != 1)
      return failure();
    ReduceOp greatest = stretchedReduce(shifted.getRhs(), ReduceKind::Max);
    if (!greatest || greatest.getInput() != shifted.getLhs() || greatest.getAxes() != sum.getAxes())
      return failure();
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, op.getType(), shifted.getLhs(), uint64_t(sum.getAxes()[0]), false);
    return success();
  }
};

} // namespace

void passes::populateSpellingPatterns(RewritePatternSet &patterns) {
  patterns.add<RaiseGelu, RaiseNormalize<DivOp>, RaiseNormalize<MulOp>, RaiseSoftmax>(patterns.getContext());
}
