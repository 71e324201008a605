//===- Winograd.h - how a convolution is cut into Winograd tiles ----------===//
//
//   for blocks of tiles                    neighbouring in the image, so many that they share weights from the caches
//     transform the input under them       all channels
//     for panels of output channels        in groups that threads may share
//       for points: multiply               a matrix product [tiles × channels] × [channels × 16]
//       transform back, epilogue; a pooling (PooledTiles.h)
//
// The plan's numbers `tile_h` and `tile_w` are the outputs of a tile, `tiles` how many there are in a block at most;
// weights are fetched `ahead` steps before they are multiplied. Those that a tile reads once and that come from memory
// are fetched a point ahead, too, in `streams` places side by side.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_WINOGRAD_H
#define MARGAY_CODEGEN_PLANS_WINOGRAD_H

#include "codegen/Target.h"
#include "codegen/kernels/Spatial.h"
#include "codegen/plans/EvenSplit.h"
#include "codegen/plans/WinogradAxis.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// Places from which memory gives more than from one: what `streams` is where weights come from there.
inline constexpr int64_t memoryStreams = 4;

struct WinogradTiling {
  WinogradAxis height, width;
  int64_t tileRows = 0, tileColumns = 0; ///< Of tiles, in an image.
  EvenSplit rowBlocks, columnBlocks;     ///< How these are cut into blocks.
  int64_t rowsTogether = 0;              ///< Of tiles, that are transformed and multiplied at once: a block, or less.
  int64_t groups = 1;                    ///< Of output channels' panels.
  int64_t channels = 0, outputs = 0;

  int64_t points() const { return height.points() * width.points(); }
  int64_t blocks() const { return rowBlocks.parts * columnBlocks.parts; } ///< In an image.
  int64_t tilesTogether() const { return rowsTogether * columnBlocks.size; }
  int64_t groupPanels() const; ///< In a group.
};

/// The tiling that the kernel's plan asks for; at a level, where that takes fewer rows together than a block has.
WinogradTiling winogradTiling(nn::KernelOp kernel);
WinogradTiling winogradTiling(nn::KernelOp kernel, const Level &level);

/// The register tile of the products: at most `rows` tiles with `panels` panels.
struct WinogradRegisters {
  int64_t rows, panels;
  int64_t ahead;      ///< Steps from where weights are multiplied to where they are fetched.
  int64_t fetching;   ///< Weights that come soon are fetched during so many of a point's register tiles at most.
  bool fetchesImages; ///< Whether the block's results and the next one's inputs are fetched meanwhile, too.
  /// Whether a tile has all rows, and a panel: weights are read once then, in their order. The first-level cache
  /// fetches them a few steps ahead.
  bool readsOnce = false;
};
WinogradRegisters winogradRegisters(const WinogradTiling &tiling, const Level &level);

/// Where what lies in the scratch memory, in elements.
struct WinogradScratch {
  int64_t panels;        ///< That are multiplied at once.
  int64_t stripColumns;  ///< Of the image, under a row of a block's tiles.
  int64_t rowStride;     ///< From one tile's transformed channels to the next one's.
  int64_t productStride; ///< From one tile's products to the next one's.
  int64_t zeros, strip, inputs, products, half, size;

  /// Channels that are transformed at once: a cache line of them.
  static constexpr int64_t lineChannels = 16;
};
WinogradScratch winogradScratch(const WinogradTiling &tiling, const Level &level);

/// What a task needs of the scratch memory, in bytes.
int64_t winogradScratchBytes(nn::KernelOp kernel, const Level &level);

/// Groups of panels in blocks of tiles in images.
nn::DimAttr winogradUnits(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_WINOGRAD_H
