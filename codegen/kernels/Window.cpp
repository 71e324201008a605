//===- Window.cpp - pooling -----------------------------------------------===//
//
// Channels are the lanes. Some neighbouring pixels of a row are computed together: first each column of their windows
// by itself, then for each pixel those that it sees. What lies in the padding is left out: at the sides because tiles
// there are code of their own, above and below by the bounds of a loop. A mean divides by how many positions were
// inside (or inside the padded input, with count_include_pad).
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

  /// Where a tile is.
  struct Place {
    Value unit;
    ImageRow at;
    std::pair<Value, Value> rows; ///< Those of the window that are inside of the input.
    PixelTile pixels;
    Value channel;
    int64_t lanes;
  };

  /// The input columns that a tile's pixels see, counted from its first one's first.
  SmallVector<int64_t> columnsUnder(const PixelTile &pixels) const {
    SmallVector<int64_t> columns;
    int64_t last = (pixels.count - 1) * width.stride + (width.kernel - 1) * width.dilation;
    for (int64_t column = 0; column <= last; ++column) {
      bool isUsed = llvm::any_of(llvm::seq<int64_t>(0, pixels.count), [&](int64_t pixel) {
        int64_t distance = column - pixel * width.stride;
        return distance >= 0 && distance % width.dilation == 0 && distance / width.dilation < width.kernel;
      });
      if (isUsed && pixels.sees(width, column))
        columns.push_back(column);
    }
    return columns;
  }

  /// How many pixels a tile has at most: their columns stay in registers.
  int64_t mostPixels() const {
    int64_t count = 1, columns = k.level.registers - 6;
    while (count < 8 && columnsUnder({nullptr, count + 1, PixelTile::Whole}).size() <= static_cast<size_t>(columns))
      ++count;
    return count;
  }

  /// Each of these columns, joined over the window's rows.
  SmallVector<Value> joinedColumns(const Place &place, ArrayRef<int64_t> columns) {
    Value first = k.add(k.mul(place.pixels.column, width.stride), -width.pad);
    auto valuesOf = [&](Value row) {
      Value base = k.add(k.mul(k.add(k.mul(storedRow(k, row), width.in), first), rowStride), place.channel);
      return llvm::map_to_vector(columns, [&](int64_t column) {
        return k.loadElements(input, k.add(base, k.mul(rowStride, column)), place.lanes);
      });
    };
    auto join = [&](ValueRange known, ArrayRef<Value> more) {
      return llvm::map_to_vector(llvm::zip_equal(known, more),
                                 [&](auto pair) { return joining.combine(std::get<0>(pair), std::get<1>(pair)); });
    };
    SmallVector<Value> joined(columns.size(), joining.neutral(place.lanes));
    constexpr int64_t mostRows = 8; // of which each is code of its own
    if (height.kernel > mostRows)
      return k.loop(place.rows.first, place.rows.second, 1, joined, [&](Value windowRow, ValueRange known) {
        return join(known, valuesOf(k.add(place.at.inputRow, k.mul(windowRow, height.dilation))));
      });
    bool isFirst = true;
    SmallVector<InputRow> rows = inputRowsUnder(height, 1);
    llvm::sort(rows, [](const InputRow &a, const InputRow &b) {
      return std::pair(!a.isInside, a.offset) < std::pair(!b.isInside, b.offset);
    });
    for (const InputRow &row : rows) {
      auto values = [&] { return valuesOf(k.add(place.at.inputRow, row.offset)); };
      bool begins = std::exchange(isFirst, false) && row.isInside;
      joined =
          begins ? values() : whereInside(k, height, place.at.row, row, joined, [&] { return join(joined, values()); });
    }
    return joined;
  }

  SmallVector<Value> whole(const Place &place) {
    SmallVector<int64_t> columns = columnsUnder(place.pixels);
    SmallVector<Value> joined = joinedColumns(place, columns), results(place.pixels.count);
    auto read = [&](int64_t column) {
      auto found = llvm::find(columns, column);
      return found == columns.end() ? Value() : joined[found - columns.begin()];
    };
    slide(width, place.pixels.count, read, [&](Value value, int64_t pixel, int64_t) {
      results[pixel] = results[pixel] ? joining.combine(results[pixel], value) : value;
    });
    for (Value &result : results)
      if (!result)
        result = joining.neutral(place.lanes);
    return results;
  }

  /// One pixel of which nothing is known.
  SmallVector<Value> single(const Place &place) {
    auto [begin, end] = insideRange(k, width, place.pixels.column);
    Value first = k.add(k.mul(place.pixels.column, width.stride), -width.pad);
    Value start = joining.neutral(place.lanes);
    return k.loop(place.rows.first, place.rows.second, 1, ValueRange(start), [&](Value windowRow, ValueRange known) {
      Value inputRow = k.add(place.at.inputRow, k.mul(windowRow, height.dilation));
      Value sourceRow = k.mul(storedRow(k, inputRow), width.in);
      return k.loop(begin, end, 1, known, [&](Value windowColumn, ValueRange inner) {
        Value source = k.add(sourceRow, k.add(first, k.mul(windowColumn, width.dilation)));
        Value value = k.loadElements(input, k.add(k.mul(source, rowStride), place.channel), place.lanes);
        return SmallVector<Value>{joining.combine(inner[0], value)};
      });
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

  void tile(const Place &place) {
    SmallVector<Value> results = place.pixels.sight == PixelTile::Single ? single(place) : whole(place);
    epilogue.enterBlock();
    for (auto [pixel, result] : llvm::enumerate(results)) {
      Value column = k.add(place.pixels.column, static_cast<int64_t>(pixel));
      if (op.getKind() == nn::ReduceKind::Mean) {
        std::pair<Value, Value> columns{k.constant(0), k.constant(width.kernel)};
        if (place.pixels.sight != PixelTile::Whole)
          columns = insideRange(k, width, column);
        Value rows = k.sub(place.rows.second, place.rows.first);
        Value count = countOf(place.at.row, column, rows, k.sub(columns.second, columns.first));
        result = arith::DivFOp::create(k.builder, k.loc, result, k.splat(count, place.lanes));
      }
      epilogue.finish(result, k.add(k.mul(place.unit, width.out), column), place.channel, place.lanes);
    }
  }

  void row(Value unit) {
    ImageRow at = imageRow(k, geometry, unit);
    std::pair<Value, Value> rows = insideRange(k, height, at.row);
    auto column = [&](const PixelTile &pixels) {
      forChannels(k, geometry.channels, k.lanes(element),
                  [&](Value channel, int64_t lanes) { tile({unit, at, rows, pixels, channel, lanes}); });
    };
    if (canSlide(width))
      forPixelTiles(k, width, mostPixels(), column);
    else
      k.loop(k.constant(0), k.constant(width.out), 1, [&](Value at) { column({at, 1, PixelTile::Single}); });
  }
};

} // namespace

void codegen::emitWindow(KernelBuilder &k) {
  auto op = cast<nn::WindowOp>(k.root());
  Window window{k, op, k.input(op.getInput()), geometryOf(op), Epilogue(k)};
  k.loop(k.begin, k.end, 1, [&](Value unit) { window.row(unit); });
}
