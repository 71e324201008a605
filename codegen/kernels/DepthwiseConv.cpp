//===- DepthwiseConv.cpp - convolution of each channel by itself ----------===//
//
// Channels are the lanes. Some neighbouring pixels of a row are computed together: of a filter row each tap is loaded
// once for all of them, and each pixel of the input once for all taps that meet it.
//
//   weights: [kernel height][kernel width][channels]
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Spatial.h"
#include "codegen/kernels/Tile.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct DepthwiseConv {
  KernelBuilder &k;
  const View &input, &filter;
  Geometry geometry;
  Epilogue epilogue;
  Type element = input.element;
  const Axis &height = geometry.height, &width = geometry.width;
  Value rowStride = k.dim(input.rowStride);

  /// Some channels of an input pixel, `columns` to the right of the one at `source`.
  Value load(Value source, int64_t columns, int64_t lanes) {
    return k.load(k.vectorOf(element, lanes), k.at(source, k.mul(rowStride, columns), element));
  }

  Value tap(Value kernelRow, Value kernelColumn, Value channel, int64_t lanes) {
    Value index = k.add(k.mul(kernelRow, width.kernel), kernelColumn);
    Value place = k.add(k.mul(index, geometry.channels), channel);
    return k.load(k.vectorOf(element, lanes), k.at(filter.pointer, place, element));
  }

  /// Adds what a row of the filter makes of `sums.size()` pixels. `source` points to the first one's first input pixel.
  SmallVector<Value> wholeRow(Value kernelRow, Value source, Value channel, int64_t lanes, ValueRange sums) {
    SmallVector<Value> taps, next(sums);
    for (int64_t column = 0; column < width.kernel; ++column)
      taps.push_back(tap(kernelRow, k.constant(column), channel, lanes));
    slide(
        width, sums.size(), [&](int64_t column) { return load(source, column, lanes); },
        [&](Value value, int64_t pixel, int64_t column) {
          next[pixel] = k.multiplyAdd(value, taps[column], next[pixel]);
        });
    return next;
  }

  /// The same of one pixel, for taps [begin, end).
  SmallVector<Value> partOfRow(Value kernelRow, Value source, Value begin, Value end, Value channel, int64_t lanes,
                               ValueRange sum) {
    return k.loop(begin, end, 1, sum, [&](Value kernelColumn, ValueRange inner) {
      Value place = k.at(source, k.mul(k.mul(kernelColumn, width.dilation), rowStride), element);
      Value value = load(place, 0, lanes);
      return SmallVector<Value>{k.multiplyAdd(value, tap(kernelRow, kernelColumn, channel, lanes), inner[0])};
    });
  }

  /// `pixels` neighbouring pixels from `column` on, `lanes` channels from `channel` on.
  void tile(Value unit, Value column, int64_t pixels, bool whole, Value channel, int64_t lanes) {
    ImageRow at = imageRow(k, geometry, unit);
    auto [rowBegin, rowEnd] = insideRange(k, height, at.row);
    Value firstColumn = k.add(k.mul(column, width.stride), -width.pad);
    SmallVector<Value> start(pixels, k.constantVector(element, lanes, 0));
    SmallVector<Value> sums = k.loop(rowBegin, rowEnd, 1, start, [&](Value kernelRow, ValueRange sums) {
      Value sourceRow = k.mul(k.add(at.inputRow, k.mul(kernelRow, height.dilation)), width.in);
      Value source = k.at(input.pointer, k.add(k.mul(k.add(sourceRow, firstColumn), rowStride), channel), element);
      if (whole)
        return wholeRow(kernelRow, source, channel, lanes, sums);
      auto [begin, end] = insideRange(k, width, column);
      return partOfRow(kernelRow, source, begin, end, channel, lanes, sums);
    });
    epilogue.enterBlock();
    Value resultRow = k.add(k.mul(unit, width.out), column);
    for (int64_t p = 0; p < pixels; ++p)
      epilogue.finish(sums[p], k.add(resultRow, p), channel, lanes);
  }

  void row(Value unit) {
    bool slides = canSlide(width);
    int64_t interior = width.interiorEnd() - width.interiorBegin();
    int64_t tilePixels = slides ? std::clamp<int64_t>(interior, 1, 6) : 1;
    // All channels of some pixels, which lie side by side, before the next pixels.
    forPixels(k, width, tilePixels, [&](Value column, int64_t pixels, bool whole) {
      forChannels(k, geometry.channels, k.lanes(element),
                  [&](Value channel, int64_t lanes) { tile(unit, column, pixels, whole && slides, channel, lanes); });
    });
  }
};

} // namespace

void codegen::emitDepthwiseConv(KernelBuilder &k) {
  auto op = cast<nn::ConvOp>(k.root());
  DepthwiseConv conv{k, k.input(op.getInput()), k.input(op.getFilter()), geometryOf(op), Epilogue(k)};
  k.loop(k.begin, k.end, 1, [&](Value unit) { conv.row(unit); });
}
