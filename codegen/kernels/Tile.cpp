//===- Tile.cpp - register tiles: rows × columns of accumulators ----------===//

#include "codegen/kernels/Tile.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

int64_t codegen::maxTileRows(const Level &level) {
  // 12 × 2 registers of 32; 6 × 2 of 16; without AVX a panel takes four registers, so 2 × 4 of 16.
  return level.registers == 32 ? 12 : level.vectorBytes >= 32 ? 6 : 2;
}

int64_t codegen::tilePanels(const Level &level, int64_t lanes, int64_t rows) {
  int64_t perPanel = std::max<int64_t>(1, panelColumns / lanes);
  int64_t best = 1;
  // Accumulators, the weights of one step (a single row takes them from memory) and one broadcast scalar must fit.
  for (int64_t panels = 1; panels * perPanel <= 8; panels *= 2) {
    int64_t vectors = panels * perPanel;
    if (rows * vectors + (rows == 1 ? 1 : vectors) + 1 <= level.registers)
      best = panels;
  }
  return best;
}

int64_t codegen::blockSteps(const Level &level, int64_t steps, int64_t panels, int64_t elementBytes) {
  int64_t most = std::max<int64_t>(1, level.panelBytes / (panels * panelColumns * elementBytes));
  int64_t blocks = std::max<int64_t>(1, llvm::divideCeil(steps, most));
  return std::max<int64_t>(1, llvm::divideCeil(steps, blocks));
}

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

void codegen::forPanels(KernelBuilder &k, int64_t columns, int64_t lanes, int64_t panels,
                        llvm::function_ref<void(Value, const TileColumns &)> body) {
  int64_t total = llvm::divideCeil(columns, panelColumns);
  int64_t fullPanels = columns / panelColumns; // A panel that is not full cannot be in the loop.
  int64_t inLoop = fullPanels / panels * panels;
  k.loop(k.constant(0), k.constant(inLoop), panels,
         [&](Value panel) { body(panel, tileColumns(lanes, panels, panels * panelColumns)); });
  for (int64_t panel = inLoop; panel < total;) {
    int64_t count = std::min(panels, total - panel);
    body(k.constant(panel), tileColumns(lanes, count, columns - panel * panelColumns));
    panel += count;
  }
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

/// Calls `visit(element offset in the result, row, index of the column)` for all registers of a tile.
static void forTile(KernelBuilder &k, int64_t rows, const TileColumns &columns, llvm::function_ref<Value(int64_t)> row,
                    Value firstColumn, llvm::function_ref<void(Value offset, int64_t row, size_t column)> visit) {
  Value stride = k.dim(k.output(0).rowStride);
  for (int64_t r = 0; r < rows; ++r) {
    Value origin = k.add(k.mul(row(r), stride), firstColumn);
    for (auto [index, column] : llvm::enumerate(columns.columns))
      visit(k.add(origin, column.panel * panelColumns + column.offset), r, index);
  }
}

Accumulators codegen::loadTile(KernelBuilder &k, int64_t rows, const TileColumns &columns,
                               llvm::function_ref<Value(int64_t)> row, Value firstColumn) {
  const View &output = k.output(0);
  Accumulators tile{rows, columns, SmallVector<Value>(rows * columns.columns.size())};
  int64_t lanes = k.lanes(output.element);
  forTile(k, rows, columns, row, firstColumn, [&](Value offset, int64_t r, size_t column) {
    tile.at(r, column) = widened(k, k.loadElements(output, offset, columns.columns[column].lanes), lanes);
  });
  return tile;
}

void codegen::storeTile(KernelBuilder &k, Accumulators &tile, llvm::function_ref<Value(int64_t)> row,
                        Value firstColumn) {
  forTile(k, tile.rows, tile.columns, row, firstColumn, [&](Value offset, int64_t r, size_t column) {
    k.storeElements(k.firstLanes(tile.at(r, column), tile.columns.columns[column].lanes), k.output(0), offset);
  });
}

void codegen::multiplyStep(KernelBuilder &k, Accumulators &tile, llvm::function_ref<Value(const TileColumn &)> weights,
                           llvm::function_ref<Value(int64_t)> scalar) {
  SmallVector<Value> loaded;
  for (const TileColumn &column : tile.columns.columns)
    loaded.push_back(weights(column));
  for (int64_t row = 0; row < tile.rows; ++row) {
    Value value = scalar(row);
    auto vectorType = dyn_cast<VectorType>(loaded.front().getType());
    Value repeated = k.splat(value, vectorType ? vectorType.getNumElements() : 1);
    for (auto [index, vector] : llvm::enumerate(loaded))
      tile.at(row, index) = k.multiplyAdd(repeated, vector, tile.at(row, index));
  }
}

void codegen::finishTile(KernelBuilder &k, Epilogue &epilogue, Accumulators &tile,
                         llvm::function_ref<Value(int64_t)> row, Value firstColumn) {
  epilogue.enterBlock();
  // One Value per column, so that the epilogue recognises equal columns in different rows.
  SmallVector<Value> columns;
  for (const TileColumn &column : tile.columns.columns)
    columns.push_back(k.add(firstColumn, column.panel * panelColumns + column.offset));
  for (int64_t r = 0; r < tile.rows; ++r) {
    Value resultRow = row(r);
    for (auto [index, column] : llvm::enumerate(tile.columns.columns))
      epilogue.finish(k.firstLanes(tile.at(r, index), column.lanes), resultRow, columns[index], column.lanes);
  }
}
