//===- Winograd.cpp - how a convolution is cut into Winograd tiles --------===//

#include "codegen/plans/Winograd.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/kernels/Tile.h"
#include "codegen/plans/ConvTime.h"
#include "codegen/plans/TileShape.h"
#include "ir/Dim.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

int64_t WinogradTiling::groupPanels() const {
  return llvm::divideCeil(llvm::divideCeil(outputs, panelColumns), groups);
}

/// Bytes of the weights of an output channel, and of all.
static int64_t outputBytes(const WinogradTiling &tiling) {
  return tiling.points() * tiling.channels * static_cast<int64_t>(sizeof(float));
}
static int64_t weightBytes(const WinogradTiling &tiling) {
  return outputBytes(tiling) * static_cast<int64_t>(llvm::alignTo(tiling.outputs, panelColumns));
}

static constexpr int64_t usualTiles = 28, manyTiles = 49;
static constexpr int64_t secondCache = 768 << 10; // What weights may take of one, in bytes.

/// How many tiles a block has, which share the weights that they read. More where these come from memory, be it that
/// the last cache is too small, or that it keeps nothing which is read once; so that the whole image needs them once.
static int64_t mostTiles(const WinogradTiling &tiling) {
  constexpr int64_t mostInputs = 1 << 20;
  int64_t tiles = tiling.tileRows * tiling.tileColumns, weights = weightBytes(tiling);
  bool isOnce = weights > secondCache && tiles <= manyTiles && tiles * outputBytes(tiling) <= mostInputs;
  return weights > lastCacheBytes || isOnce ? manyTiles : usualTiles;
}

/// Cuts the tiles of an image into blocks of at most `most`, with whole rows of tiles where that is possible.
static void cutBlocks(WinogradTiling &tiling, int64_t most) {
  // The strip of an image under a row of them stays in the first-level cache.
  constexpr int64_t mostColumns = 14;
  tiling.columnBlocks = evenSplit(tiling.tileColumns, std::min(most, mostColumns));
  tiling.rowBlocks = evenSplit(tiling.tileRows, std::max<int64_t>(1, most / tiling.columnBlocks.size));
}

WinogradTiling codegen::winogradTiling(nn::KernelOp kernel) {
  auto conv = cast<nn::ConvOp>(rootOf(kernel));
  Geometry geometry = geometryOf(conv);
  nn::PlanAttr plan = *kernel.getPlan();
  ArrayRef<int64_t> filter = conv.getFilter().getType().getShape();
  WinogradTiling tiling;
  tiling.height = {plan.get("tile_h", 1), geometry.height.kernel};
  tiling.width = {plan.get("tile_w", 1), geometry.width.kernel};
  tiling.tileRows = llvm::divideCeil(geometry.height.out, tiling.height.outputs);
  tiling.tileColumns = llvm::divideCeil(geometry.width.out, tiling.width.outputs);
  tiling.channels = filter[filter.size() - 2];
  tiling.outputs = filter.back();
  cutBlocks(tiling, plan.get("tiles", mostTiles(tiling)));
  tiling.rowsTogether = tiling.rowBlocks.size;
  // Where an image has few blocks, threads share their output channels, though each then transforms the input.
  int64_t panels = llvm::divideCeil(tiling.outputs, panelColumns);
  int64_t wanted = tiling.blocks() >= 6 ? 1 : tiling.blocks() >= 2 ? 2 : 4;
  tiling.groups = std::max<int64_t>(1, std::min(wanted, panels / 4));
  return tiling;
}

WinogradTiling codegen::winogradTiling(nn::KernelOp kernel, const Level &level) {
  WinogradTiling tiling = winogradTiling(kernel);
  // With AVX-512 come second-level caches of a megabyte. Weights that stay there can be read again for every few tiles,
  // whose inputs and products then stay there, too.
  constexpr int64_t fewInputs = 160 << 10, fewTiles = 14;
  if (level.registers == 32 && weightBytes(tiling) <= secondCache &&
      tiling.tilesTogether() * outputBytes(tiling) > fewInputs)
    tiling.rowsTogether = std::clamp<int64_t>(fewTiles / tiling.columnBlocks.size, 1, tiling.rowBlocks.size);
  // With AVX2 their caches are small beside as many tiles' inputs and products.
  if (level.registers < 32 && tiling.tilesTogether() > usualTiles && weightBytes(tiling) <= lastCacheBytes)
    tiling.rowsTogether =
        evenSplit(tiling.rowBlocks.size, std::max<int64_t>(1, usualTiles / tiling.columnBlocks.size)).size;
  return tiling;
}

