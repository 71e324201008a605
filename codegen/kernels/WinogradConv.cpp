//===- WinogradConv.cpp - convolution in Winograd's tiles -----------------===//
//
// See codegen/plans/WinogradAxis.h for the algorithm and codegen/plans/Winograd.h for the blocks. In the scratch
// memory:
//
//   strip     [points of the height][columns under a row of tiles][16 channels]   the input, transformed along the
//   height inputs    [points][tiles][channels]                                           the input, transformed
//   products  [tiles][points][columns of some panels]                            a line more for each tile
//   half      [outputs along the height][points of the width][columns]            one tile, transformed back halfway
//
//   weights: panels [outputs / 16][points][channels][16], transformed
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Combine.h"
#include "codegen/kernels/FetchRegion.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Panels.h"
#include "codegen/kernels/RowGroups.h"
#include "codegen/kernels/Spatial.h"
#include "codegen/kernels/Tile.h"
#include "codegen/kernels/WinogradTransform.h"
#include "codegen/plans/GemmBlocks.h"
#include "codegen/plans/PooledTiles.h"
#include "codegen/plans/Winograd.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct WinogradConv {
  KernelBuilder &k;
  const View &input, &filter;
  Type element;
  Geometry geometry;
  WinogradTiling tiling;
  WinogradRegisters registers;
  WinogradScratch scratch;
  int64_t lanes;
  int64_t ahead;     ///< How many steps ahead weights are fetched; 0: not at all.
  int64_t streams;   ///< Places from which weights that are read once are fetched a point ahead; 0: not at all.
  bool finishesRows; ///< Whether the epilogue is a loop of its own.
  Epilogue epilogue; ///< Of the convolution.

  /// The pooling behind it (codegen/plans/PooledTiles.h).
  struct Pool {
    nn::WindowOp window;
    Joining joining;
    Epilogue epilogue;
  };
  std::optional<Pool> pool;

  /// A block of tiles: where it begins, and how many rows and columns of tiles it has.
  struct Block {
    Value image, tileRow, tileColumn, rows, columns;
  };

  /// Some neighbouring channels.
  struct Part {
    int64_t offset, lanes;
  };

  Value placeIn(Value memory, int64_t offset) { return k.at(memory, offset, element); }
  Value place(int64_t offset) { return placeIn(k.scratch, offset); }
  Type vector(const Part &part) { return k.vectorOf(element, part.lanes); }

  //===--------------------------------------------------------------------===//
  // The input
  //===--------------------------------------------------------------------===//

  /// Covers all channels: `body(first channel, vectors from it on)`, a line at a time.
  void forLines(llvm::function_ref<void(Value channel, ArrayRef<Part> parts)> body) {
    constexpr int64_t line = WinogradScratch::lineChannels;
    auto partsOf = [&](int64_t channels) {
      SmallVector<Part> parts;
      for (int64_t offset = 0; offset < channels; offset += lanes)
        parts.push_back({offset, std::min(lanes, channels - offset)});
      return parts;
    };
    int64_t whole = tiling.channels / line * line;
    k.loop(k.constant(0), k.constant(whole), line, [&](Value channel) { body(channel, partsOf(line)); });
    if (whole != tiling.channels)
      body(k.constant(whole), partsOf(tiling.channels - whole));
  }

  Value stripAt(Value row, Value column, int64_t offset) {
    Value index = k.add(k.mul(k.add(k.mul(row, scratch.stripColumns), column), WinogradScratch::lineChannels), offset);
    return k.at(place(scratch.strip), index, element);
  }

  void storeStrip(ValueRange rows, Value column, const Part &part) {
    for (auto [row, value] : llvm::enumerate(rows))
      k.store(value, stripAt(k.constant(row), column, part.offset));
  }

  /// The rows of the input under a row of tiles, and of each whether it is inside.
  struct Rows {
    Value first; ///< Pointer to the (virtual) first one, at the (virtual) column under the first tile.
    SmallVector<Value> inside;
    Value allInside;
  };

  Rows rowsUnder(const Block &block, Value tileRow) {
    const Axis &height = geometry.height, &width = geometry.width;
    Value top = k.add(k.mul(k.add(block.tileRow, tileRow), tiling.height.outputs), -height.pad);
    Value left = k.add(k.mul(block.tileColumn, tiling.width.outputs), -width.pad);
    Rows rows;
    auto both = [&](Value a, Value b) { return k.builder.createOrFold<arith::AndIOp>(k.loc, a, b); };
    auto isInside = [&](Value from, Value to) {
      return both(k.less(k.constant(-1), from), k.less(to, k.constant(height.in)));
    };
    for (int64_t row = 0; row < tiling.height.points(); ++row)
      rows.inside.push_back(isInside(k.add(top, row), k.add(top, row)));
    rows.allInside = isInside(top, k.add(top, tiling.height.points() - 1));
    Value pixel = k.add(k.mul(k.add(k.mul(block.image, height.in), top), width.in), left);
    rows.first = k.at(input.pointer, k.mul(pixel, k.dim(input.rowStride)), element);
    return rows;
  }

  /// Transforms a column of the strip along the height.
  void column(const Rows &rows, Value column, Value channel, ArrayRef<Part> parts, bool allInside) {
    Value stride = k.dim(input.rowStride);
    Value top = k.at(k.at(rows.first, k.mul(column, stride), element), channel, element);
    SmallVector<Value> pointers;
    for (int64_t row = 0; row < tiling.height.points(); ++row) {
      Value pointer = k.at(top, k.mul(k.mul(stride, geometry.width.in), row), element);
      if (!allInside)
        pointer = LLVM::SelectOp::create(k.builder, k.loc, rows.inside[row], pointer, place(scratch.zeros));
      pointers.push_back(pointer);
    }
    for (const Part &part : parts) {
      SmallVector<Value> values;
      for (Value pointer : pointers)
        values.push_back(k.load(vector(part), k.at(pointer, part.offset, element)));
      storeStrip(transformInputs(k, tiling.height, values), column, part);
    }
  }

  /// Whether some row of tiles sees rows outside the input.
  bool seesOutside() const {
    int64_t end = tiling.tileRows * tiling.height.outputs + tiling.height.kernel - 1 - geometry.height.pad;
    return geometry.height.pad > 0 || end > geometry.height.in;
  }

  /// The input under a row of tiles, transformed along the height.
  void fillStrip(const Block &block, const Rows &rows, Value channel, ArrayRef<Part> parts) {
    const Axis &width = geometry.width;
    Value left = k.add(k.mul(block.tileColumn, tiling.width.outputs), -width.pad);
    Value count = k.add(k.mul(block.columns, tiling.width.outputs), tiling.width.kernel - 1);
    Value begin = k.min(count, k.max(k.constant(0), k.sub(k.constant(0), left)));
    Value end = k.max(begin, k.min(count, k.sub(k.constant(width.in), left)));
    auto clear = [&](Value from, Value to) {
      k.loop(from, to, 1, [&](Value at) {
        for (const Part &part : parts)
          storeStrip(SmallVector<Value>(tiling.height.points(), k.constantVector(element, part.lanes, 0)), at, part);
      });
    };
    clear(k.constant(0), begin);
    auto columns = [&](bool allInside) {
      k.loop(begin, end, 1, [&](Value at) { column(rows, at, channel, parts, allInside); });
    };
    if (!seesOutside()) {
      columns(true);
    } else {
      k.when(rows.allInside, [&] { columns(true); });
      Value one = arith::ConstantOp::create(k.builder, k.loc, k.builder.getBoolAttr(true));
      k.when(k.builder.createOrFold<arith::XOrIOp>(k.loc, rows.allInside, one), [&] { columns(false); });
    }
    clear(end, count);
  }

  /// Transforms one tile of the strip along the width.
  void spread(Value stripColumn, Value tile, Value channel, ArrayRef<Part> parts) {
    k.loop(k.constant(0), k.constant(tiling.height.points()), 1, [&](Value row) {
      for (const Part &part : parts) {
        SmallVector<Value> values;
        for (int64_t i = 0; i < tiling.width.points(); ++i)
          values.push_back(k.load(vector(part), stripAt(row, k.add(stripColumn, i), part.offset)));
        Value first = k.mul(row, tiling.width.points());
        for (auto [i, value] : llvm::enumerate(transformInputs(k, tiling.width, values)))
          k.store(value, k.at(inputAt(k.scratch, k.add(first, i), tile), k.add(channel, part.offset), element));
      }
    });
  }

  Value inputAt(Value memory, Value point, Value tile) {
    Value index = k.mul(k.add(k.mul(point, tiling.tilesTogether()), tile), scratch.rowStride);
    return k.at(placeIn(memory, scratch.inputs), index, element);
  }

  void transformInput(const Block &block) {
    k.loop(k.constant(0), block.rows, 1, [&](Value tileRow) {
      Rows rows = rowsUnder(block, tileRow);
      forLines([&](Value channel, ArrayRef<Part> parts) {
        fillStrip(block, rows, channel, parts);
        k.loop(k.constant(0), block.columns, 1, [&](Value tile) {
          spread(k.mul(tile, tiling.width.outputs), k.add(k.mul(tileRow, block.columns), tile), channel, parts);
        });
      });
    });
  }

  //===--------------------------------------------------------------------===//
  // The products
  //===--------------------------------------------------------------------===//

  Value productAt(Value memory, Value tile, Value point, const TileColumn &column) {
    int64_t columns = scratch.panels * panelColumns;
    Value index = k.add(k.mul(tile, scratch.productStride), k.mul(point, columns));
    return k.at(placeIn(memory, scratch.products), k.add(index, column.panel * panelColumns + column.offset), element);
  }

  int64_t panelSize() const { return tiling.points() * tiling.channels * panelColumns; }

  /// What a tile that reads weights once has fetched in a step: what comes soon and, from memory, the next point's
  /// weights. Memory gives more of a few places at a time than of one. Behind a panel's last point comes the next
  /// panel.
  void fetchInOrder(Value weights, Value first, int64_t step) {
    if (ahead != 0)
      k.prefetchToFirst(farAt(k, weights, k.mul(first, panelColumns), element), (step + ahead) * panelColumns, element);
    if (streams < stepsTogether || step >= stepsTogether)
      return;
    int64_t size = llvm::divideCeil(tiling.channels, streams), turns = streams / stepsTogether;
    Value turn = k.div(first, k.constant(stepsTogether));
    Value stream = k.mul(k.rem(turn, k.constant(turns)), stepsTogether * size), line = k.div(turn, k.constant(turns));
    k.prefetch(farAt(k, weights, k.mul(k.add(stream, line), panelColumns), element),
               (tiling.channels + step * size) * panelColumns, element);
  }

  /// Multiplies a tile. In each turn of the loop a line is fetched from each of `fetched` into the second-level cache.
  void productTile(Value memory, Value point, Value tile, int64_t tiles, Value weights, const TileColumns &columns,
                   ValueRange fetched) {
    Accumulators start = zeroAccumulators(k, tiles, columns, element);
    auto prefetch = [&](Value first, int64_t step) {
      if (registers.readsOnce)
        fetchInOrder(weights, first, step);
      if (step == 0)
        for (Value from : fetched)
          k.prefetch(k.at(from, k.mul(first, panelColumns / stepsTogether), element), 0, element);
    };
    TileOperands operands{inputAt(memory, point, tile), k.constant(scratch.rowStride), weights, panelSize()};
    SmallVector<Value> sums =
        sumPanels(k, start, operands, tiling.channels, stepsTogether, Factors::of(element), prefetch);
    Accumulators done{tiles, columns, sums};
    for (int64_t r = 0; r < tiles; ++r)
      for (auto [index, column] : llvm::enumerate(columns.columns))
        k.store(done.at(r, index), productAt(memory, k.add(tile, r), point, column));
  }

  /// What is fetched for a block: its part of the result, which is written after the products, and the next block's
  /// part of the input.
  struct Images {
    FetchRegion result, input;
  };

  /// `rows` × `columns` pixels of an image.
  FetchRegion regionOf(const View &view, int64_t rows, int64_t columns, int64_t imageWidth) {
    std::optional<int64_t> pixel = Emit::constantOf(k.dim(view.rowStride));
    int64_t run = tiling.channels / stepsTogether * panelColumns; // A line in each turn of a tile's loop.
    if (!registers.fetchesImages || !pixel || view.storage != element || run == 0)
      return {};
    int64_t stride = imageWidth * *pixel;
    if (tiling.columnBlocks.parts == 1) // All rows are one.
      return {.rows = 1, .width = rows * stride, .stride = 0, .run = run};
    return {.rows = rows, .width = columns * *pixel, .stride = stride, .run = run};
  }

  Images fetchedImages() {
    int64_t rows = tiling.rowsTogether * tiling.height.outputs;
    int64_t columns = tiling.columnBlocks.size * tiling.width.outputs;
    int64_t side = pool ? poolSide : 1;
    return {.result = regionOf(k.output(0), rows / side, columns / side, geometry.width.out / side),
            .input =
                regionOf(input, rows + tiling.height.kernel - 1, columns + tiling.width.kernel - 1, geometry.width.in)};
  }

  Value resultOf(const Block &block) {
    int64_t side = pool ? poolSide : 1;
    Value top = k.mul(block.tileRow, tiling.height.outputs / side);
    Value left = k.mul(block.tileColumn, tiling.width.outputs / side);
    Value row = k.add(k.mul(block.image, geometry.height.out / side), top);
    Value pixel = k.add(k.mul(row, geometry.width.out / side), left);
    const View &result = k.output(0);
    return farAt(k, result.pointer, k.mul(pixel, k.dim(result.rowStride)), element);
  }

  Value inputOf(const Block &block) {
    Value top = k.add(k.mul(block.tileRow, tiling.height.outputs), -geometry.height.pad);
    Value left = k.add(k.mul(block.tileColumn, tiling.width.outputs), -geometry.width.pad);
    Value pixel = k.add(k.mul(k.add(k.mul(block.image, geometry.height.in), top), geometry.width.in), left);
    return farAt(k, input.pointer, k.mul(pixel, k.dim(input.rowStride)), element);
  }

  /// What the products of a panel or some are made of, and what is fetched meanwhile.
  struct Operands {
    Value memory, weights, panel, result, nextInput;
  };

  /// Where the images' run number `run` begins; after the last one something that is in the caches.
  Value imageRun(const Operands &operands, const Images &images, Value run, Value otherwise) {
    auto below = [&](Value run, const FetchRegion &region, Value first, Value otherwise) -> Value {
      Value is = k.less(run, k.constant(region.runs()));
      return LLVM::SelectOp::create(k.builder, k.loc, is, runAt(k, region, first, run, element), otherwise);
    };
    Value inputRun = k.add(run, -images.result.runs());
    return below(run, images.result, operands.result, below(inputRun, images.input, operands.nextInput, otherwise));
  }

  /// All points' products of a block of `tiles` tiles with a panel or some.
  void multiply(Value panel, const TileColumns &columns, int64_t tiles, Value result, Value nextInput) {
    Value weights = k.at(filter.pointer, k.mul(panel, panelSize()), element);
    k.outlined({k.scratch, weights, panel, result, nextInput}, [&](ValueRange inside) {
      multiplyIn({inside[0], inside[1], inside[2], inside[3], inside[4]}, columns, tiles);
    });
  }

  /// Weights that lie `steps` behind those of a point in a panel; where the panel ends before, these are the first ones
  /// of the next panels, not of the one behind it, which is multiplied now.
  Value behindPanels(Value weights, Value point, int64_t steps, int64_t panels) {
    int64_t pointsBehind = tiling.points() - steps / std::max<int64_t>(1, tiling.channels); // From here on.
    Value isInside = k.less(point, k.constant(pointsBehind));
    return farAt(k, weights, pastReadPanels(k, isInside, panels, panelSize()), element);
  }

  void multiplyIn(const Operands &operands, const TileColumns &columns, int64_t tiles) {
    int64_t pointSize = tiling.channels * panelColumns;
    EvenSplit split = evenSplit(tiles, registers.rows);
    int64_t larger = split.larger * split.size;
    // The panels have `parts` parts of as many lines as a tile's loop has turns. The first tiles fetch them.
    int64_t parts = columns.panels * stepsTogether, partSteps = tiling.channels / stepsTogether;
    int64_t fetching = ahead == 0 ? 0 : std::min({registers.fetching, split.parts, parts});
    Images images = fetchedImages();
    Value group = k.div(operands.panel, k.constant(scratch.panels));
    k.loop(k.constant(0), k.constant(tiling.points()), 1, [&](Value point) {
      Value weights = k.at(operands.weights, k.mul(point, pointSize), element);
      Value firstRun = k.mul(k.add(k.mul(group, tiling.points()), point), fetching);
      Value tile = k.constant(0);
      auto multiplyTile = [&](Value tile, int64_t rows, ValueRange fetched) {
        productTile(operands.memory, point, tile, rows, weights, columns, fetched);
      };
      for (int64_t i = 0; i < fetching; ++i) {
        SmallVector<Value> fetched;
        for (int64_t part = i * parts / fetching; part < (i + 1) * parts / fetching; ++part) {
          int64_t steps = ahead + part % stepsTogether * partSteps;
          Value from = k.at(weights, part / stepsTogether * panelSize() + steps * panelColumns, element);
          fetched.push_back(behindPanels(from, point, steps, columns.panels));
        }
        if (images.result.rows + images.input.rows > 0)
          fetched.push_back(imageRun(operands, images, k.add(firstRun, i), weights));
        multiplyTile(tile, split.sizeOf(i), fetched);
        tile = k.add(tile, split.sizeOf(i));
      }
      Value middle = k.max(tile, k.constant(larger));
      k.loop(tile, k.constant(larger), split.size, [&](Value tile) { multiplyTile(tile, split.size, {}); });
      if (larger != tiles)
        k.loop(middle, k.constant(tiles), split.size - 1, [&](Value tile) { multiplyTile(tile, split.size - 1, {}); });
    });
  }

  /// `body(how many tiles there are)`, for each number that can be taken together.
  void forSizes(const Block &block, llvm::function_ref<void(int64_t tiles)> body) {
    auto sizes = [](const EvenSplit &split) {
      SmallVector<int64_t> sizes{split.size};
      if (split.larger != split.parts)
        sizes.push_back(split.size - 1);
      return sizes;
    };
    Value tiles = k.mul(block.rows, block.columns);
    SmallVector<int64_t> numbers;
    for (int64_t blockRows : sizes(tiling.rowBlocks))
      for (int64_t rows : {std::min(blockRows, tiling.rowsTogether), blockRows % tiling.rowsTogether})
        for (int64_t columns : sizes(tiling.columnBlocks))
          if (rows * columns != 0 && !llvm::is_contained(numbers, rows * columns))
            numbers.push_back(rows * columns);
    if (numbers.size() == 1)
      return body(numbers.front());
    for (int64_t number : numbers) {
      Value isIt = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, tiles, k.constant(number));
      k.when(isIt, [&] { body(number); });
    }
  }

  //===--------------------------------------------------------------------===//
  // The result
  //===--------------------------------------------------------------------===//

  Value halfAt(Value row, Value point, const TileColumn &column) {
    int64_t columns = scratch.panels * panelColumns;
    Value index = k.mul(k.add(k.mul(row, tiling.width.points()), point), columns);
    return k.at(place(scratch.half), k.add(index, column.panel * panelColumns + column.offset), element);
  }

  /// Transforms a tile back along the height.
  void gatherHeight(Value tile, const TileColumns &columns) {
    k.loop(k.constant(0), k.constant(tiling.width.points()), 1, [&](Value point) {
      for (const TileColumn &column : columns.columns) {
        SmallVector<Value> values;
        for (int64_t i = 0; i < tiling.height.points(); ++i)
          values.push_back(k.load(k.vectorOf(element, lanes),
                                  productAt(k.scratch, tile, k.add(point, i * tiling.width.points()), column)));
        for (auto [row, value] : llvm::enumerate(transformProducts(k, tiling.height, values)))
          k.store(value, halfAt(k.constant(row), point, column));
      }
    });
  }

  /// Transforms a tile back along the width and finishes its first `pixels` columns and `rows` rows of the result, the
  /// first of which begins at row `row` of the result's matrix.
  void gatherWidth(Value row, Value rows, int64_t pixels, Value panel, const TileColumns &columns) {
    k.loop(k.constant(0), rows, 1, [&](Value outputRow) {
      Accumulators done = zeroAccumulators(k, pixels, columns, element);
      for (auto [index, column] : llvm::enumerate(columns.columns)) {
        SmallVector<Value> values;
        for (int64_t i = 0; i < tiling.width.points(); ++i)
          values.push_back(k.load(k.vectorOf(element, lanes), halfAt(outputRow, k.constant(i), column)));
        SmallVector<Value> outputs = transformProducts(k, tiling.width, values);
        for (int64_t pixel = 0; pixel < pixels; ++pixel)
          done.at(pixel, index) = outputs[pixel];
      }
      Value resultRow = k.add(row, k.mul(outputRow, geometry.width.out));
      Value resultColumn = k.mul(panel, panelColumns);
      finishTile(k, epilogue, done, resultRow, resultColumn, finishesRows);
    });
  }

  /// Where a tile is pooled: its first row of the convolution's matrix, and of the result's.
  struct PooledTile {
    Value convRow, resultRow;
  };

  /// Transforms a tile back along the width, finishes its first `pixels` columns and 2 × `pairs` rows and stores what
  /// its windows are pooled to. A row's windows are joined before the next row is transformed: few registers suffice.
  void poolWidth(const PooledTile &tile, Value pairs, int64_t pixels, Value panel, const TileColumns &columns) {
    k.loop(k.constant(0), pairs, 1, [&](Value pair) {
      epilogue.enterBlock();
      pool->epilogue.enterBlock();
      for (const TileColumn &part : columns.columns) {
        Value resultColumn = k.add(k.mul(panel, panelColumns), part.panel * panelColumns + part.offset);
        SmallVector<Value> joined(pixels / poolSide);
        for (int64_t row = 0; row < poolSide; ++row)
          poolRow(joined, tile.convRow, k.add(k.mul(pair, poolSide), row), resultColumn, part);
        Value resultRow = k.add(tile.resultRow, k.mul(pair, geometry.width.out / poolSide));
        for (auto [window, value] : llvm::enumerate(joined)) {
          if (pool->joining.kind == nn::ReduceKind::Mean)
            value = arith::MulFOp::create(k.builder, k.loc, value,
                                          k.constantVector(element, part.lanes, 1.0 / (poolSide * poolSide)));
          pool->epilogue.finish(value, k.add(resultRow, static_cast<int64_t>(window)), resultColumn, part.lanes);
        }
      }
    });
  }

  /// Joins one of a tile's rows, transformed back along the width, into windows.
  void poolRow(SmallVectorImpl<Value> &joined, Value tileRow, Value outputRow, Value resultColumn,
               const TileColumn &part) {
    SmallVector<Value> values;
    for (int64_t i = 0; i < tiling.width.points(); ++i)
      values.push_back(k.load(k.vectorOf(element, lanes), halfAt(outputRow, k.constant(i), part)));
    SmallVector<Value> outputs = transformProducts(k, tiling.width, values);
    Value row = k.add(tileRow, k.mul(outputRow, geometry.width.out));
    for (int64_t pixel = 0, e = static_cast<int64_t>(joined.size()) * poolSide; pixel < e; ++pixel) {
      Value sum = k.firstLanes(outputs[pixel], part.lanes);
      Value value = epilogue.compute(pool->window.getInput(), sum, k.add(row, pixel), resultColumn, part.lanes);
      Value &window = joined[pixel / poolSide];
      window = window ? pool->joining.combine(window, value) : value;
    }
  }

  /// The results of a block of tiles, from their products.
  void finishBlock(const Block &block, Value panel, const TileColumns &columns) {
    const Axis &height = geometry.height, &width = geometry.width;
    int64_t wholeColumns = width.out / tiling.width.outputs, rest = width.out % tiling.width.outputs;
    k.loop(k.constant(0), block.rows, 1, [&](Value tileRow) {
      Value top = k.mul(k.add(block.tileRow, tileRow), tiling.height.outputs);
      Value rows = height.out % tiling.height.outputs == 0
                       ? k.constant(tiling.height.outputs)
                       : k.min(k.constant(tiling.height.outputs), k.sub(k.constant(height.out), top));
      auto tile = [&](Value tileColumn, int64_t pixels) {
        Value left = k.mul(k.add(block.tileColumn, tileColumn), tiling.width.outputs);
        Value row = k.add(k.mul(k.add(k.mul(block.image, height.out), top), width.out), left);
        if (pool && pixels < poolSide) // Windows end before.
          return;
        gatherHeight(k.add(k.mul(tileRow, block.columns), tileColumn), columns);
        if (!pool)
          return gatherWidth(row, rows, pixels, panel, columns);
        Value side = k.constant(poolSide);
        Value pooledTop = k.add(k.mul(block.image, height.out / poolSide), k.div(top, side));
        Value pooledRow = k.add(k.mul(pooledTop, width.out / poolSide), k.div(left, side));
        poolWidth({row, pooledRow}, k.div(rows, side), pixels, panel, columns);
      };
      Value whole = rest == 0 ? block.columns : k.min(block.columns, k.sub(k.constant(wholeColumns), block.tileColumn));
      k.loop(k.constant(0), whole, 1, [&](Value tileColumn) { tile(tileColumn, tiling.width.outputs); });
      if (rest != 0)
        k.when(k.less(whole, block.columns), [&] { tile(whole, rest); });
    });
  }

  //===--------------------------------------------------------------------===//
  // Blocks and groups
  //===--------------------------------------------------------------------===//

  Block blockOf(Value index) {
    Block block;
    block.image = k.div(index, k.constant(tiling.blocks()));
    Value inImage = k.rem(index, k.constant(tiling.blocks()));
    Value row = k.div(inImage, k.constant(tiling.columnBlocks.parts));
    Value column = k.rem(inImage, k.constant(tiling.columnBlocks.parts));
    block.tileRow = firstRow(k, tiling.rowBlocks, row);
    block.tileColumn = firstRow(k, tiling.columnBlocks, column);
    auto sizeOf = [&](const EvenSplit &split, Value part, Value first) {
      return split.larger == split.parts ? k.constant(split.size) : k.sub(firstRow(k, split, k.add(part, 1)), first);
    };
    block.rows = sizeOf(tiling.rowBlocks, row, block.tileRow);
    block.columns = sizeOf(tiling.columnBlocks, column, block.tileColumn);
    return block;
  }

  /// All of a block's work with the groups [begin, end); `next` is what will be transformed afterwards.
  void emitBlock(const Block &block, const Block &next, Value beginGroup, Value endGroup) {
    transformInput(block);
    Value result = registers.fetchesImages ? resultOf(block) : k.scratch;
    Value nextInput = registers.fetchesImages ? inputOf(next) : k.scratch;
    int64_t perGroup = llvm::alignTo(tiling.groupPanels(), scratch.panels);
    Value firstPanel = k.mul(beginGroup, perGroup);
    // Groups are rounded up, so that the last ones may have nothing to do.
    k.when(k.less(firstPanel, k.constant(llvm::divideCeil(tiling.outputs, panelColumns))), [&] {
      forPanels(k, firstPanel, k.mul(endGroup, perGroup), tiling.outputs, lanes, scratch.panels,
                [&](Value panel, const TileColumns &columns) {
                  forSizes(block, [&](int64_t tiles) { multiply(panel, columns, tiles, result, nextInput); });
                  finishBlock(block, panel, columns);
                });
    });
  }

  /// Units [begin, end): groups of output channels' panels in blocks of tiles.
  void emit() {
    Value groups = k.constant(tiling.groups);
    k.store(k.constantVector(element, WinogradScratch::lineChannels, 0), place(scratch.zeros));
    Value firstBlock = k.div(k.begin, groups), endBlock = k.div(k.add(k.end, tiling.groups - 1), groups);
    k.loop(firstBlock, endBlock, 1, [&](Value index) {
      Block block = blockOf(index);
      Value firstUnit = k.mul(index, tiling.groups);
      Value firstGroup = k.max(k.constant(0), k.sub(k.begin, firstUnit));
      Value endGroup = k.min(groups, k.sub(k.end, firstUnit));
      int64_t together = tiling.rowsTogether;
      if (together == tiling.rowBlocks.size)
        return emitBlock(block, blockOf(k.add(index, 1)), firstGroup, endGroup);
      k.loop(k.constant(0), block.rows, together, [&](Value row) {
        Block part = block, next = block;
        part.tileRow = k.add(block.tileRow, row);
        part.rows = together == 1 ? k.constant(1) : k.min(k.constant(together), k.sub(block.rows, row));
        next.tileRow = k.add(part.tileRow, part.rows);
        emitBlock(part, next, firstGroup, endGroup);
      });
    });
  }
};

} // namespace

