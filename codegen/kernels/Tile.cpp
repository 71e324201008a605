//===- Tile.cpp - register tiles: rows × columns of accumulators ----------===//

#include "codegen/kernels/Tile.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

TileColumns codegen::tileColumns(int64_t lanes, int64_t panels, int64_t columnsLeft) {
  TileColumns result;
  result.panels = panels;
  for (int64_t panel = 0; panel < panels; ++panel)
    for (int64_t offset = 0; offset < panelColumns; offset += lanes) {
      int64_t left = columnsLeft - panel * panelColumns - offset;
      if (left > 0)
        result.columns.push_back({panel, offset, std::min(lanes, left)});
    }
  return result;
}

void codegen::forPanels(KernelBuilder &k, Value begin, std::optional<Value> end, int64_t columns, int64_t lanes,
                        int64_t panels, llvm::function_ref<void(Value, const TileColumns &)> body) {
  int64_t total = llvm::divideCeil(columns, panelColumns);
  int64_t fullPanels = columns / panelColumns; // A panel that is not full cannot be in the loop.
  int64_t inLoop = fullPanels / panels * panels;
  Value loopEnd = k.constant(inLoop);
  k.loop(begin, end ? k.min(*end, loopEnd) : loopEnd, panels,
         [&](Value panel) { body(panel, tileColumns(lanes, panels, panels * panelColumns)); });
  if (inLoop == total)
    return;
  auto rest = [&] {
    for (int64_t panel = inLoop; panel < total;) {
      int64_t count = std::min(panels, total - panel);
      body(k.constant(panel), tileColumns(lanes, count, columns - panel * panelColumns));
      panel += count;
    }
  };
  if (end)
    k.when(k.less(loopEnd, *end), rest);
  else
    rest();
}

void codegen::forRows(KernelBuilder &k, Value begin, Value end, int64_t tile, std::optional<int64_t> total,
                      llvm::function_ref<void(Value, int64_t)> body) {
  if (tile == 1)
    return k.loop(begin, end, 1, [&](Value row) { body(row, 1); });
  Value fullRows = k.mul(k.div(k.sub(end, begin), k.constant(tile)), tile);
  Value fullEnd = k.add(begin, fullRows);
  if (!total || *total >= tile)
    k.loop(begin, fullEnd, tile, [&](Value row) { body(row, tile); });
  if (total) {
    int64_t rest = *total % tile;
    if (rest != 0)
      k.when(k.less(fullEnd, end), [&] { body(fullEnd, rest); });
    return;
  }
  Value from = fullEnd;
  for (int64_t size = llvm::bit_floor(static_cast<uint64_t>(tile - 1)); size >= 1; size /= 2) {
    Value to = k.add(from, k.mul(k.div(k.sub(end, from), k.constant(size)), size));
    k.loop(from, to, size, [&](Value row) { body(row, size); });
    from = to;
  }
}

Value codegen::widened(KernelBuilder &k, Value vector, int64_t lanes) {
  auto type = dyn_cast<VectorType>(vector.getType());
  int64_t length = type ? type.getNumElements() : 1;
  if (length == lanes)
    return vector;
  if (!type)
    return k.splat(vector, lanes);
  SmallVector<int32_t> mask(lanes, -1);
  std::iota(mask.begin(), mask.begin() + length, 0);
  return LLVM::ShuffleVectorOp::create(k.builder, k.loc, vector, vector, mask);
}

Accumulators codegen::zeroAccumulators(KernelBuilder &k, int64_t rows, const TileColumns &columns, Type element) {
  Accumulators tile{rows, columns, {}};
  int64_t lanes = k.lanes(element);
  Value zero = k.constantVector(element, lanes, 0);
  tile.values.assign(rows * columns.columns.size(), zero);
  return tile;
}