WinogradRegisters codegen::winogradRegisters(const WinogradTiling &tiling, const Level &level) {
  int64_t lanes = level.lanes(sizeof(float)), most = maxTileRows(level);
  constexpr int64_t ahead = 256;
  if (lanes < panelColumns) {
    TileShape tile = tileShape(level, lanes, {.rows = tiling.tilesTogether(), .columns = tiling.outputs});
    return {.rows = most, .panels = tile.panels, .ahead = ahead, .fetching = 2, .fetchesImages = false};
  }
  // Few rows take as long to multiply as weights to come from the last cache. A tile of all of them waits for nothing
  // else: what it multiplies was fetched into the first-level cache.
  constexpr int64_t fewRows = 28, fewSteps = 64;
  if (tiling.tilesTogether() <= fewRows && weightBytes(tiling) > secondCache)
    return {.rows = fewRows, .panels = 1, .ahead = fewSteps, .fetching = 0, .fetchesImages = false, .readsOnce = true};
  // A register holds a panel's row. The squarer a tile, the fewer loads: 6 × 4 or 8 × 3 registers of 32. The last cache
  // and memory are slow beside so many multiply-adds, so that fetching goes on all the time.
  int64_t all = llvm::divideCeil(tiling.outputs, panelColumns);
  int64_t panels = all % 4 != 0 && all % 3 == 0 ? 3 : std::min<int64_t>(4, all);
  int64_t rows = panels == 4 ? 6 : panels == 3 ? 8 : most;
  // Weights that come from memory are fetched while those of the point before are multiplied.
  return {
      .rows = rows, .panels = panels, .ahead = std::max(ahead, tiling.channels), .fetching = 8, .fetchesImages = true};
}

WinogradScratch codegen::winogradScratch(const WinogradTiling &tiling, const Level &level) {
  constexpr int64_t line = WinogradScratch::lineChannels;
  int64_t tiles = tiling.tilesTogether();
  WinogradScratch scratch{};
  scratch.panels = winogradRegisters(tiling, level).panels;
  int64_t columns = scratch.panels * panelColumns;
  scratch.stripColumns = (tiling.columnBlocks.size - 1) * tiling.width.outputs + tiling.width.points();
  // One line more than the channels: rows a multiple of 4 KB apart would push each other out of the cache.
  scratch.rowStride = llvm::alignTo(tiling.channels, line) + line;
  int64_t used = 0;
  auto take = [&](int64_t elements) {
    int64_t at = used;
    used += llvm::alignTo(elements, line);
    return at;
  };
  scratch.zeros = take(line);
  scratch.strip = take(tiling.height.points() * scratch.stripColumns * line);
  scratch.inputs = take(tiling.points() * tiles * scratch.rowStride);
  scratch.productStride = tiling.points() * columns + line;
  scratch.products = take(tiles * scratch.productStride);
  scratch.half = take(tiling.height.outputs * tiling.width.points() * columns);
  scratch.size = used;
  return scratch;
}

int64_t codegen::winogradScratchBytes(nn::KernelOp kernel, const Level &level) {
  return winogradScratch(winogradTiling(kernel, level), level).size * static_cast<int64_t>(sizeof(float));
}

nn::DimAttr codegen::winogradUnits(nn::KernelOp kernel) {
  WinogradTiling tiling = winogradTiling(kernel);
  SmallVector<nn::DimAttr> dims = nn::dimsOf(kernel.getResult(0).getType());
  return dims.front() * nn::constantDim(kernel.getContext(), tiling.blocks() * tiling.groups);
}
