//===- Rewrites.cpp - small constructors and questions that passes share --===//

#include "passes/Rewrites.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;

bool passes::sameShape(Type a, Type b) {
  auto first = cast<RankedTensorType>(a), second = cast<RankedTensorType>(b);
  return first.getShape() == second.getShape() && first.getEncoding() == second.getEncoding();
}

RankedTensorType passes::withElement(Type shape, Type element) {
  auto type = cast<RankedTensorType>(shape);
  return RankedTensorType::get(type.getShape(), element, type.getEncoding());
}

static double toDouble(APFloat number) {
  bool inexact;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &inexact);
  return number.convertToDouble();
}

std::optional<double> passes::splatOf(Value value) {
  Operation *op = value.getDefiningOp();
  while (isa_and_nonnull<BroadcastOp, ReshapeOp, TransposeOp>(op))
    op = op->getOperand(0).getDefiningOp();
  auto constant = dyn_cast_or_null<ConstantOp>(op);
  auto elements = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : DenseElementsAttr();
  if (!elements || elements.empty())
    return std::nullopt;
  bool isFloat = isa<FloatType>(elements.getElementType()), isBool = elements.getElementType().isInteger(1);
  auto numbers = [&](auto range, auto toNumber) -> std::optional<double> {
    double first = toNumber(*range.begin());
    bool isOne = llvm::all_of(range, [&](const auto &x) { return toNumber(x) == first; });
    return isOne ? std::optional(first) : std::nullopt;
  };
  if (isFloat)
    return numbers(elements.getValues<APFloat>(), toDouble);
  return numbers(elements.getValues<APInt>(),
                 [&](const APInt &x) { return isBool ? double(x.getZExtValue()) : double(x.getSExtValue()); });
}

Type passes::elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }
int64_t passes::rankOf(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

Value passes::reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<DimAttr> dims) {
  RankedTensorType type = tensorOf(dims, elementOf(value));
  while (value.getType() != type && value.getDefiningOp<ReshapeOp>())
    value = value.getDefiningOp<ReshapeOp>().getOperand();
  return value.getType() == type ? value : ReshapeOp::create(builder, loc, type, value);
}

bool passes::movesOnlyUnits(ArrayRef<DimAttr> dims, ArrayRef<int64_t> permutation) {
  int64_t previous = -1;
  for (int64_t axis : permutation) {
    if (dims[axis].getConstant() == 1)
      continue;
    if (axis < previous)
      return false;
    previous = axis;
  }
  return true;
}

Value passes::transposeBy(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> permutation) {
  if (llvm::is_sorted(permutation))
    return value;
  // transpose(transpose(x, p), q) == transpose(x, p[q[i]])
  if (auto inner = value.getDefiningOp<TransposeOp>())
    return transposeBy(builder, loc, inner.getOperand(), permuted<int64_t>(inner.getPermutation(), permutation));
  SmallVector<DimAttr> dims = dimsOf(value.getType());
  if (movesOnlyUnits(dims, permutation))
    return reshapeTo(builder, loc, value, permuted<DimAttr>(dims, permutation));
  return TransposeOp::create(builder, loc, value, permutation);
}

Value passes::broadcastTo(OpBuilder &builder, Location loc, Value value, ArrayRef<DimAttr> dims) {
  RankedTensorType type = tensorOf(dims, elementOf(value));
  return value.getType() == type ? value : BroadcastOp::create(builder, loc, type, value);
}

Value passes::cloneWith(OpBuilder &builder, Operation *op, ValueRange operands, Type result) {
  Operation *clone = builder.cloneWithoutRegions(*op);
  clone->setOperands(operands);
  clone->getResult(0).setType(result);
  return clone->getResult(0);
}

SmallVector<func::FuncOp> passes::functionsOf(ModuleOp module) {
  return llvm::filter_to_vector(module.getOps<func::FuncOp>(),
                                [](func::FuncOp function) { return !function.isExternal(); });
}

void passes::eraseUnreadParams(ModuleOp module) {
  llvm::StringSet<> read;
  module.walk([&](GetOp get) { read.insert(get.getParam()); });
  for (ParamOp param : llvm::make_early_inc_range(module.getOps<ParamOp>()))
    if (!param.getTrainable() && !read.contains(param.getSymName()))
      param.erase();
}

void passes::applyInFunctions(ModuleOp module, const FrozenRewritePatternSet &patterns) {
  for (func::FuncOp function : functionsOf(module)) {
    // More than any graph needs: patterns that undo each other must not hang the compiler. What they leave is right,
    // too.
    int64_t operations = llvm::range_size(function.getBody().front());
    auto config = GreedyRewriteConfig().setMaxNumRewrites(10000 + 200 * operations);
    if (failed(applyPatternsGreedily(function, patterns, config)))
      function.emitWarning("rewriting did not come to an end");
  }
}
