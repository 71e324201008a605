//===- Tile.h - register tiles: rows × columns of accumulators ------------===//
//
// What GEMM and convolution share: how many rows and panels of columns fit into the registers, and the loops that cover
// a range with such tiles.
//
//   packed weights: panels of 16 columns, [columns / 16][K][16], the last one filled up with zeros
//
// Every level reads the same panels: a v2 register holds a quarter of a panel's row, a v3 register a half, a v4
// register all of it.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_TILE_H
#define MARGAY_CODEGEN_KERNELS_TILE_H

#include "codegen/kernels/Epilogue.h"

namespace margay::codegen {

/// Columns in a panel of packed weights.
inline constexpr int64_t panelColumns = 16;

/// One register's worth of columns in a tile.
struct TileColumn {
  int64_t panel;  ///< Which of the tile's panels it lies in.
  int64_t offset; ///< Its first column, within the panel.
  int64_t lanes;  ///< How many of its lanes are columns of the result; less than a register in the last panel only.
};

/// Some panels side by side.
struct TileColumns {
  int64_t panels = 0;
  llvm::SmallVector<TileColumn> columns;
};

/// `panels` panels that begin at full panels and hold `columnsLeft` columns of the result at most.
TileColumns tileColumns(int64_t lanes, int64_t panels, int64_t columnsLeft);

/// Covers `columns` columns: `body(first panel, columns of the tile)`, tiles of `panels` panels in a loop, then exactly
/// what is left. With an `end`, only the panels [begin, end), which are multiples of `panels` or beyond the last one.
void forPanels(KernelBuilder &k, mlir::Value begin, std::optional<mlir::Value> end, int64_t columns, int64_t lanes,
               int64_t panels, llvm::function_ref<void(mlir::Value panel, const TileColumns &)> body);

/// Covers [begin, end) with tiles: `body(first row, rows)`. When `begin` is known to be a multiple of `tile` and `end`
/// a multiple or `total`, the rest is one exact tile; otherwise it is cut into tiles of halving size.
void forRows(KernelBuilder &k, mlir::Value begin, mlir::Value end, int64_t tile, std::optional<int64_t> total,
             llvm::function_ref<void(mlir::Value row, int64_t rows)> body);

/// Accumulators of a tile, row by row.
struct Accumulators {
  int64_t rows;
  const TileColumns &columns;
  llvm::SmallVector<mlir::Value> values;

  mlir::Value &at(int64_t row, size_t column) { return values[row * columns.columns.size() + column]; }
};

/// A vector of a register's length whose further lanes do not matter.
mlir::Value widened(KernelBuilder &k, mlir::Value vector, int64_t lanes);

/// All zeros.
Accumulators zeroAccumulators(KernelBuilder &k, int64_t rows, const TileColumns &columns, mlir::Type element);

/// Some of a tile's rows: those that take part in a step.
struct TileRows {
  int64_t begin, end;
};

/// One step of the sum: loads each column vector of the weights once and each row's scalar once, and multiplies them.
/// `weights(column)` and `scalar(row)` load; where weights are computed from what is loaded (`isComputed`), they need a
/// register each.
void multiplyStep(KernelBuilder &k, Accumulators &tile, llvm::function_ref<mlir::Value(const TileColumn &)> weights,
                  llvm::function_ref<mlir::Value(int64_t row)> scalar, std::optional<TileRows> rows = std::nullopt,
                  bool isComputed = false);

/// Steps in a turn of the innermost loop: two halve its own instructions, and more would only make more code.
inline constexpr int64_t stepsTogether = 2;

/// Sums `count` steps: `each(tile, first, step)` takes the step `first + step`.
llvm::SmallVector<mlir::Value>
sumSteps(KernelBuilder &k, const Accumulators &start, int64_t count, int64_t together,
         llvm::function_ref<void(Accumulators &tile, mlir::Value first, int64_t step)> each);

/// Covers the columns of a tile with the vectors that a long epilogue takes: two registers at once where there are
/// enough of them, since each operation of a long chain waits for the one before.
void forLongVectors(KernelBuilder &k, const TileColumns &columns, mlir::Type element,
                    llvm::function_ref<void(int64_t offset, int64_t lanes)> body);

/// Leaves a tile's sums where the result will be, from `row` and `column` on.
void storeTile(KernelBuilder &k, Accumulators &tile, mlir::Value row, mlir::Value column);

/// Where sums come in blocks of steps: a tile before the sums of a block, which may go on with what storeTile has left.
Accumulators startTile(KernelBuilder &k, int64_t rows, const TileColumns &columns, mlir::Type element, bool isFirst,
                       mlir::Value row, mlir::Value column);
/// The same behind the sums of a block: what storeTile has left is added last, so that they need not wait for it; at
/// levels without fused multiply-adds, where registers are short, it was what they began with.
void continueTile(KernelBuilder &k, Accumulators &tile, bool isFirst, mlir::Value row, mlir::Value column);

/// Calls `body` for each register of a tile that begins at `row` and `column`: its value, row and column. Equal columns
/// of different rows are one Value.
void forRegisters(KernelBuilder &k, Accumulators &tile, mlir::Value row, mlir::Value column,
                  llvm::function_ref<void(mlir::Value value, mlir::Value row, mlir::Value column, int64_t lanes)> body);

/// Runs the epilogue on a finished tile, which begins at `row` and `column` of the result; `inLoop` in a loop over
/// rows, through the memory of the result: for an epilogue that is long, or needs many registers.
void finishTile(KernelBuilder &k, Epilogue &epilogue, Accumulators &tile, mlir::Value row, mlir::Value column,
                bool inLoop = false);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_TILE_H
