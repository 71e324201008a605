//===- MeanAndVariance.cpp - layer, instance, group and RMS normalisation -===//
//
// All are nn.normalize over some axes, then a scale and a shift.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Windows.h"

using namespace mlir;

namespace margay::frontend::onnx {

static llvm::SmallVector<int64_t> axesFrom(int64_t first, int64_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(first, rank));
}

static Value normalize(NodeImport &node, Value x, llvm::ArrayRef<int64_t> axes, double epsilon, bool rms) {
  return node.same<nn::NormalizeOp>(x, axes, llvm::APFloat(epsilon), rms);
}

/// x * scale + shift, both broadcast to x; the shift may be missing.
static Value scaleAndShift(NodeImport &node, Value x, Value scale, Value shift) {
  if (!x || !scale)
    return nullptr;
  auto wide = [&](Value value) -> Value {
    if (!value || !node.broadcastDims(nn::dimsOf(x.getType()), nn::dimsOf(value.getType())))
      return nullptr;
    return node.broadcast(node.cast(value, elementOf(x)), nn::dimsOf(x.getType()));
  };
  x = node.same<nn::MulOp>(x, wide(scale));
  return shift ? node.same<nn::AddOp>(x, wide(shift)) : x;
}

LogicalResult importLayerNormalization(NodeImport &node) {
  Value x = node.input(0), scale = node.input(1), shift = node.hasInput(2) ? node.input(2) : Value();
  int64_t axis = node.integer("axis", -1);
  double epsilon = node.number("epsilon", 1e-5f);
  node.ignore({"stash_type"}); // Statistics are computed in f32 at least.
  if (!x || !scale || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(x));
  if (!normal)
    return failure();
  llvm::SmallVector<int64_t> axes = axesFrom(*normal, rankOf(x));
  if (failed(node.result(scaleAndShift(node, normalize(node, x, axes, epsilon, false), scale, shift), 0)))
    return failure();
  if (!node.usesOutput(1) && !node.usesOutput(2))
    return success();
  Value wide = isa<Float32Type, Float64Type>(elementOf(x)) ? x : node.cast(x, node.builder().getF32Type());
  Value mean = reduceKeeping(node, nn::ReduceKind::Mean, wide, axes);
  if (!mean)
    return failure();
  Value distance = node.same<nn::SubOp>(wide, node.broadcast(mean, nn::dimsOf(wide.getType())));
  Value variance = reduceKeeping(node, nn::ReduceKind::Mean, node.same<nn::MulOp>(distance, distance), axes);
  Value deviation = node.same<nn::SqrtOp>(node.same<nn::AddOp>(variance, node.splat(epsilon, variance)));
  if (failed(node.result(mean, 1)))
    return failure();
  return node.usesOutput(2) ? node.result(node.same<nn::ReciprocalOp>(deviation), 2) : success();
}

LogicalResult importRmsNormalization(NodeImport &node) {
  Value x = node.input(0), scale = node.input(1);
  int64_t axis = node.integer("axis", -1);
  double epsilon = node.number("epsilon", 1e-5f);
  node.ignore({"stash_type"});
  if (!x || !scale || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(x));
  if (!normal)
    return failure();
  Value unit = normalize(node, x, axesFrom(*normal, rankOf(x)), epsilon, true);
  return node.result(scaleAndShift(node, unit, scale, Value()));
}

LogicalResult importInstanceNormalization(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.input(0), scale = node.input(1), shift = node.input(2);
  double epsilon = node.number("epsilon", 1e-5f);
  if (!x || !scale || !shift || node.hasFailed())
    return failure();
  if (rankOf(x) < 3 || rankOf(scale) != 1 || rankOf(shift) != 1)
    return node.malformed("needs an input of at least 3 dimensions, and a scale and a shift of one each");
  Value unit = normalize(node, x, axesFrom(2, rankOf(x)), epsilon, false);
  if (!unit)
    return failure();
  return node.result(scaleAndShift(node, unit, node.alongAxis(scale, unit, 1), node.alongAxis(shift, unit, 1)));
}

