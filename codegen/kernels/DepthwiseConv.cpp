//===- DepthwiseConv.cpp - convolution of each channel by itself ----------===//
//
// Channels are the lanes. Some neighbouring pixels of a row are computed together, so that a filter tap is loaded once
// for all of them.
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

void codegen::emitDepthwiseConv(KernelBuilder &k) {
  auto op = cast<nn::ConvOp>(k.root());
  const View &input = k.input(op.getInput()), &filter = k.input(op.getFilter());
  Type element = input.element;
  Geometry geometry = geometryOf(op);
  const Axis &height = geometry.height, &width = geometry.width;
  int64_t channels = geometry.channels;
  Value rowStride = k.dim(input.rowStride);
  Epilogue epilogue(k);

  /// `pixels` neighbouring pixels from `column` on, `lanes` channels from `channel` on.
  auto tile = [&](Value unit, Value column, int64_t pixels, bool whole, Value channel, int64_t lanes) {
    ImageRow at = imageRow(k, geometry, unit);
    auto [rowBegin, rowEnd] = insideRange(k, height, at.row);
    std::pair<Value, Value> columns{k.constant(0), k.constant(width.kernel)};
    if (!whole)
      columns = insideRange(k, width, column);
    Value firstColumn = k.add(k.mul(column, width.stride), -width.pad);
    SmallVector<Value> start(pixels, k.constantVector(element, lanes, 0));
    SmallVector<Value> sums = k.loop(rowBegin, rowEnd, 1, start, [&](Value kernelRow, ValueRange outer) {
      Value sourceRow = k.mul(k.add(at.inputRow, k.mul(kernelRow, height.dilation)), width.in);
      return k.loop(columns.first, columns.second, 1, outer, [&](Value kernelColumn, ValueRange inner) {
        Value pixel = k.add(sourceRow, k.add(firstColumn, k.mul(kernelColumn, width.dilation)));
        Value source = k.at(input.pointer, k.add(k.mul(pixel, rowStride), channel), element);
        Value tap = k.add(k.mul(k.add(k.mul(kernelRow, width.kernel), kernelColumn), channels), channel);
        Value weight = k.load(k.vectorOf(element, lanes), k.at(filter.pointer, tap, element));
        SmallVector<Value> next;
        for (int64_t p = 0; p < pixels; ++p) {
          Value value = k.load(k.vectorOf(element, lanes), k.at(source, k.mul(rowStride, p * width.stride), element));
          next.push_back(k.multiplyAdd(value, weight, inner[p]));
        }
        return next;
      });
    });
    epilogue.enterBlock();
    Value resultRow = k.add(k.mul(unit, width.out), column);
    for (int64_t p = 0; p < pixels; ++p)
      epilogue.finish(sums[p], k.add(resultRow, p), channel, lanes);
  };

  int64_t tilePixels = std::clamp<int64_t>(width.interiorEnd() - width.interiorBegin(), 1, 6);
  k.loop(k.begin, k.end, 1, [&](Value unit) {
    forChannels(k, channels, k.lanes(element), [&](Value channel, int64_t lanes) {
      forPixels(k, width, tilePixels,
                [&](Value column, int64_t pixels, bool whole) { tile(unit, column, pixels, whole, channel, lanes); });
    });
  });
}
