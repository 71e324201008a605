//===- DepthwiseConv.cpp - convolution of each channel by itself ----------===//
//
// Channels are the lanes. A tile is some neighbouring pixels of one or two image rows: each pixel of the input is read
// once for all taps that meet it, and each tap once for a row of pixels. What lies in the padding is left out: at the
// sides because tiles there are code of their own, above and below because rows there are taken one by one, with
// branches.
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

  /// Where a tile is.
  struct Place {
    Value unit; ///< The first image row of its pixels.
    ImageRow at;
    int64_t rows;
    PixelTile pixels;
    Value channel;
    int64_t lanes;
  };

  Value load(Value pointer, int64_t lanes) { return k.load(k.vectorOf(element, lanes), pointer); }

  Value tap(const Place &place, Value kernelRow, Value kernelColumn) {
    Value index = k.add(k.mul(kernelRow, width.kernel), kernelColumn);
    Value offset = k.add(k.mul(index, geometry.channels), place.channel);
    return load(k.at(filter.pointer, offset, element), place.lanes);
  }

  /// The input pixel under the first column of the tile's first pixel, `offset` rows below its first input row.
  Value source(const Place &place, Value offset) {
    Value row = k.mul(k.add(place.at.inputRow, offset), width.in);
    Value column = k.add(k.mul(place.pixels.column, width.stride), -width.pad);
    return k.at(input.pointer, k.add(k.mul(k.add(row, column), rowStride), place.channel), element);
  }

  /// Adds an input row to a tile's sums: to those rows of pixels, each of which has it under a row of the filter.
  SmallVector<Value> addRow(const Place &place, Value source, ArrayRef<std::pair<int64_t, Value>> uses,
                            ValueRange sums) {
    if (place.pixels.sight == PixelTile::Single)
      return addToPixel(place, source, uses, sums);
    SmallVector<Value> next(sums);
    SmallVector<SmallVector<Value>> taps;
    for (auto [row, kernelRow] : uses) {
      taps.emplace_back();
      for (int64_t column = 0; column < width.kernel; ++column)
        taps.back().push_back(tap(place, kernelRow, k.constant(column)));
    }
    auto read = [&](int64_t column) {
      return place.pixels.sees(width, column) ? load(k.at(source, k.mul(rowStride, column), element), place.lanes)
                                              : Value();
    };
    slide(width, place.pixels.count, read, [&](Value value, int64_t pixel, int64_t column) {
      for (auto [use, columns] : llvm::zip_equal(uses, taps)) {
        Value &sum = next[use.first * place.pixels.count + pixel];
        sum = k.multiplyAdd(value, columns[column], sum);
      }
    });
    return next;
  }

  /// The same where the tile is one pixel wide, of which nothing is known.
  SmallVector<Value> addToPixel(const Place &place, Value source, ArrayRef<std::pair<int64_t, Value>> uses,
                                ValueRange sums) {
    auto [begin, end] = insideRange(k, width, place.pixels.column);
    return k.loop(begin, end, 1, sums, [&](Value kernelColumn, ValueRange inner) {
      SmallVector<Value> next(inner);
      Value value = load(k.at(source, k.mul(k.mul(kernelColumn, width.dilation), rowStride), element), place.lanes);
      for (auto [row, kernelRow] : uses)
        next[row] = k.multiplyAdd(value, tap(place, kernelRow, kernelColumn), next[row]);
      return next;
    });
  }

  SmallVector<Value> sumsOf(const Place &place) {
    SmallVector<Value> sums(place.rows * place.pixels.count, k.constantVector(element, place.lanes, 0));
    if (!isWrittenOut()) {
      auto [begin, end] = insideRange(k, height, place.at.row);
      return k.loop(begin, end, 1, sums, [&](Value kernelRow, ValueRange now) {
        return addRow(place, source(place, k.mul(kernelRow, height.dilation)), {{0, kernelRow}}, now);
      });
    }
    for (InputRow &row : inputRowsUnder(height, place.rows)) {
      row.isInside |= place.rows > 1;
      sums = whereInside(k, height, place.at.row, row, sums, [&] {
        SmallVector<std::pair<int64_t, Value>> uses;
        for (auto [pixels, kernelRow] : row.uses)
          uses.emplace_back(pixels, k.constant(kernelRow));
        return addRow(place, source(place, k.constant(row.offset)), uses, sums);
      });
    }
    return sums;
  }

  void tile(const Place &place) {
    SmallVector<Value> sums = sumsOf(place);
    epilogue.enterBlock();
    for (int64_t row = 0; row < place.rows; ++row) {
      Value first = k.add(k.mul(k.add(place.unit, row), width.out), place.pixels.column);
      for (int64_t pixel = 0; pixel < place.pixels.count; ++pixel)
        epilogue.finish(sums[row * place.pixels.count + pixel], k.add(first, pixel), place.channel, place.lanes);
    }
  }

  /// Whether all rows of the filter are code of their own, and not a loop.
  bool isWrittenOut() const { return height.kernel * width.kernel <= 25; }

  /// How many pixels of a row a tile has at most: what registers are left for beside some pixels of the input and, for
  /// each row, the taps of a filter row.
  int64_t mostPixels(int64_t rows) const {
    int64_t values = (k.level.fma ? 2 : 4) + (width.stride > 1);
    int64_t left = k.level.registers - values - rows * width.kernel;
    return std::clamp<int64_t>(left / rows, 1, 8);
  }

  /// Two rows of pixels have most of the input's rows in common.
  int64_t tileRows() const {
    bool sharesRows = isWrittenOut() && height.out > 1 && height.kernel > height.stride;
    return sharesRows && mostPixels(2) >= 3 ? 2 : 1;
  }

  /// All pixels of some rows.
  void rows(Value unit, int64_t rows) {
    ImageRow at = imageRow(k, geometry, unit);
    auto column = [&](const PixelTile &pixels) {
      forChannels(k, geometry.channels, k.lanes(element),
                  [&](Value channel, int64_t lanes) { tile({unit, at, rows, pixels, channel, lanes}); });
    };
    // All channels of some pixels, which lie side by side, before the next pixels.
    if (canSlide(width))
      forPixelTiles(k, width, mostPixels(rows), column);
    else
      k.loop(k.constant(0), k.constant(width.out), 1, [&](Value at) { column({at, 1, PixelTile::Single}); });
  }

  /// The rows [first, last) of an image, of which those that see padding, and what is left of the others, one by one.
  void image(Value start, Value first, Value last) {
    int64_t together = tileRows();
    if (together == 1)
      return k.loop(first, last, 1, [&](Value unit) { rows(unit, 1); });
    Value begin = k.min(k.max(first, k.add(start, height.interiorBegin())), last);
    Value end = k.max(begin, k.min(k.add(start, height.interiorEnd()), last));
    Value whole = k.add(begin, k.mul(k.div(k.sub(end, begin), k.constant(together)), together));
    k.loop(begin, whole, together, [&](Value unit) { rows(unit, together); });
    Value above = k.sub(begin, first);
    k.loop(k.constant(0), k.add(above, k.sub(last, whole)), 1, [&](Value index) {
      Value isAbove = k.less(index, above), base = arith::SelectOp::create(k.builder, k.loc, isAbove, first, whole);
      Value skipped = arith::SelectOp::create(k.builder, k.loc, isAbove, k.constant(0), above);
      rows(k.add(base, k.sub(index, skipped)), 1);
    });
  }

  void emit() {
    int64_t perImage = height.out;
    Value end = k.div(k.add(k.end, perImage - 1), k.constant(perImage));
    k.loop(k.div(k.begin, k.constant(perImage)), end, 1, [&](Value index) {
      Value start = k.mul(index, perImage);
      image(start, k.max(k.begin, start), k.min(k.end, k.add(start, perImage)));
    });
  }
};

} // namespace

void codegen::emitDepthwiseConv(KernelBuilder &k) {
  auto op = cast<nn::ConvOp>(k.root());
  DepthwiseConv conv{k, k.input(op.getInput()), k.input(op.getFilter()), geometryOf(op), Epilogue(k)};
  conv.emit();
}
