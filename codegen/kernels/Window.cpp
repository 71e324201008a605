//===- Window.cpp - pooling -----------------------------------------------===//
//
// Channels are the lanes. Some neighbouring pixels of a row are computed together, so that what their windows share is
// read once. The window is clipped to the input by the bounds of its loops, so padding costs nothing. A mean divides by
// how many positions were inside (or inside the padded input, with count_include_pad).
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Spatial.h"
#include "ir/Payload.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// How many positions of a window along one axis count for a mean with count_include_pad: those inside the padded
/// input.
static Value paddedCount(Emit &e, const Axis &axis, int64_t padEnd, Value position) {
  // Positions k with position * stride + k * dilation < in + both paddings.
  Value left = e.sub(e.constant(axis.in + axis.pad + padEnd), e.mul(position, axis.stride));
  return e.min(e.ceilDivClamped(left, axis.dilation), e.constant(axis.kernel));
}

namespace {

struct Window {
  KernelBuilder &k;
  nn::WindowOp op;
  const View &input;
  Geometry geometry;
  Epilogue epilogue;
  Type element = input.element;
  Joining joining{k, op.getKind(), element, nn::payload::isUnsigned(op.getInput().getType())};
  const Axis &height = geometry.height, &width = geometry.width;
  Value rowStride = k.dim(input.rowStride);

  /// Joins a row of the window, from the input column `first` of `sourceRow` on, to what is known of some pixels.
  SmallVector<Value> wholeRow(Value sourceRow, Value first, Value channel, int64_t lanes, ValueRange known) {
    SmallVector<Value> next(known);
    Value base = k.add(k.mul(k.add(sourceRow, first), rowStride), channel);
    slide(
        width, known.size(),
        [&](int64_t column) { return k.loadElements(input, k.add(base, k.mul(rowStride, column)), lanes); },
        [&](Value value, int64_t pixel, int64_t) { next[pixel] = joining.combine(next[pixel], value); });
    return next;
  }

  SmallVector<Value> partOfRow(Value sourceRow, Value first, std::pair<Value, Value> columns, Value channel,
                               int64_t lanes, ValueRange known) {
    return k.loop(columns.first, columns.second, 1, known, [&](Value kernelColumn, ValueRange inner) {
      Value source = k.add(sourceRow, k.add(first, k.mul(kernelColumn, width.dilation)));
      Value value = k.loadElements(input, k.add(k.mul(source, rowStride), channel), lanes);
      return SmallVector<Value>{joining.combine(inner[0], value)};
    });
  }

  /// What the mean of a window divides by; it has `rows` × `columns` positions inside of the input.
  Value countOf(Value row, Value column, Value rows, Value columns) {
    ArrayRef<int64_t> pads = op.getPads();
    int64_t endHeight = pads.size() == 4 ? pads[2] : 0, endWidth = pads.back();
    Value count = op.getCountIncludePad()
                      ? k.mul(paddedCount(k, height, endHeight, row), paddedCount(k, width, endWidth, column))
                      : k.mul(rows, columns);
    return arith::SIToFPOp::create(k.builder, k.loc, element, count);
  }

  /// `pixels` neighbouring pixels from `column` on, `lanes` channels from `channel` on.
  void tile(Value unit, const ImageRow &at, Value column, int64_t pixels, bool whole, Value channel, int64_t lanes) {
    auto [rowBegin, rowEnd] = insideRange(k, height, at.row);
    std::pair<Value, Value> columns{k.constant(0), k.constant(width.kernel)};
    if (!whole)
      columns = insideRange(k, width, column);
    Value first = k.add(k.mul(column, width.stride), -width.pad);
    SmallVector<Value> start(pixels, joining.neutral(lanes));
    SmallVector<Value> results = k.loop(rowBegin, rowEnd, 1, start, [&](Value kernelRow, ValueRange known) {
      Value sourceRow = k.mul(k.add(at.inputRow, k.mul(kernelRow, height.dilation)), width.in);
      return whole ? wholeRow(sourceRow, first, channel, lanes, known)
                   : partOfRow(sourceRow, first, columns, channel, lanes, known);
    });
    epilogue.enterBlock();
    for (auto [pixel, result] : llvm::enumerate(results)) {
      Value here = k.add(column, static_cast<int64_t>(pixel));
      if (op.getKind() == nn::ReduceKind::Mean) {
        Value count = countOf(at.row, here, k.sub(rowEnd, rowBegin), k.sub(columns.second, columns.first));
        result = arith::DivFOp::create(k.builder, k.loc, result, k.splat(count, lanes));
      }
      epilogue.finish(result, k.add(k.mul(unit, width.out), here), channel, lanes);
    }
  }

  void row(Value unit) {
    ImageRow at = imageRow(k, geometry, unit);
    bool slides = canSlide(width);
    int64_t interior = width.interiorEnd() - width.interiorBegin();
    int64_t tilePixels = slides ? std::clamp<int64_t>(interior, 1, 4) : 1;
    forPixels(k, width, tilePixels, [&](Value column, int64_t pixels, bool whole) {
      forChannels(k, geometry.channels, k.lanes(element), [&](Value channel, int64_t lanes) {
        tile(unit, at, column, pixels, whole && slides, channel, lanes);
      });
    });
  }
};

} // namespace

void codegen::emitWindow(KernelBuilder &k) {
  auto op = cast<nn::WindowOp>(k.root());
  Window window{k, op, k.input(op.getInput()), geometryOf(op), Epilogue(k)};
  k.loop(k.begin, k.end, 1, [&](Value unit) { window.row(unit); });
}
