//===- Conv.cpp - direct convolution in register tiles --------------------===//
//
// A tile is some neighbouring output pixels of one image row × some panels of output channels. The sum over filter
// rows, filter columns and input channels stays in registers. Filter positions in the padding are left out: whole
// filter rows by the bounds of a loop; filter columns, at the border, for those pixels of a tile that they would be in
// the padding of.
//
//   weights: per group, panels [outputs / 16][kernel height][kernel width][channels][16]
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Spatial.h"
#include "codegen/kernels/Tile.h"
#include "codegen/plans/ConvUnits.h"
#include "codegen/plans/GemmBlocks.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct Conv {
  KernelBuilder &k;
  const View &input, &filter;
  Type element;
  Geometry geometry;
  int64_t channels, outputs; ///< Of one group.
  TileShape tiles;
  bool finishesRows; ///< Whether the epilogue is a loop of its own.
  int64_t lanes;
  Epilogue epilogue;

  int64_t depth() const { return geometry.height.kernel * geometry.width.kernel * channels; }

  /// Where an output row is.
  struct Place {
    Value inputRow;    ///< Pointer to the (virtual) input row under filter row 0, at the group's first channel.
    Value firstResult; ///< The result's row of its first pixel.
    Value kernelRowBegin, kernelRowEnd; ///< Filter rows inside the input.
  };

  /// Sums input channels (or, where filter columns lie side by side in memory, all of a filter row) into some of a
  /// tile's pixels.
  SmallVector<Value> sumRun(const Accumulators &tile, Value inputRun, Value weightRun, int64_t length,
                            Value pixelStride, std::optional<TileRows> pixels = std::nullopt) {
    return sumSteps(k, tile, length, stepsTogether, [&](Accumulators &now, Value first, int64_t step) {
      Value source = k.at(inputRun, first, element);
      Value line = k.at(k.at(weightRun, k.mul(first, panelColumns), element), step * panelColumns, element);
      multiplyStep(
          k, now,
          [&](const TileColumn &c) {
            return k.load(k.vectorOf(element, lanes), k.at(line, c.panel * depth() * panelColumns + c.offset, element));
          },
          [&](int64_t pixel) {
            return k.load(element, k.at(k.at(source, k.mul(pixelStride, pixel), element), step, element));
          },
          pixels);
    });
  }

  /// Adds one filter row to a tile. `source` is the input under its column 0 and the tile's first pixel.
  SmallVector<Value> sumFilterRow(Accumulators tile, Value source, Value weights, const PixelTile &pixels) {
    const Axis &width = geometry.width;
    Value rowStride = k.dim(input.rowStride), pixelStride = k.mul(rowStride, width.stride);
    bool runsTogether = width.dilation == 1 && Emit::constantOf(rowStride) == channels;
    if (pixels.sight == PixelTile::Whole && runsTogether)
      return sumRun(tile, source, weights, width.kernel * channels, pixelStride);
    auto sumColumn = [&](const Accumulators &now, Value filterColumn, std::optional<TileRows> seeing) {
      Value run = k.at(source, k.mul(filterColumn, k.mul(rowStride, width.dilation)), element);
      Value lines = k.at(weights, k.mul(filterColumn, channels * panelColumns), element);
      return sumRun(now, run, lines, channels, pixelStride, seeing);
    };
    if (pixels.sight == PixelTile::Border) {
      for (int64_t filterColumn = 0; filterColumn < width.kernel; ++filterColumn)
        if (TileRows seeing = pixels.seeing(width, filterColumn); seeing.begin < seeing.end)
          tile.values = sumColumn(tile, k.constant(filterColumn), seeing);
      return tile.values;
    }
    Value begin = k.constant(0), end = k.constant(width.kernel);
    if (pixels.sight != PixelTile::Whole)
      std::tie(begin, end) = insideRange(k, width, pixels.column);
    return k.loop(begin, end, 1, tile.values, [&](Value filterColumn, ValueRange carried) {
      Accumulators now{tile.rows, tile.columns, SmallVector<Value>(carried)};
      return sumColumn(now, filterColumn, std::nullopt);
    });
  }

  void tile(const Place &place, const PixelTile &pixels, Value group, Value panel, const TileColumns &shape) {
    const Axis &height = geometry.height, &width = geometry.width;
    Value rowStride = k.dim(input.rowStride);
    Value inputRowStride = k.mul(rowStride, width.in * height.dilation);
    Value firstColumn = k.add(k.mul(pixels.column, width.stride), -width.pad);
    Value origin = k.at(place.inputRow, k.mul(firstColumn, rowStride), element);
    int64_t panelsPerGroup = llvm::divideCeil(outputs, panelColumns);
    Value panelStart =
        k.at(filter.pointer, k.mul(k.add(k.mul(group, panelsPerGroup), panel), depth() * panelColumns), element);
    Accumulators start = zeroAccumulators(k, pixels.count, shape, element);
    SmallVector<Value> sums =
        k.loop(place.kernelRowBegin, place.kernelRowEnd, 1, start.values, [&](Value kernelRow, ValueRange carried) {
          Accumulators now{pixels.count, shape, SmallVector<Value>(carried)};
          Value source = k.at(origin, k.mul(kernelRow, inputRowStride), element);
          Value weights = k.at(panelStart, k.mul(kernelRow, width.kernel * channels * panelColumns), element);
          return sumFilterRow(now, source, weights, pixels);
        });
    Accumulators done{pixels.count, shape, sums};
    Value column = k.add(k.mul(group, outputs), k.mul(panel, panelColumns));
    Value row = k.add(place.firstResult, pixels.column);
    finishTile(k, epilogue, done, row, column, finishesRows);
  }

  Place placeOf(Value unit, Value group) {
    const Axis &height = geometry.height, &width = geometry.width;
    ImageRow at = imageRow(k, geometry, unit);
    Place place;
    place.inputRow = k.at(k.at(input.pointer, k.mul(k.mul(at.inputRow, width.in), k.dim(input.rowStride)), element),
                          k.mul(group, channels), element);
    std::tie(place.kernelRowBegin, place.kernelRowEnd) = insideRange(k, height, at.row);
    place.firstResult = k.mul(unit, width.out);
    return place;
  }

  /// All pixels of one output row, for some panels.
  void row(Value unit, Value group, Value panel, const TileColumns &shape) {
    Place place = placeOf(unit, group);
    forPixelTiles(
        k, geometry.width, tiles.rows, [&](const PixelTile &pixels) { tile(place, pixels, group, panel, shape); },
        /*knowsAlike=*/true);
  }

  /// Units are image rows.
  void rows(int64_t groups) {
    // Weights stay in the caches while the image rows pass by.
    k.loop(k.constant(0), k.constant(groups), 1, [&](Value group) {
      forPanels(k, k.constant(0), std::nullopt, outputs, lanes, tiles.panels,
                [&](Value panel, const TileColumns &shape) {
                  k.loop(k.begin, k.end, 1, [&](Value unit) { row(unit, group, panel, shape); });
                });
    });
  }

  /// Units are some pixels of an image row: as many whole tiles as the level has there.
  void pixels(int64_t parts) {
    EvenSplit split = evenSplit(geometry.width.out, tiles.rows);
    auto tileOf = [&](Value part) { return k.div(k.mul(part, split.parts), k.constant(parts)); };
    forPanels(k, k.constant(0), std::nullopt, outputs, lanes, tiles.panels, [&](Value panel, const TileColumns &shape) {
      k.loop(k.div(k.begin, k.constant(parts)), k.ceilDivClamped(k.end, parts), 1, [&](Value image) {
        Value first = k.mul(image, parts);
        Value from = k.max(k.sub(k.begin, first), k.constant(0)), to = k.min(k.sub(k.end, first), k.constant(parts));
        Place place = placeOf(image, k.constant(0));
        PixelTileRange range{tileOf(from), tileOf(to)};
        forPixelTiles(
            k, geometry.width, tiles.rows,
            [&](const PixelTile &pixels) { tile(place, pixels, k.constant(0), panel, shape); }, /*knowsAlike=*/true,
            range);
      });
    });
  }

  /// Units are some columns of an image row: there is one of these in an image.
  void columns() {
    constexpr int64_t panels = convUnitColumns / panelColumns;
    int64_t parts = llvm::divideCeil(outputs, convUnitColumns);
    k.loop(k.begin, k.end, 1, [&](Value unit) {
      Value image = k.div(unit, k.constant(parts)), first = k.mul(k.rem(unit, k.constant(parts)), panels);
      forPanels(k, first, k.add(first, panels), outputs, lanes, tiles.panels,
                [&](Value panel, const TileColumns &shape) { row(image, k.constant(0), panel, shape); });
    });
  }
};

} // namespace

void codegen::emitConv(KernelBuilder &k) {
  auto op = cast<nn::ConvOp>(k.root());
  auto filter = op.getFilter().getType();
  int64_t rank = filter.getRank(), groups = op.getGroups();
  const View &input = k.input(op.getInput()), &weights = k.input(op.getFilter());
  Geometry geometry = geometryOf(op);
  int64_t outputs = filter.getDimSize(rank - 1) / groups;
  bool areUnits = sharesColumns(k.kernel);
  TileShape tiles = tileShape(k.level, k.lanes(input.element), convTileUse(k.kernel));
  Conv conv{.k = k,
            .input = input,
            .filter = weights,
            .element = input.element,
            .geometry = geometry,
            .channels = filter.getDimSize(rank - 2),
            .outputs = outputs,
            .tiles = tiles,
            .finishesRows = canLeaveSums(k.kernel) && Epilogue::isLong(k.kernel),
            .lanes = k.lanes(input.element),
            .epilogue = Epilogue(k)};
  if (int64_t parts = pixelParts(k.kernel); parts > 1)
    conv.pixels(parts);
  else if (areUnits)
    conv.columns();
  else
    conv.rows(groups);
}
