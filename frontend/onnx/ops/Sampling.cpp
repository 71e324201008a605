//===- Sampling.cpp - reading images between their pixels -----------------===//

#include "frontend/onnx/ops/Sampling.h"
#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Windows.h"

using namespace mlir;

namespace margay::frontend::onnx {

Value splat(NodeImport &node, nn::DimAttr number, Value like) {
  if (!like)
    return nullptr;
  if (std::optional<int64_t> constant = number.getConstant())
    return node.splat(double(*constant), like);
  Value scalar = node.cast(node.reshape(node.dimsTensor({number}), {}), elementOf(like));
  return node.broadcast(scalar, nn::dimsOf(like.getType()));
}

/// Between 0 and `last`; NaN becomes 0.
static Value clamped(NodeImport &node, Value x, Value last) {
  if (!x)
    return nullptr;
  Value zero = node.splat(0, x);
  return node.same<nn::MinOp>(choose(node, compare(node, nn::CompareKind::Gt, x, zero), x, zero), last);
}

/// Back and forth between `low` and `low + span`: with t = |x - low| modulo twice the span, low + min(t, 2 span - t).
static Value reflected(NodeImport &node, Value x, double low, nn::DimAttr span) {
  if (!x || span.getConstant() == 0)
    return x ? node.splat(0, x) : nullptr;
  Value period = splat(node, span * 2, x);
  Value distance = node.same<nn::AbsOp>(affine(node, x, 1, -low));
  Value turns = node.same<nn::FloorOp>(node.same<nn::DivOp>(distance, period));
  Value rest = node.same<nn::SubOp>(distance, node.same<nn::MulOp>(turns, period));
  return affine(node, node.same<nn::MinOp>(rest, node.same<nn::SubOp>(period, rest)), 1, low);
}

/// The weights of the four pixels around a sample that is `t` behind the second (R. G. Keys, Cubic Convolution
/// Interpolation for Digital Image Processing, with a = -0.75).
static llvm::SmallVector<Value, 4> cubicWeights(NodeImport &node, Value t) {
  constexpr double a = -0.75;
  auto near = [&](Value x) { // ((a + 2) x - (a + 3)) x² + 1
    Value square = node.same<nn::MulOp>(x, x);
    return affine(node, node.same<nn::MulOp>(affine(node, x, a + 2, -(a + 3)), square), 1, 1);
  };
  auto far = [&](Value x) { // ((a x - 5 a) x + 8 a) x - 4 a
    Value inner = node.same<nn::MulOp>(affine(node, x, a, -5 * a), x);
    return affine(node, node.same<nn::MulOp>(affine(node, inner, 1, 8 * a), x), 1, -4 * a);
  };
  return {far(affine(node, t, 1, 1)), near(t), near(affine(node, t, -1, 1)), far(affine(node, t, -1, 2))};
}

Taps tapsAt(NodeImport &node, Value x, nn::DimAttr size, Interpolation interpolation, Surround surround,
            bool reflectsAtPixels) {
  if (!x || node.hasFailed())
    return {};
  Value last = splat(node, size - 1, x);
  double low = reflectsAtPixels ? 0 : -0.5;
  nn::DimAttr span = reflectsAtPixels ? size - 1 : size;
  if (interpolation == Interpolation::Nearest)
    x = node.same<nn::RoundOp>(x);
  if (surround == Surround::Border)
    x = clamped(node, x, last);
  else if (surround == Surround::Reflection)
    x = reflected(node, x, low, span);
  if (!x)
    return {};

  Value first = x;
  llvm::SmallVector<Value, 4> weights{Value()};
  int64_t before = 0; // How many taps are before `first`.
  if (interpolation != Interpolation::Nearest) {
    first = node.same<nn::FloorOp>(x);
    Value t = node.same<nn::SubOp>(x, first);
    if (interpolation == Interpolation::Linear)
      weights = {affine(node, t, -1, 1), t};
    else
      weights = cubicWeights(node, t), before = 1;
  }
  Taps taps;
  for (auto [index, weight] : llvm::enumerate(weights)) {
    Value position = affine(node, first, 1, double(index) - double(before));
    if (!position)
      return {};
    if (surround == Surround::Zeros) {
      Value zero = node.splat(0, position);
      Value isInside = node.same<nn::AndOp>(compare(node, nn::CompareKind::Ge, position, zero),
                                            compare(node, nn::CompareKind::Le, position, last));
      weight = choose(node, isInside, weight ? weight : node.splat(1, position), zero);
    } else if (surround == Surround::Reflection) {
      position = reflected(node, position, low, span);
    }
    taps.push_back({clamped(node, position, last), weight});
  }
  return taps;
}

Value sample(NodeImport &node, Value input, Value images, llvm::ArrayRef<Taps> axes, bool keepsLargest) {
  if (!input || node.hasFailed() || llvm::any_of(axes, [](const Taps &taps) { return taps.empty(); }))
    return nullptr;
  // All pixels in one list, which positions are told in integers in.
  Dims dims = nn::dimsOf(input.getType()), own = nn::dimsOf(axes[0][0].position.getType());
  MLIRContext *context = node.loc.getContext();
  Dims perImage(dims.begin() + 2, dims.end());
  nn::DimAttr pixels = nn::product(context, perImage), all = pixels * dims[0];
  std::optional<int64_t> constant = all.getConstant();
  mlir::Type integer = constant && *constant <= INT32_MAX ? node.builder().getI32Type() : node.builder().getI64Type();
  Value list = node.reshape(toChannelsLast(node, input), {all, dims[1]});
  Value base;
  if (images || dims[0].getConstant() != 1) {
    Value numbers = images ? node.cast(images, integer) : positions(node, integer, {own[0]}, 0);
    base = node.same<nn::MulOp>(numbers, numbers ? splat(node, pixels, numbers) : Value());
    base = node.broadcast(node.reshape(base, {own[0], node.dim(1)}), own);
  }

  Value result;
  int64_t count = 1;
  for (const Taps &taps : axes)
    count *= taps.size();
  for (int64_t combination = 0; combination < count; ++combination) {
    Value position, weight;
    int64_t rest = combination;
    for (auto [axis, taps] : llvm::enumerate(axes)) {
      const Tap &tap = taps[rest % taps.size()];
      rest /= taps.size();
      Value whole = node.cast(tap.position, integer);
      if (position && whole)
        whole = node.same<nn::AddOp>(node.same<nn::MulOp>(position, splat(node, perImage[axis], position)), whole);
      position = whole;
      if (tap.weight)
        weight = weight ? node.same<nn::MulOp>(weight, tap.weight) : tap.weight;
    }
    if (base)
      position = node.same<nn::AddOp>(position, base);
    if (!position || !list)
      return nullptr;
    Value value = node.infer<nn::GatherOp>(list, position, uint64_t(0), uint64_t(0));
    if (value && weight) {
      Value wide = node.reshape(node.cast(weight, elementOf(value)), {own[0], own[1], node.dim(1)});
      value = node.same<nn::MulOp>(value, node.broadcast(wide, nn::dimsOf(value.getType())));
    }
    if (!result)
      result = value;
    else
      result = keepsLargest ? node.same<nn::MaxOp>(result, value) : node.same<nn::AddOp>(result, value);
    if (!result)
      return nullptr;
  }
  return result;
}

} // namespace margay::frontend::onnx
