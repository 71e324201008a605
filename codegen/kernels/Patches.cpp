//===- Patches.cpp - what a convolution sees, as rows of a matrix ---------===//

#include "codegen/kernels/Patches.h"
#include "codegen/kernels/Channels.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Patches::Place Patches::placeOf(KernelBuilder &k, Value pixel) const {
  const Axis &height = geometry.height, &width = geometry.width;
  Value columns = k.constant(width.out), rows = k.constant(height.out);
  Value line = k.div(pixel, columns);
  return {.image = k.div(line, rows),
          .row = k.add(k.mul(k.rem(line, rows), height.stride), -height.pad),
          .column = k.add(k.mul(k.rem(pixel, columns), width.stride), -width.pad)};
}

void Patches::copyTap(KernelBuilder &k, const Place &place, Value tap, Value channel, int64_t count, Value to) const {
  const Axis &height = geometry.height, &width = geometry.width;
  Value tapColumns = k.constant(width.kernel);
  Value row = k.add(place.row, k.mul(k.div(tap, tapColumns), height.dilation));
  Value column = k.add(place.column, k.mul(k.rem(tap, tapColumns), width.dilation));
  Value line = k.add(k.mul(place.image, height.in), row);
  Value start = k.mul(k.add(k.mul(line, width.in), column), k.dim(input.rowStride));
  Value from = k.at(input.pointer, k.add(start, channel), input.element);
  int64_t lanes = k.lanes(input.element);
  auto fill = [&](llvm::function_ref<Value(Value, int64_t)> value) {
    forChannels(k, count, lanes,
                [&](Value at, int64_t lanes) { k.store(value(at, lanes), k.at(to, at, input.element)); });
  };
  auto copy = [&] {
    fill([&](Value at, int64_t lanes) {
      return k.load(k.vectorOf(input.element, lanes), k.at(from, at, input.element));
    });
  };
  auto canMiss = [](const Axis &axis) { return axis.interiorBegin() > 0 || axis.interiorEnd() < axis.out; };
  if (!canMiss(height) && !canMiss(width))
    return copy();
  // What is negative is large without a sign.
  auto isWithin = [&](Value at, int64_t size) {
    return arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::ult, at, k.constant(size));
  };
  Value inside = arith::AndIOp::create(k.builder, k.loc, isWithin(row, height.in), isWithin(column, width.in));
  k.when(inside, copy);
  Value one = arith::ConstantOp::create(k.builder, k.loc, k.builder.getBoolAttr(true));
  Value outside = arith::XOrIOp::create(k.builder, k.loc, inside, one);
  k.when(outside, [&] { fill([&](Value, int64_t lanes) { return k.constantVector(input.element, lanes, 0); }); });
}

void Patches::copy(KernelBuilder &k, Value pixel, const StepBlock &steps, Value to) const {
  Place place = placeOf(k, pixel);
  Value channels = k.constant(geometry.channels), tap = k.div(steps.begin, channels);
  if (steps.count < geometry.channels)
    return copyTap(k, place, tap, k.rem(steps.begin, channels), steps.count, to);
  k.loop(k.constant(0), k.constant(steps.count / geometry.channels), 1, [&](Value index) {
    Value there = k.at(to, k.mul(index, geometry.channels), input.element);
    copyTap(k, place, k.add(tap, index), k.constant(0), geometry.channels, there);
  });
}
