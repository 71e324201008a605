//===- Panels.h - packing matrices into panels, and multiplying by them ---===//
//
//   [columns / 16][steps][16]: what a register tile reads in a row; see codegen/kernels/Tile.h
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_PANELS_H
#define MARGAY_CODEGEN_KERNELS_PANELS_H

#include "codegen/kernels/Tile.h"

namespace margay::codegen {

/// A part of a matrix: `steps` × some columns.
struct PackedPart {
  mlir::Value pointer;                  ///< Its first element.
  mlir::Value stepStride, columnStride; ///< In elements; one of them is 1.
  int64_t steps;
};

/// Packs a panel of a part, or all of `columns` from `panel` on, into `to`, which has room for `steps` × 16 elements
/// of each; of the last panel only the registers that have columns, filled up with zeros. Panels that are packed
/// together lie in the same lines and pages; where steps lie side by side, it is one panel at a time.
void packPanel(KernelBuilder &k, const PackedPart &part, mlir::Value panel, const TileColumns &columns, mlir::Value to,
               mlir::Type element);

/// A block of the sums: steps [begin, begin + count).
struct StepBlock {
  mlir::Value begin;
  int64_t count;
  bool isFirst, isLast;
};

/// Covers `depth` steps with blocks of at most `size`.
void forStepBlocks(Emit &e, int64_t depth, int64_t size, llvm::function_ref<void(const StepBlock &)> body);

/// Cuts the units [begin, end) evenly into blocks of at most `most`.
void forEvenBlocks(Emit &e, mlir::Value begin, mlir::Value end, int64_t most,
                   llvm::function_ref<void(mlir::Value begin, mlir::Value end)> body);

/// Where weights are fetched ahead in each of `panels` panels that are read beside each other, what to add to a place
/// in one of them, in elements: nothing if it `isInside` the panel. Behind its end lies a neighbour that is read
/// already, and the panels behind all of these come next.
mlir::Value pastReadPanels(Emit &e, mlir::Value isInside, int64_t panels, int64_t panelSize);

/// What a tile multiplies.
struct TileOperands {
  mlir::Value rows, rowStride; ///< The tile's first row of the left matrix, from the first step on.
  mlir::Value panels;          ///< The first panel, from the first step on.
  int64_t panelSize;           ///< Elements from one panel to the next.
  mlir::Value stepStride = {}; ///< Elements from one step to the next, where it is a matrix that was not packed.
};

/// What the matrices' elements are. A step multiplies one of a row with one of each column; or a pair of bf16, which
/// panels hold as an i32: by an instruction with those of a row (i16), or, where rows are f32, one after the other.
struct Factors {
  mlir::Type sums, rows, panels;
  int64_t perStep = 1; ///< Elements of a row in a step.

  static Factors of(mlir::Type element) { return {element, element, element}; }
};

/// Adds `steps` products to each element of a tile, `together` in a turn of the innermost loop. `prefetch(first, step)`
/// has something fetched in step `first + step`.
llvm::SmallVector<mlir::Value> sumPanels(KernelBuilder &k, const Accumulators &start, const TileOperands &operands,
                                         int64_t steps, int64_t together, const Factors &factors,
                                         llvm::function_ref<void(mlir::Value first, int64_t step)> prefetch);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_PANELS_H
