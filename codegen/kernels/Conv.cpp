//===- Conv.cpp - direct convolution in register tiles --------------------===//
//
// A tile is some neighbouring output pixels of one image row × some panels of output channels. The sum over filter
// rows, filter columns and input channels stays in registers. Filter positions in the padding are left out: whole
// filter rows by the bounds of a loop, filter columns by giving border pixels tiles of their own.
//
//   weights: per group, panels [outputs / 16][kernel height][kernel width][channels][16]
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Spatial.h"
#include "codegen/kernels/Tile.h"

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
  int64_t lanes;
  Epilogue epilogue;

  int64_t depth() const { return geometry.height.kernel * geometry.width.kernel * channels; }

  /// Where a tile is: filter rows and columns inside the input, and the pixels' places.
  struct Place {
    Value inputRow;  ///< Pointer to the (virtual) input row under filter row 0, at the group's first channel.
    Value column;    ///< The first output pixel's column.
    Value resultRow; ///< Its row in the result.
    Value kernelRowBegin, kernelRowEnd;
    Value kernelColumnBegin, kernelColumnEnd;
  };

  /// Sums input channels (or, where filter columns lie side by side in memory, all of a filter row) into `tile`.
  SmallVector<Value> sumRun(Accumulators &tile, Value inputRun, Value weightRun, int64_t length, Value pixelStride) {
    return k.loop(k.constant(0), k.constant(length), 1, tile.values, [&](Value step, ValueRange carried) {
      Accumulators now{tile.rows, tile.columns, SmallVector<Value>(carried)};
      Value source = k.at(inputRun, step, element), line = k.at(weightRun, k.mul(step, panelColumns), element);
      multiplyStep(
          k, now,
          [&](const TileColumn &c) {
            return k.load(k.vectorOf(element, lanes), k.at(line, c.panel * depth() * panelColumns + c.offset, element));
          },
          [&](int64_t pixel) { return k.load(element, k.at(source, k.mul(pixelStride, pixel), element)); });
      return now.values;
    });
  }

  void tile(const Place &place, int64_t pixels, bool wholeFilterRow, Value group, Value panel,
            const TileColumns &shape) {
    const Axis &height = geometry.height, &width = geometry.width;
    Value rowStride = k.dim(input.rowStride);
    Value inputRowStride = k.mul(rowStride, width.in * height.dilation);
    Value pixelStride = k.mul(rowStride, width.stride);
    Value firstColumn = k.add(k.mul(place.column, width.stride), -width.pad);
    Value origin = k.at(place.inputRow, k.mul(firstColumn, rowStride), element);
    int64_t panelsPerGroup = llvm::divideCeil(outputs, panelColumns);
    Value panelStart =
        k.at(filter.pointer, k.mul(k.add(k.mul(group, panelsPerGroup), panel), depth() * panelColumns), element);
    bool runsTogether = wholeFilterRow && width.dilation == 1 && Emit::constantOf(rowStride) == channels;

    Accumulators start = zeroAccumulators(k, pixels, shape, element);
    SmallVector<Value> sums =
        k.loop(place.kernelRowBegin, place.kernelRowEnd, 1, start.values, [&](Value kernelRow, ValueRange outer) {
          Value source = k.at(origin, k.mul(kernelRow, inputRowStride), element);
          Value weights = k.at(panelStart, k.mul(kernelRow, width.kernel * channels * panelColumns), element);
          if (runsTogether) {
            Accumulators now{pixels, shape, SmallVector<Value>(outer)};
            return sumRun(now, source, weights, width.kernel * channels, pixelStride);
          }
          return k.loop(place.kernelColumnBegin, place.kernelColumnEnd, 1, outer,
                        [&](Value kernelColumn, ValueRange inner) {
                          Accumulators now{pixels, shape, SmallVector<Value>(inner)};
                          Value run = k.at(source, k.mul(kernelColumn, k.mul(rowStride, width.dilation)), element);
                          return sumRun(now, run, k.at(weights, k.mul(kernelColumn, channels * panelColumns), element),
                                        channels, pixelStride);
                        });
        });
    Accumulators done{pixels, shape, sums};
    Value column = k.add(k.mul(group, outputs), k.mul(panel, panelColumns));
    finishTile(k, epilogue, done, place.resultRow, column);
  }

  /// All pixels of one output row, for some panels.
  void row(Value unit, Value group, Value panel, const TileColumns &shape, int64_t interiorTile) {
    const Axis &height = geometry.height, &width = geometry.width;
    ImageRow at = imageRow(k, geometry, unit);
    Place place;
    place.inputRow = k.at(k.at(input.pointer, k.mul(k.mul(at.inputRow, width.in), k.dim(input.rowStride)), element),
                          k.mul(group, channels), element);
    std::tie(place.kernelRowBegin, place.kernelRowEnd) = insideRange(k, height, at.row);
    Value firstResult = k.mul(unit, width.out);
    auto pixels = [&](Value from, int64_t count, bool whole) {
      Place here = place;
      here.column = from;
      here.resultRow = k.add(firstResult, from);
      if (whole) {
        here.kernelColumnBegin = k.constant(0);
        here.kernelColumnEnd = k.constant(width.kernel);
      } else {
        std::tie(here.kernelColumnBegin, here.kernelColumnEnd) = insideRange(k, width, from);
      }
      tile(here, count, whole, group, panel, shape);
    };
    forPixels(k, width, interiorTile, pixels);
  }

  void emit(int64_t groups) {
    int64_t interior = geometry.width.interiorEnd() - geometry.width.interiorBegin();
    int64_t interiorTile = std::clamp<int64_t>(interior, 1, maxTileRows(k.level));
    int64_t panels = tilePanels(k.level, lanes, interiorTile);
    // Weights stay in the caches while the image rows pass by.
    k.loop(k.constant(0), k.constant(groups), 1, [&](Value group) {
      forPanels(k, k.constant(0), std::nullopt, outputs, lanes, panels, [&](Value panel, const TileColumns &shape) {
        k.loop(k.begin, k.end, 1, [&](Value unit) { row(unit, group, panel, shape, interiorTile); });
      });
    });
  }
};

} // namespace

void codegen::emitConv(KernelBuilder &k) {
  auto op = cast<nn::ConvOp>(k.root());
  auto filter = op.getFilter().getType();
  int64_t rank = filter.getRank(), groups = op.getGroups();
  const View &input = k.input(op.getInput()), &weights = k.input(op.getFilter());
  Conv conv{.k = k,
            .input = input,
            .filter = weights,
            .element = input.element,
            .geometry = geometryOf(op),
            .channels = filter.getDimSize(rank - 2),
            .outputs = filter.getDimSize(rank - 1) / groups,
            .lanes = k.lanes(input.element),
            .epilogue = Epilogue(k)};
  conv.emit(groups);
}
