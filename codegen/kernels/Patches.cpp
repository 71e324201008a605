//===- Patches.cpp - what a convolution sees, as rows of a matrix ---------===//

#include "codegen/kernels/Patches.h"
#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/plans/PatchRuns.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Some taps side by side along the last axis, for one output pixel.
struct Patches::Run {
  Value start;      ///< Pointer to the first tap's pixel; virtual where that is in the padding.
  Value begin, end; ///< Its taps inside of the input.
  Value allInside;  ///< Whether all are; null where that is always so.
};

Patches::Patches(KernelBuilder &k, nn::ConvOp conv) : k(k), input(k.input(conv.getInput())) {
  auto filter = conv.getFilter().getType();
  ArrayRef<int64_t> kernel = filter.getShape().drop_back(2);
  axes = tapAxes(input, kernel, conv.getStrides(), conv.getDilations(), conv.getPads());
  pixels = nn::dimsOf(conv.getType());
  pixels.pop_back();
  strides = elementStrides(input);
  channels = filter.getDimSize(filter.getRank() - 2);
  taps = runTaps(conv);
  isPadded = llvm::any_of(conv.getPads(), [](int64_t pad) { return pad != 0; });
}

Value Patches::both(Value a, Value b) { return k.builder.createOrFold<arith::AndIOp>(k.loc, a, b); }

void Patches::fill(Value to, int64_t count, llvm::function_ref<Value(Value, int64_t)> value) {
  forChannels(k, count, k.lanes(input.element),
              [&](Value at, int64_t lanes) { k.store(value(at, lanes), k.at(to, at, input.element)); });
}

/// Run `index` of the patch of the output pixel at these coordinates [N, spatial…].
Patches::Run Patches::runAt(ArrayRef<Value> at, Value index) {
  Run run;
  Value offset = k.mul(at[0], k.dim(strides[0])), leadingInside;
  Value tapsOfRun = k.constant(taps);
  for (int64_t axis = static_cast<int64_t>(axes.size()) - 1; axis >= 0; --axis) {
    const TapAxis &mine = axes[axis];
    Value place = k.add(k.mul(at[axis + 1], mine.stride), -mine.pad), size = k.dim(mine.in);
    bool isRun = axis + 1 == static_cast<int64_t>(axes.size()) && taps > 1;
    if (!isRun) {
      Value count = k.constant(mine.kernel);
      place = k.add(place, k.mul(k.rem(index, count), mine.dilation));
      index = k.div(index, count);
      // What is negative is large without a sign.
      Value inside = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::ult, place, size);
      leadingInside = leadingInside ? both(leadingInside, inside) : inside;
    } else {
      run.begin = k.min(k.max(k.sub(k.constant(0), place), k.constant(0)), tapsOfRun);
      run.end = k.max(k.min(k.sub(size, place), tapsOfRun), run.begin);
    }
    offset = k.add(offset, k.mul(place, k.dim(strides[axis + 1])));
  }
  run.start = k.at(input.pointer, offset, input.element);
  if (!isPadded)
    return run;
  if (!run.begin) {
    run.begin = k.constant(0);
    run.end = tapsOfRun;
  }
  if (leadingInside)
    run.end = arith::SelectOp::create(k.builder, k.loc, leadingInside, run.end, run.begin);
  run.allInside =
      arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, k.sub(run.end, run.begin), tapsOfRun);
  return run;
}

/// Copies the taps that are inside.
void Patches::copySeen(const Run &run, Value to) {
  Value stride = k.dim(strides[axes.size()]), begin = run.begin ? run.begin : k.constant(0),
        end = run.end ? run.end : k.constant(taps);
  k.loop(begin, end, 1, [&](Value tap) {
    Value from = k.at(run.start, k.mul(tap, stride), input.element);
    fill(k.at(to, k.mul(tap, channels), input.element), channels, [&](Value at, int64_t lanes) {
      return k.load(k.vectorOf(input.element, lanes), k.at(from, at, input.element));
    });
  });
}

/// Copies `count` elements of a run from `begin` on.
void Patches::copyPart(const Run &run, Value begin, int64_t count, Value to) {
  bool isDense = taps == 1 || Emit::constantOf(k.dim(strides[axes.size()])) == channels;
  auto copyAll = [&] {
    if (!isDense)
      return copySeen(run, to);
    fill(to, count, [&](Value at, int64_t lanes) {
      return k.load(k.vectorOf(input.element, lanes), k.at(run.start, k.add(begin, at), input.element));
    });
  };
  if (!run.allInside)
    return copyAll();
  k.when(run.allInside, copyAll);
  Value one = arith::ConstantOp::create(k.builder, k.loc, k.builder.getBoolAttr(true));
  k.when(arith::XOrIOp::create(k.builder, k.loc, run.allInside, one), [&] {
    fill(to, count, [&](Value, int64_t lanes) { return k.constantVector(input.element, lanes, 0); });
    if (taps == 1)
      return;
    if (!isDense)
      return copySeen(run, to);
    forElements(k, k.mul(run.begin, channels), k.mul(run.end, channels), k.lanes(input.element),
                [&](Value at, int64_t lanes) {
                  k.store(k.load(k.vectorOf(input.element, lanes), k.at(run.start, at, input.element)),
                          k.at(to, at, input.element));
                });
  });
}

void Patches::copy(Value pixel, const StepBlock &steps, Value to) {
  SmallVector<Value> at = coordinates(k, pixel, pixels);
  int64_t length = taps * channels;
  Value first = k.div(steps.begin, k.constant(length));
  if (steps.count < length)
    return copyPart(runAt(at, first), k.rem(steps.begin, k.constant(length)), steps.count, to);
  k.loop(k.constant(0), k.constant(steps.count / length), 1, [&](Value index) {
    Value there = k.at(to, k.mul(index, length), input.element);
    copyPart(runAt(at, k.add(first, index)), k.constant(0), length, there);
  });
}
