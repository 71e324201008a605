//===- Reduction.cpp - sums, means, maxima over axes, and what is made of them ===//

#include "frontend/onnx/ops/Operators.h"
#include <limits>

using namespace mlir;

namespace margay::frontend::onnx {

namespace {

/// What a reduction's node says.
struct Reduction {
  Value input;
  llvm::SmallVector<int64_t> axes; ///< Sorted; none where nothing is reduced.
  bool keeps;
};

} // namespace

/// Axes are an attribute, or, from the opset `since` on, an input. None mean all, unless noop_with_empty_axes says that
/// they mean nothing.
static std::optional<Reduction> readReduction(NodeImport &node, int64_t since) {
  Reduction reduction{node.input(0), {}, node.flag("keepdims", true)};
  std::optional<llvm::SmallVector<int64_t>> axes;
  bool isNothing = false;
  if (node.opset() < since) {
    axes = node.integers("axes");
  } else {
    isNothing = node.flag("noop_with_empty_axes");
    if (node.hasInput(1)) {
      axes = node.constantIntegers(1, "the list of axes");
      if (!axes)
        return std::nullopt;
    }
  }
  if (!reduction.input || node.hasFailed())
    return std::nullopt;
  if (!axes || axes->empty()) {
    if (isNothing)
      return reduction;
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(reduction.input)));
  }
  auto sorted = node.normalizeAxes(*axes, rankOf(reduction.input));
  if (!sorted)
    return std::nullopt;
  reduction.axes = *sorted;
  return reduction;
}

Value reduceKeeping(NodeImport &node, nn::ReduceKind kind, Value input, llvm::ArrayRef<int64_t> axes) {
  if (!input || axes.empty())
    return input;
  Dims dims = nn::dimsOf(input.getType());
  for (int64_t axis : axes)
    dims[axis] = node.dim(1);
  return node.reshape(node.infer<nn::ReduceOp>(input, kind, axes), dims);
}

/// `value`, which has dimensions of 1 where something was reduced, as the node wants it.
static LogicalResult finish(NodeImport &node, const Reduction &reduction, Value value) {
  if (!value || reduction.keeps)
    return node.result(value);
  Dims dims;
  for (auto [axis, dim] : llvm::enumerate(nn::dimsOf(value.getType())))
    if (!llvm::is_contained(reduction.axes, int64_t(axis)))
      dims.push_back(dim);
  return node.result(node.reshape(value, dims));
}

static LogicalResult importReduce(NodeImport &node, nn::ReduceKind kind, int64_t since) {
  std::optional<Reduction> reduction = readReduction(node, since);
  if (!reduction)
    return failure();
  Value input = reduction->input;
  // The larger of two truth values is the larger of their numbers.
  bool isBool = elementOf(input).isInteger(1);
  if (isBool)
    input = node.cast(input, node.builder().getIntegerType(8, false));
  Value result = reduceKeeping(node, kind, input, reduction->axes);
  if (isBool)
    result = node.cast(result, node.builder().getI1Type());
  return finish(node, *reduction, result);
}

LogicalResult importReduceSum(NodeImport &node) { return importReduce(node, nn::ReduceKind::Sum, 13); }
LogicalResult importReduceMean(NodeImport &node) { return importReduce(node, nn::ReduceKind::Mean, 18); }
LogicalResult importReduceMax(NodeImport &node) { return importReduce(node, nn::ReduceKind::Max, 18); }
LogicalResult importReduceMin(NodeImport &node) { return importReduce(node, nn::ReduceKind::Min, 18); }
LogicalResult importReduceProd(NodeImport &node) { return importReduce(node, nn::ReduceKind::Prod, 18); }

/// A sum of what `before` makes of the elements, and what `behind` makes of that.
static LogicalResult importReduceOf(NodeImport &node, llvm::function_ref<Value(Value)> before,
                                    llvm::function_ref<Value(Value)> behind) {
  std::optional<Reduction> reduction = readReduction(node, 18);
  if (!reduction)
    return failure();
  Value sum = reduceKeeping(node, nn::ReduceKind::Sum, before(reduction->input), reduction->axes);
  return finish(node, *reduction, behind(sum));
}

static Value same(Value value) { return value; }

/// A function of real numbers, of integers by way of f64.
template <typename Op> static Value real(NodeImport &node, Value value) {
  if (!value || isa<FloatType>(elementOf(value)))
    return node.same<Op>(value);
  return node.cast(node.same<Op>(node.cast(value, node.builder().getF64Type())), elementOf(value));
}

LogicalResult importReduceL1(NodeImport &node) {
  return importReduceOf(node, [&](Value x) { return node.same<nn::AbsOp>(x); }, same);
}

LogicalResult importReduceL2(NodeImport &node) {
  return importReduceOf(
      node, [&](Value x) { return node.same<nn::MulOp>(x, x); },
      [&](Value sum) { return real<nn::SqrtOp>(node, sum); });
}

LogicalResult importReduceLogSum(NodeImport &node) {
  return importReduceOf(node, same, [&](Value sum) { return real<nn::LogOp>(node, sum); });
}

LogicalResult importReduceSumSquare(NodeImport &node) {
  return importReduceOf(node, [&](Value x) { return node.same<nn::MulOp>(x, x); }, same);
}