void codegen::forLongVectors(KernelBuilder &k, const TileColumns &columns, Type element,
                             llvm::function_ref<void(int64_t, int64_t)> body) {
  // Without AVX an operation overwrites what it reads, so that copies take registers, too.
  int64_t lanes = k.lanes(element), together = k.level.vectorBytes >= 32 ? 2 * lanes : lanes, count = 0;
  for (const TileColumn &part : columns.columns)
    count += part.lanes;
  for (int64_t offset = 0, width; offset < count; offset += width) {
    width = offset + together <= count ? together : std::min(lanes, count - offset);
    body(offset, width);
  }
}

/// Where a register of the tile that begins at `row` and `column` lies in the result, in elements.
static Value offsetIn(KernelBuilder &k, Value row, Value column, const TileColumn &part) {
  Value stride = k.dim(k.output(0).rowStride);
  return k.add(k.add(k.mul(row, stride), column), part.panel * panelColumns + part.offset);
}

static Value loadPart(KernelBuilder &k, Value row, Value column, const TileColumn &part) {
  const View &output = k.output(0);
  return k.loadElements(output, offsetIn(k, row, column, part), part.lanes);
}

void codegen::storeTile(KernelBuilder &k, Accumulators &tile, Value row, Value column) {
  for (int64_t r = 0; r < tile.rows; ++r)
    for (auto [index, part] : llvm::enumerate(tile.columns.columns))
      k.storeElements(k.firstLanes(tile.at(r, index), part.lanes), k.output(0),
                      offsetIn(k, k.add(row, r), column, part));
}

/// What storeTile has left there.
static Accumulators loadTile(KernelBuilder &k, int64_t rows, const TileColumns &columns, Value row, Value column) {
  Accumulators tile{rows, columns, {}};
  int64_t lanes = k.lanes(k.output(0).element);
  for (int64_t r = 0; r < rows; ++r)
    for (const TileColumn &part : columns.columns)
      tile.values.push_back(widened(k, loadPart(k, k.add(row, r), column, part), lanes));
  return tile;
}

Accumulators codegen::startTile(KernelBuilder &k, int64_t rows, const TileColumns &columns, Type element, bool isFirst,
                                Value row, Value column) {
  return isFirst || k.level.fma ? zeroAccumulators(k, rows, columns, element) : loadTile(k, rows, columns, row, column);
}

void codegen::continueTile(KernelBuilder &k, Accumulators &tile, bool isFirst, Value row, Value column) {
  if (isFirst || !k.level.fma)
    return;
  Accumulators before = loadTile(k, tile.rows, tile.columns, row, column);
  for (auto [sum, left] : llvm::zip_equal(tile.values, before.values))
    sum = arith::AddFOp::create(k.builder, k.loc, left, sum);
}

/// A step that goes column by column: the rows' scalars stay in registers.
static void multiplyColumns(KernelBuilder &k, Accumulators &tile, llvm::function_ref<Value(const TileColumn &)> weights,
                            llvm::function_ref<Value(int64_t)> scalar, TileRows rows) {
  SmallVector<Value> scalars;
  for (int64_t row = rows.begin; row < rows.end; ++row)
    scalars.push_back(scalar(row));
  for (auto [index, column] : llvm::enumerate(tile.columns.columns)) {
    Value vector = weights(column);
    auto vectorType = dyn_cast<VectorType>(vector.getType());
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      Value repeated = k.splat(scalars[row - rows.begin], vectorType ? vectorType.getNumElements() : 1);
      tile.at(row, index) = k.multiplyAdd(repeated, vector, tile.at(row, index));
    }
  }
}