void codegen::emitWinogradConv(KernelBuilder &k) {
  auto op = cast<nn::ConvOp>(k.root());
  const View &input = k.input(op.getInput());
  WinogradTiling tiling = winogradTiling(k.kernel, k.level);
  WinogradRegisters registers = winogradRegisters(tiling, k.level);
  WinogradConv conv{.k = k,
                    .input = input,
                    .filter = k.input(op.getFilter()),
                    .element = input.element,
                    .geometry = geometryOf(op),
                    .tiling = tiling,
                    .registers = registers,
                    .scratch = winogradScratch(tiling, k.level),
                    .lanes = k.lanes(input.element),
                    .ahead = k.kernel.getPlan()->get("ahead", registers.ahead),
                    .streams = k.kernel.getPlan()->get("streams", 0),
                    .finishesRows = canLeaveSums(k.kernel) && Epilogue::isLong(k.kernel),
                    .epilogue = Epilogue(k, op, nn::dimsOf(op.getType())),
                    .pool = std::nullopt};
  if (nn::WindowOp window = poolOf(k.kernel))
    conv.pool.emplace(WinogradConv::Pool{.window = window,
                                         .joining = {k, window.getKind(), input.element},
                                         .epilogue = Epilogue(k, window, k.output(0).dims)});
  conv.emit();
}
