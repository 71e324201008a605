//===- TileShape.cpp - how many rows and panels a register tile has -------===//

#include "codegen/plans/TileShape.h"
#include "codegen/kernels/Tile.h"
#include "codegen/plans/EvenSplit.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace margay;
using namespace margay::codegen;

int64_t codegen::maxTileRows(const Level &level) {
  // 12 × 2 registers of 32; 6 × 2 of 16; without AVX a panel takes four registers, so 2 × 4 of 16.
  return level.registers == 32 ? 12 : level.vectorBytes >= 32 ? 6 : 2;
}

int64_t codegen::tallestTile(const Level &level) { return level.registers == 32 ? 14 : maxTileRows(level); }

/// Accumulators must fit, with the weights of a step and one broadcast scalar, or where these are fewer with a step's
/// scalars and one register of weights; a single row takes its weights from memory.
static bool fits(const Level &level, int64_t rows, int64_t vectors) {
  return rows * vectors + std::min(rows, vectors) + 1 <= level.registers;
}

/// What a step of a tile takes, in multiply-adds of a register.
static double stepTime(const Level &level, int64_t rows, int64_t vectors, bool isFar) {
  // Measured with AVX-512 as with AVX2, where there is no choice: see ConvTime.cpp.
  constexpr double farLoad = 5.2;
  auto loads = static_cast<double>(rows + vectors), products = static_cast<double>(rows * vectors);
  double time = std::max(products, loads / level.loadsPerMultiplyAdd);
  return isFar ? std::max(time, farLoad * static_cast<double>(vectors)) : time;
}

/// The same of all tiles of a group.
static double groupTime(const Level &level, const EvenSplit &tiles, int64_t panels, int64_t perPanel,
                        const TileUse &use) {
  constexpr int64_t firstCache = 24 << 10; // What panels may take of one.
  bool isFar = level.registers == 32 && panels * use.panelBytes > firstCache;
  double time = 0;
  for (int64_t tile = 0; tile < tiles.parts; ++tile)
    time += stepTime(level, tiles.sizeOf(tile), panels * perPanel, isFar);
  return time;
}

static TileEstimate bestTile(const Level &level, int64_t lanes, const TileUse &use,
                             llvm::SmallVectorImpl<TileEstimate> *considered) {
  int64_t all = std::max<int64_t>(1, llvm::divideCeil(use.columns, panelColumns));
  int64_t ofAUnit = use.unitColumns / panelColumns, perPanel = std::max<int64_t>(1, panelColumns / lanes);
  TileEstimate best{{1, 1}, 0};
  int64_t longest = maxTileRows(level);
  // Of 32 registers, half as many rows leave as many sums with twice the panels.
  llvm::SmallVector<EvenSplit> heights{evenSplit(use.rows, longest)};
  if (level.registers == 32 && !(use.readsOnce && use.rows <= longest))
    heights.push_back(evenSplit(use.rows, longest / 2));
  if (use.rows > longest && use.rows <= tallestTile(level))
    heights.push_back({.parts = 1, .size = use.rows, .larger = 1});
  for (const EvenSplit &tiles : heights) {
    TileEstimate mine{{tiles.size, 1}, 0};
    for (int64_t panels = 1; panels * perPanel <= 8; ++panels) {
      bool endsWithUnit = ofAUnit == 0 || ofAUnit % panels == 0;
      if (panels > all || !endsWithUnit || !fits(level, tiles.size, panels * perPanel))
        continue;
      int64_t rest = all % panels, whole = all / panels;
      double time = static_cast<double>(whole) * groupTime(level, tiles, panels, perPanel, use) +
                    (rest == 0 ? 0 : groupTime(level, tiles, rest, perPanel, use));
      if (mine.time == 0 || time < mine.time || (time == mine.time && rest == 0))
        mine = {{tiles.size, panels}, time};
    }
    bool isExact = all % mine.shape.panels == 0;
    if (best.time == 0 || mine.time < best.time || (mine.time == best.time && isExact))
      best = mine;
    if (considered && (considered->empty() || considered->back().shape.rows != mine.shape.rows))
      considered->push_back(mine);
  }
  return best;
}

TileShape codegen::tileShape(const Level &level, int64_t lanes, const TileUse &use,
                             llvm::SmallVectorImpl<TileEstimate> *considered) {
  return bestTile(level, lanes, use, considered).shape;
}

int64_t codegen::groupRows(const Level &level, int64_t lanes, int64_t rows, TileUse use) {
  int64_t best = maxTileRows(level);
  double leastTime = 0;
  for (int64_t most = best; most <= tallestTile(level); ++most) {
    EvenSplit groups = evenSplit(rows, most);
    double time = 0;
    for (int64_t size : {groups.size, groups.size - 1}) {
      use.rows = size;
      int64_t count = size == groups.size ? groups.larger : groups.parts - groups.larger;
      if (count > 0)
        time += static_cast<double>(count) * bestTile(level, lanes, use, nullptr).time;
    }
    if (leastTime == 0 || time < leastTime) {
      leastTime = time;
      best = most;
    }
  }
  return best;
}