/// log(sum(exp(x))) = log(sum(exp(x - m))) + m, where m is the largest element, or the nearest number to it.
LogicalResult importReduceLogSumExp(NodeImport &node) {
  std::optional<Reduction> reduction = readReduction(node, 18);
  if (!reduction)
    return failure();
  Value input = reduction->input;
  mlir::Type element = elementOf(input);
  if (!isa<FloatType>(element))
    input = node.cast(input, node.builder().getF64Type());
  Value largest = reduceKeeping(node, nn::ReduceKind::Max, input, reduction->axes);
  double most = std::numeric_limits<float>::max();
  if (input && elementOf(input).isF16())
    most = 65504;
  largest = node.same<nn::MinOp>(largest, node.splat(most, largest));
  largest = node.same<nn::MaxOp>(largest, node.splat(-most, largest));
  if (!largest)
    return failure();
  Value shifted = node.same<nn::SubOp>(input, node.broadcast(largest, nn::dimsOf(input.getType())));
  Value sum = reduceKeeping(node, nn::ReduceKind::Sum, node.same<nn::ExpOp>(shifted), reduction->axes);
  return finish(node, *reduction, node.cast(node.same<nn::AddOp>(node.same<nn::LogOp>(sum), largest), element));
}

//===----------------------------------------------------------------------===//
// Along one axis
//===----------------------------------------------------------------------===//

static LogicalResult importArgReduce(NodeImport &node, nn::ReduceKind kind) {
  Value input = node.input(0);
  bool keeps = node.flag("keepdims", true), last = node.flag("select_last_index");
  int64_t axis = node.integer("axis", 0);
  if (!input || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(input));
  if (!normal)
    return failure();
  Value result = node.infer<nn::ArgReduceOp>(input, kind, uint64_t(*normal), last);
  if (!keeps)
    return node.result(result);
  Dims dims = nn::dimsOf(input.getType());
  dims[*normal] = node.dim(1);
  return node.result(node.reshape(result, dims));
}

LogicalResult importArgMax(NodeImport &node) { return importArgReduce(node, nn::ReduceKind::Max); }
LogicalResult importArgMin(NodeImport &node) { return importArgReduce(node, nn::ReduceKind::Min); }

LogicalResult importTopK(NodeImport &node) {
  Value input = node.input(0);
  int64_t axis = node.integer("axis", -1);
  bool largest = node.opset() < 11 || node.flag("largest", true);
  node.ignore({"sorted"}); // Results are always sorted.
  std::optional<Dims> count;
  if (node.opset() < 10)
    count = Dims{node.dim(node.integer("k", -1))};
  else
    count = node.dimensions(1, "the number of elements");
  if (!input || !count || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(input));
  if (!normal)
    return failure();
  if (count->size() != 1 || (count->front().isConstant() && count->front().getValue() < 0))
    return node.malformed("its number of elements has to be one number that is not negative");
  Dims dims = nn::dimsOf(input.getType());
  if (failed(node.needAtLeast(dims[*normal], count->front(),
                              "its number of elements is " + count->front().str() + " of " + dims[*normal].str())))
    return failure();
  dims[*normal] = count->front();
  OpBuilder &builder = node.builder();
  auto op = nn::TopKOp::create(builder, node.loc, nn::tensorOf(dims, elementOf(input)),
                               nn::tensorOf(dims, builder.getI64Type()), input, *normal, !largest);
  if (!node.checkedValue(op) || failed(node.result(op.getValues(), 0)))
    return failure();
  return node.outputCount() > 1 ? node.result(op.getIndices(), 1) : success();
}

static LogicalResult importScanned(NodeImport &node, nn::ReduceKind kind) {
  Value input = node.input(0);
  bool exclusive = node.flag("exclusive"), reverse = node.flag("reverse");
  auto axis = node.constantIntegers(1, "the axis");
  if (!input || !axis || node.hasFailed())
    return failure();
  if (axis->size() != 1)
    return node.malformed("needs one axis");
  std::optional<int64_t> normal = node.normalizeAxis(axis->front(), rankOf(input));
  if (!normal)
    return failure();
  return node.result(node.checkedValue(
      nn::ScanOp::create(node.builder(), node.loc, input.getType(), input, kind, *normal, exclusive, reverse)));
}

LogicalResult importCumSum(NodeImport &node) { return importScanned(node, nn::ReduceKind::Sum); }
LogicalResult importCumProd(NodeImport &node) { return importScanned(node, nn::ReduceKind::Prod); }

/// 1 at the first of the largest elements, 0 elsewhere.
static Value hardmax(NodeImport &node, Value input, int64_t axis) {
  Value place = node.infer<nn::ArgReduceOp>(input, nn::ReduceKind::Max, uint64_t(axis), false);
  if (!place)
    return nullptr;
  Dims dims = nn::dimsOf(input.getType()), unit(dims);
  unit[axis] = node.dim(1);
  mlir::Type i64 = node.builder().getI64Type();
  Value isHere = compare(node, nn::CompareKind::Eq, positions(node, i64, dims, axis),
                         node.broadcast(node.reshape(place, unit), dims));
  return node.cast(isHere, elementOf(input));
}

LogicalResult importHardmax(NodeImport &node) {
  Value input = node.input(0);
  int64_t axis = node.integer("axis", node.opset() < 13 ? 1 : -1);
  if (!input || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(input));
  if (!normal)
    return failure();
  if (node.opset() >= 13)
    return node.result(hardmax(node, input, *normal));
  // Until opset 12 the input is seen as a matrix.
  Dims dims = nn::dimsOf(input.getType());
  MLIRContext *context = node.loc.getContext();
  nn::DimAttr rows = nn::product(context, llvm::ArrayRef(dims).take_front(*normal)),
              columns = nn::product(context, llvm::ArrayRef(dims).drop_front(*normal));
  return node.result(node.reshape(hardmax(node, node.reshape(input, {rows, columns}), 1), dims));
}

} // namespace margay::frontend::onnx