void codegen::multiplyStep(KernelBuilder &k, Accumulators &tile, llvm::function_ref<Value(const TileColumn &)> weights,
                           llvm::function_ref<Value(int64_t)> scalar, std::optional<TileRows> rows, bool isComputed) {
  TileRows taken = rows.value_or(TileRows{0, tile.rows});
  int64_t count = taken.end - taken.begin, vectors = static_cast<int64_t>(tile.columns.columns.size());
  // Without a fused multiply-add each product takes another register.
  bool fits = k.level.fma && tile.rows * vectors + vectors + 1 <= static_cast<int64_t>(k.level.registers);
  if (!fits && (count > 1 || isComputed) && count < vectors)
    return multiplyColumns(k, tile, weights, scalar, taken);
  SmallVector<Value> loaded;
  for (const TileColumn &column : tile.columns.columns)
    loaded.push_back(weights(column));
  for (int64_t row = taken.begin; row < taken.end; ++row) {
    Value value = scalar(row);
    auto vectorType = dyn_cast<VectorType>(loaded.front().getType());
    Value repeated = k.splat(value, vectorType ? vectorType.getNumElements() : 1);
    for (auto [index, vector] : llvm::enumerate(loaded))
      tile.at(row, index) = k.multiplyAdd(repeated, vector, tile.at(row, index));
  }
}

SmallVector<Value> codegen::sumSteps(KernelBuilder &k, const Accumulators &start, int64_t count, int64_t together,
                                     llvm::function_ref<void(Accumulators &, Value, int64_t)> each) {
  auto inLoop = [&](int64_t from, int64_t to, int64_t by, ValueRange values) {
    return k.loop(k.constant(from), k.constant(to), by, values, [&](Value first, ValueRange carried) {
      Accumulators now{start.rows, start.columns, SmallVector<Value>(carried)};
      for (int64_t step = 0; step < by; ++step)
        each(now, first, step);
      return now.values;
    });
  };
  // A few steps would become straight code, from which LLVM makes more than registers hold.
  int64_t turn = count < 4 * together ? 1 : together, whole = count / turn * turn;
  return inLoop(whole, count, 1, inLoop(0, whole, turn, start.values));
}

/// One Value per column, so that the epilogue recognises equal columns in different rows.
static SmallVector<Value> columnsOf(KernelBuilder &k, const TileColumns &tile, Value column) {
  SmallVector<Value> columns;
  for (const TileColumn &part : tile.columns)
    columns.push_back(k.add(column, part.panel * panelColumns + part.offset));
  return columns;
}

void codegen::forRegisters(KernelBuilder &k, Accumulators &tile, Value row, Value column,
                           llvm::function_ref<void(Value, Value, Value, int64_t)> body) {
  SmallVector<Value> columns = columnsOf(k, tile.columns, column);
  for (int64_t r = 0; r < tile.rows; ++r) {
    Value tileRow = k.add(row, r);
    for (auto [index, part] : llvm::enumerate(tile.columns.columns))
      body(k.firstLanes(tile.at(r, index), part.lanes), tileRow, columns[index], part.lanes);
  }
}

/// In a loop over rows, through the memory of the result.
static void finishRows(KernelBuilder &k, Epilogue &epilogue, Accumulators &tile, Value row, Value column) {
  storeTile(k, tile, row, column);
  const View &output = k.output(0);
  k.loop(row, k.add(row, tile.rows), 1, [&](Value resultRow) {
    epilogue.enterBlock();
    Value line = k.add(k.mul(resultRow, k.dim(output.rowStride)), column);
    forLongVectors(k, tile.columns, output.element, [&](int64_t offset, int64_t lanes) {
      epilogue.finish(k.loadElements(output, k.add(line, offset), lanes), resultRow, k.add(column, offset), lanes);
    });
  });
}

void codegen::finishTile(KernelBuilder &k, Epilogue &epilogue, Accumulators &tile, Value row, Value column,
                         bool inLoop) {
  if (inLoop)
    return finishRows(k, epilogue, tile, row, column);
  epilogue.enterBlock();
  forRegisters(k, tile, row, column, [&](Value value, Value resultRow, Value resultColumn, int64_t lanes) {
    epilogue.finish(value, resultRow, resultColumn, lanes);
  });
}
