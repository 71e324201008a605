//===- Taps.cpp - windows of any rank, at sizes that may be known in a call only ===//

#include "codegen/kernels/Taps.h"
#include "codegen/kernels/Indexing.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

SmallVector<TapAxis> codegen::tapAxes(const View &input, ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                                      ArrayRef<int64_t> dilations, ArrayRef<int64_t> pads) {
  SmallVector<TapAxis> axes;
  for (size_t i = 0; i < kernel.size(); ++i)
    axes.push_back({input.dims[i + 1], kernel[i], strides[i], dilations[i], pads[i]});
  return axes;
}

std::pair<Value, Value> codegen::tapsInside(KernelBuilder &k, const TapAxis &axis, Value position) {
  // Tap t reads position * stride - pad + t * dilation, which has to be in [0, in).
  Value first = k.sub(k.mul(position, axis.stride), k.constant(axis.pad)), kernel = k.constant(axis.kernel);
  Value begin = k.min(k.ceilDivClamped(k.sub(k.constant(0), first), axis.dilation), kernel);
  Value end = k.min(k.ceilDivClamped(k.sub(k.dim(axis.in), first), axis.dilation), kernel);
  return {begin, k.max(begin, end)};
}

namespace {

struct TapLoops {
  KernelBuilder &k;
  ArrayRef<TapAxis> axes;
  ArrayRef<Value> at;
  SmallVector<DimAttr> strides;
  llvm::function_ref<Value(Value, Value, Value)> body;

  Value run(size_t axis, Value offset, Value tap, Value carried) {
    if (axis == axes.size())
      return body(offset, tap, carried);
    const TapAxis &mine = axes[axis];
    Value position = at[axis + 1];
    auto [begin, end] = tapsInside(k, mine, position);
    Value first = k.sub(k.mul(position, mine.stride), k.constant(mine.pad));
    return k.loop(begin, end, 1, ValueRange(carried), [&](Value t, ValueRange state) {
      Value place = k.add(first, k.mul(t, mine.dilation));
      Value next = k.add(offset, k.mul(place, k.dim(strides[axis + 1])));
      return SmallVector<Value>{run(axis + 1, next, k.add(k.mul(tap, mine.kernel), t), state[0])};
    })[0];
  }
};

struct TransposedTapLoops {
  KernelBuilder &k;
  ArrayRef<TapAxis> axes;
  ArrayRef<Value> at;
  SmallVector<DimAttr> strides;
  llvm::function_ref<Value(Value, Value, Value, Value)> body;

  Value run(size_t axis, Value offset, Value tap, Value counts, Value carried) {
    if (axis == axes.size())
      return body(offset, tap, counts, carried);
    const TapAxis &mine = axes[axis];
    // Input position i reaches i * stride + t * dilation - pad.
    Value reached = k.add(at[axis + 1], mine.pad), stride = k.constant(mine.stride);
    return k.loop(k.constant(0), k.constant(mine.kernel), 1, ValueRange(carried), [&](Value t, ValueRange state) {
      Value scaled = k.sub(reached, k.mul(t, mine.dilation));
      Value positive = k.max(scaled, k.constant(0)), place = k.div(positive, stride);
      Value isWhole = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, k.mul(place, stride), scaled);
      Value isInside = arith::AndIOp::create(k.builder, k.loc, isWhole, k.less(place, k.dim(mine.in)));
      Value counted = arith::SelectOp::create(k.builder, k.loc, isInside, counts, k.constant(0));
      Value next = k.add(offset, k.mul(place, k.dim(strides[axis + 1])));
      return SmallVector<Value>{run(axis + 1, next, k.add(k.mul(tap, mine.kernel), t), counted, state[0])};
    })[0];
  }
};

} // namespace

Value codegen::forTaps(KernelBuilder &k, const View &input, ArrayRef<TapAxis> axes, ArrayRef<Value> at, Value initial,
                       llvm::function_ref<Value(Value, Value, Value)> body) {
  TapLoops loops{k, axes, at, elementStrides(input), body};
  return loops.run(0, k.mul(at[0], k.dim(loops.strides[0])), k.constant(0), initial);
}

Value codegen::forTransposedTaps(KernelBuilder &k, const View &input, ArrayRef<TapAxis> axes, ArrayRef<Value> at,
                                 Value initial, llvm::function_ref<Value(Value, Value, Value, Value)> body) {
  TransposedTapLoops loops{k, axes, at, elementStrides(input), body};
  return loops.run(0, k.mul(at[0], k.dim(loops.strides[0])), k.constant(0), k.constant(1), initial);
}

Value codegen::multiplyAccumulate(KernelBuilder &k, Value a, Value b, Value c) {
  if (isa<FloatType>(getElementTypeOrSelf(a.getType())))
    return k.multiplyAdd(a, b, c);
  Value product = arith::MulIOp::create(k.builder, k.loc, a, b);
  return arith::AddIOp::create(k.builder, k.loc, product, c);
}