LogicalResult importGroupNormalization(NodeImport &node) {
  node.ignore({"stash_type"});
  Value x = node.input(0), scale = node.input(1), shift = node.input(2);
  double epsilon = node.number("epsilon", 1e-5f);
  std::optional<int64_t> groups = node.maybeInteger("num_groups");
  if (!x || !scale || !shift || node.hasFailed())
    return failure();
  Dims dims = nn::dimsOf(x.getType());
  if (dims.size() < 3 || rankOf(scale) != 1 || rankOf(shift) != 1)
    return node.malformed("needs an input of at least 3 dimensions, and a scale and a shift of one each");
  if (!groups || *groups < 1 || (dims[1].isConstant() && dims[1].getValue() % *groups != 0))
    return node.malformed("its " + dims[1].str() + " channels cannot be split into the groups that it wants");
  Dims split(dims);
  split[1] = node.dim(*groups);
  split.insert(split.begin() + 2, nn::floorDiv(dims[1], *groups));
  Value grouped = normalize(node, node.reshape(x, split), axesFrom(2, split.size()), epsilon, false);
  if (!grouped)
    return failure();
  if (node.opset() < 21) // One number for each group.
    grouped = scaleAndShift(node, grouped, node.alongAxis(scale, grouped, 1), node.alongAxis(shift, grouped, 1));
  Value result = node.reshape(grouped, dims);
  if (node.opset() >= 21 && result)
    result = scaleAndShift(node, result, node.alongAxis(scale, result, 1), node.alongAxis(shift, result, 1));
  return node.result(result);
}

/// (x - mean) / (deviation + 1e-9), which is not what nn.normalize does with its epsilon.
LogicalResult importMeanVarianceNormalization(NodeImport &node) {
  Value x = node.input(0);
  auto axes = node.integers("axes");
  if (!x || node.hasFailed())
    return failure();
  auto sorted = node.normalizeAxes(axes ? *axes : llvm::SmallVector<int64_t>{0, 2, 3}, rankOf(x));
  if (!sorted)
    return failure();
  Dims dims = nn::dimsOf(x.getType());
  Value mean = reduceKeeping(node, nn::ReduceKind::Mean, x, *sorted);
  Value distance = node.same<nn::SubOp>(x, node.broadcast(mean, dims));
  Value variance = reduceKeeping(node, nn::ReduceKind::Mean, node.same<nn::MulOp>(distance, distance), *sorted);
  Value deviation = node.same<nn::SqrtOp>(variance);
  deviation = node.same<nn::AddOp>(deviation, node.splat(1e-9, deviation));
  return node.result(node.same<nn::DivOp>(distance, node.broadcast(deviation, dims)));
}

/// x over its 1- or 2-norm; 0 where that is 0.
LogicalResult importLpNormalization(NodeImport &node) {
  Value x = node.input(0);
  int64_t axis = node.integer("axis", -1), p = node.integer("p", 2);
  if (!x || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(x));
  if (!normal)
    return failure();
  if (p != 1 && p != 2)
    return node.malformed("attribute 'p' is " + llvm::Twine(p) + ", it has to be 1 or 2");
  Value terms = p == 1 ? node.same<nn::AbsOp>(x) : node.same<nn::MulOp>(x, x);
  Value norm = reduceKeeping(node, nn::ReduceKind::Sum, terms, *normal);
  if (p == 2)
    norm = node.same<nn::SqrtOp>(norm);
  if (!norm)
    return failure();
  norm = node.broadcast(norm, nn::dimsOf(x.getType()));
  Value isZero = compare(node, nn::CompareKind::Eq, norm, node.splat(0, norm));
  return node.result(choose(node, isZero, node.splat(0, x), node.same<nn::DivOp>(x, norm)));
}

/// x / (bias + alpha / size * sum of squares of the neighbouring channels) ^ beta. Channels are the dimension that a
/// window moves over.
LogicalResult importLrn(NodeImport &node) {
  Value x = node.input(0);
  double alpha = node.number("alpha", 1e-4f), beta = node.number("beta", 0.75f), bias = node.number("bias", 1);
  std::optional<int64_t> size = node.maybeInteger("size");
  if (!x || node.hasFailed())
    return failure();
  if (!size || *size < 1 || *size > 1 << 20 || rankOf(x) < 2)
    return node.malformed("needs an attribute 'size' that is positive, and an input of at least 2 dimensions");
  Dims dims = nn::dimsOf(x.getType());
  nn::DimAttr rest = nn::product(node.loc.getContext(), llvm::ArrayRef(dims).drop_front(2));
  Value squares = node.reshape(node.same<nn::MulOp>(x, x), {dims[0], dims[1], rest});
  int64_t before = (*size - 1) / 2, one = 1;
  Value sums = node.infer<nn::WindowOp>(squares, nn::ReduceKind::Sum, llvm::ArrayRef<int64_t>(*size),
                                        llvm::ArrayRef<int64_t>(one), llvm::ArrayRef<int64_t>(one),
                                        llvm::ArrayRef<int64_t>{before, *size - 1 - before}, false, false);
  Value scaled = node.reshape(sums, dims);
  scaled = node.same<nn::MulOp>(scaled, node.splat(alpha / double(*size), scaled));
  scaled = node.same<nn::AddOp>(scaled, node.splat(bias, scaled));
  return node.result(node.same<nn::DivOp>(x, node.same<nn::PowOp>(scaled, node.splat(beta, scaled))));
}

} // namespace margay::frontend::onnx
