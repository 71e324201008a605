//===- DepthwiseConv.cpp - convolution of each channel by itself ----------===//
//
// Channels are the lanes. A tile is some neighbouring pixels of one or two image rows (codegen/plans/Depthwise.h): each
// pixel of the input is read once for all taps that meet it, and each tap once for a row of pixels. What lies in the
// padding is left out: at the
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
#include "codegen/plans/Depthwise.h"
#include "codegen/plans/GemmBlocks.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct DepthwiseConv {
  KernelBuilder &k;
  const View &input, &filter;
  Geometry geometry;
  DepthwiseTile shape;
  bool finishesInLoop; ///< Whether the epilogue is a loop of its own.
  Epilogue epilogue;
  Type element = input.element;
  const Axis &height = geometry.height, &width = geometry.width;
  Value rowStride = k.dim(input.rowStride);

  /// Channels [begin, end), in vectors.
  struct Channels {
    Value begin, end;
    int64_t lanes;
  };

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
    Value row = k.mul(storedRow(k, k.add(place.at.inputRow, offset)), width.in);
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
    if (!shape.writtenOut) {
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

  /// Leaves a tile's sums where the results will be, and finishes them in a loop over its pixels: a long epilogue of
  /// all of them at once would need more registers than there are.
  void finishInLoop(const Place &place, ArrayRef<Value> sums) {
    const View &output = k.output(0);
    int64_t count = place.pixels.count;
    auto resultRow = [&](int64_t row, Value pixel) {
      return k.add(k.mul(k.add(place.unit, row), width.out), k.add(place.pixels.column, pixel));
    };
    auto offset = [&](int64_t row, Value pixel) {
      return k.add(k.mul(resultRow(row, pixel), k.dim(output.rowStride)), place.channel);
    };
    for (int64_t row = 0; row < place.rows; ++row)
      for (int64_t pixel = 0; pixel < count; ++pixel)
        k.storeElements(sums[row * count + pixel], output, offset(row, k.constant(pixel)));
    // Two at once, since each operation of a long chain waits for the one before.
    auto finish = [&](Value first, int64_t pixels) {
      epilogue.enterBlock();
      SmallVector<std::pair<Value, Value>> left; ///< Sums, and their rows of the result.
      for (int64_t row = 0; row < place.rows; ++row)
        for (int64_t pixel = 0; pixel < pixels; ++pixel) {
          Value at = k.add(first, pixel);
          left.emplace_back(k.loadElements(output, offset(row, at), place.lanes), resultRow(row, at));
        }
      for (auto [sum, row] : left)
        epilogue.finish(sum, row, place.channel, place.lanes);
    };
    int64_t together = place.rows == 1 ? 2 : 1, whole = count / together * together;
    k.loop(k.constant(0), k.constant(whole), together, [&](Value pixel) { finish(pixel, together); });
    if (whole != count)
      finish(k.constant(whole), count - whole);
  }

  void tile(const Place &place) {
    SmallVector<Value> sums = sumsOf(place);
    if (finishesInLoop)
      return finishInLoop(place, sums);
    epilogue.enterBlock();
    for (int64_t row = 0; row < place.rows; ++row) {
      Value first = k.add(k.mul(k.add(place.unit, row), width.out), place.pixels.column);
      for (int64_t pixel = 0; pixel < place.pixels.count; ++pixel)
        epilogue.finish(sums[row * place.pixels.count + pixel], k.add(first, pixel), place.channel, place.lanes);
    }
  }

  /// All pixels of some rows.
  void rows(Value unit, int64_t rows, ArrayRef<Channels> channels) {
    ImageRow at = imageRow(k, geometry, unit);
    auto column = [&](const PixelTile &pixels) {
      for (const Channels &some : channels)
        k.loop(some.begin, some.end, some.lanes,
               [&](Value channel) { tile({unit, at, rows, pixels, channel, some.lanes}); });
    };
    // All channels of some pixels, which lie side by side, before the next pixels.
    if (canSlide(width))
      forPixelTiles(k, width, rows == 1 ? shape.rowPixels : shape.pixels, column);
    else
      k.loop(k.constant(0), k.constant(width.out), 1, [&](Value at) { column({at, 1, PixelTile::Single}); });
  }

  /// The rows [first, last) of an image, of which those that see padding, and what is left of the others, one by one.
  void image(Value start, Value first, Value last, ArrayRef<Channels> channels) {
    int64_t together = shape.rows;
    if (together == 1)
      return k.loop(first, last, 1, [&](Value unit) { rows(unit, 1, channels); });
    Value begin = k.min(k.max(first, k.add(start, height.interiorBegin())), last);
    Value end = k.max(begin, k.min(k.add(start, height.interiorEnd()), last));
    Value whole = k.add(begin, k.mul(k.div(k.sub(end, begin), k.constant(together)), together));
    k.loop(begin, whole, together, [&](Value unit) { rows(unit, together, channels); });
    Value above = k.sub(begin, first);
    k.loop(k.constant(0), k.add(above, k.sub(last, whole)), 1, [&](Value index) {
      Value isAbove = k.less(index, above), base = arith::SelectOp::create(k.builder, k.loc, isAbove, first, whole);
      Value skipped = arith::SelectOp::create(k.builder, k.loc, isAbove, k.constant(0), above);
      rows(k.add(base, k.sub(index, skipped)), 1, channels);
    });
  }

  void images(ArrayRef<Channels> channels) {
    int64_t perImage = height.out;
    Value end = k.div(k.add(k.end, perImage - 1), k.constant(perImage));
    k.loop(k.div(k.begin, k.constant(perImage)), end, 1, [&](Value index) {
      Value start = k.mul(index, perImage);
      image(start, k.max(k.begin, start), k.min(k.end, k.add(start, perImage)), channels);
    });
  }

  void emit() {
    int64_t lanes = k.lanes(element), full = geometry.channels / lanes * lanes;
    Channels vectors{k.constant(0), k.constant(full), lanes};
    Channels rest{k.constant(full), k.constant(geometry.channels), geometry.channels - full};
    if (shape.channels == geometry.channels)
      return images(rest.lanes == 0 ? SmallVector<Channels>{vectors} : SmallVector<Channels>{vectors, rest});
    k.loop(vectors.begin, vectors.end, shape.channels,
           [&](Value begin) { images(Channels{begin, k.min(k.add(begin, shape.channels), vectors.end), lanes}); });
    if (rest.lanes != 0)
      images(rest);
  }
};

} // namespace

void codegen::emitDepthwiseConv(KernelBuilder &k) {
  auto op = cast<nn::ConvOp>(k.root());
  // The larger a tile, the more of a long epilogue's values are spilled. With few registers, tiles are so small that a
  // loop of its own takes longer.
  constexpr unsigned manyRegisters = 32;
  bool finishesInLoop = k.level.registers >= manyRegisters && canLeaveSums(k.kernel) && Epilogue::isLong(k.kernel);
  DepthwiseConv conv{k,
                     k.input(op.getInput()),
                     k.input(op.getFilter()),
                     geometryOf(op),
                     depthwiseTile(k.kernel, k.level),
                     finishesInLoop,
                     Epilogue(k)};
  conv.emit();
}
