//===- GemmBlocks.h - how a matrix product is cut into blocks -------------===//
//
//   for blocks of rows                        of the left matrix, so that they stay in the second-level cache
//     for blocks of steps                     of the sums, where these are long; sums wait where the result will be
//       copy the block of the left matrix     where its rows lie so that they would push each other out of the cache
//       for panels of the right matrix
//         for tiles of rows                   a register tile; see codegen/kernels/Tile.h
//         for rows                            the epilogue, where it is long: see finishesBlocks
//
// Rows come in groups of nearly equal size, which every level cuts into its own tiles: so the unit of work does not
// depend on the level, and no tile is much smaller than others.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_GEMMBLOCKS_H
#define MARGAY_CODEGEN_PLANS_GEMMBLOCKS_H

#include "codegen/Target.h"
#include "codegen/kernels/Tile.h"
#include "codegen/plans/EvenSplit.h"
#include "codegen/plans/TileShape.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// Groups of rows: what units of work are made of where the number of rows is known.
inline constexpr int64_t mostGroupRows = 12;
/// Up to so many rows, it is the columns that are shared among threads, and the rows are one block.
inline constexpr int64_t fewRows = 32;
/// The same in some blocks of rows: up to more of them where the weights are large, which would be read again for each
/// part of the rows.
int64_t mostRowsOfColumns(nn::KernelOp kernel);

/// A product of matrices: an nn.contract, or a convolution (of patches and filters).
struct GemmShape {
  nn::DimAttr batches;         ///< How many products there are.
  nn::DimAttr height;          ///< Rows of one product.
  std::optional<int64_t> rows; ///< The same; none where only a call knows.
  int64_t columns = 0;
  int64_t depth = 0;        ///< Steps of a sum.
  int64_t elementBytes = 0; ///< Of the right matrix in a step and a column.
  int64_t perStep = 1;      ///< Summands in a step: two where they are pairs of bf16.
  bool isOdd = false;       ///< Whether the last pair has a single summand.
  int64_t sumBytes = 0;     ///< Of a sum.
  int64_t run = 0;          ///< Steps that are copied at once into a row of patches; `depth` for other left matrices.
};

/// Whether a kernel multiplies bf16 and adds up in f32: a step of a sum is then a pair of neighbours.
bool multipliesPairs(nn::KernelOp kernel);

GemmShape gemmShape(nn::KernelOp kernel);
GemmShape gemmShape(nn::ContractOp contract);

struct GemmBlocks {
  int64_t tileRows = 1;       ///< Of a register tile, at most.
  int64_t panels = 1;         ///< Beside each other in a register tile.
  int64_t steps = 1;          ///< Of the sums in a block.
  int64_t groupRows = 1;      ///< Of a group at most, each of which is cut evenly into tiles.
  int64_t rows = 1;           ///< In a block; a multiple of groupRows.
  int64_t packed = 1;         ///< Panels that are packed at once, where the right matrix is none of the weights.
  int64_t packedTogether = 1; ///< How many of them in one loop.
  bool copiesRows = false;    ///< Whether each block of the left matrix is copied into the scratch memory.
  bool widens = false;        ///< Whether rows of bf16 become f32 there: at levels that do not multiply bf16.
  int64_t perStep = 1;        ///< Elements of a row in a step.
  int64_t rowBytes = 0;       ///< Of an element of a copied row.
  int64_t sumBytes = 0;       ///< Of a sum.
  int64_t ahead = 0;          ///< How many steps ahead a panel is fetched while it is read; 0: not at all.

  /// Whether the tiles leave their sums in the scratch memory, and the epilogue then runs over all rows of a block: a
  /// long one is full of waiting for its own results, of which a loop over many rows does more at a time.
  bool finishesBlocks = false;

  bool fetchesPanels = false; ///< Whether the tiles of a block fetch the panels that come next, each its share.
  /// Whether these are fetched in the order in which tiles read them, a line of each panel and so on: few rows need
  /// them so soon that the last lines may still be on the way. For more rows, panel by panel is a little faster.
  bool alternatesPanels = false;
  bool fetchesRows = false;       ///< Whether the rows of the next tile are fetched ahead.
  int64_t unroll = stepsTogether; ///< Steps in a turn of the innermost loop.

  /// Elements from one copied row to the next: no multiple of 4 KB.
  int64_t copiedStride() const { return (steps + 16) * perStep; }
  /// The scratch memory in bytes: the copied rows, and behind them the sums that wait for the epilogue.
  int64_t copiedBytes() const { return copiesRows ? rows * copiedStride() * rowBytes : 0; }
  int64_t sumsStride() const { return panels * panelColumns; } ///< In sums.
  int64_t scratchBytes() const { return copiedBytes() + (finishesBlocks ? rows * sumsStride() * sumBytes : 0); }
};
/// For the rows of the kernel, or some other number of them. The plan's own numbers `ahead`, `fetch`, `panels`, `rows`,
/// `steps` and `unroll` go first.
GemmBlocks gemmBlocks(nn::KernelOp kernel, const Level &level);
GemmBlocks gemmBlocks(nn::KernelOp kernel, const Level &level, std::optional<int64_t> rows);

/// What its register tiles are chosen for.
TileUse gemmTileUse(nn::KernelOp kernel, const Level &level, std::optional<int64_t> rows);

/// A unit of columns: so many of them, a few whole panels. The plan's own number `unit_columns` goes first.
int64_t unitColumns(nn::KernelOp kernel);
/// How many units there are, and how many of them are worth a task where there are so many rows.
nn::DimAttr columnUnits(nn::KernelOp kernel);
int64_t columnTask(nn::KernelOp kernel, int64_t rows);

// Where only a call knows the number of rows ("gemm-rows"), its number decides whether units are columns or rows: both
// are compiled where the plan has a number `columns_task`, the units of columns in a task.
nn::DimAttr rowOrColumnUnits(nn::KernelOp kernel);
nn::DimAttr rowOrColumnTask(nn::KernelOp kernel);
/// The least number of rows that a call can have.
int64_t leastRows(nn::KernelOp kernel);

/// What a call of the kernel needs of the scratch memory.
int64_t gemmScratchBytes(nn::KernelOp kernel, const Level &level);
/// The same where it packs the right matrix.
int64_t packingScratchBytes(nn::KernelOp kernel, const Level &level);

/// Whether sums may lie where the kernel's result will be before they are complete.
bool canLeaveSums(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_GEMMBLOCKS_H
