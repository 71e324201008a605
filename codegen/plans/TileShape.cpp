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

/// Accumulators must fit, with the weights of a step and one broadcast scalar, or where these are fewer with a step's
/// scalars and one register of weights; a single row takes its weights from memory.
static bool fits(const Level &level, int64_t rows, int64_t vectors) {
  return rows * vectors + std::min(rows, vectors) + 1 <= level.registers;
}

/// What a step takes for each row, in multiply-adds of a register.
static double stepTime(const Level &level, int64_t rows, int64_t vectors) {
  auto loads = static_cast<double>(rows + vectors), products = static_cast<double>(rows * vectors);
  return std::max(products, loads / level.loadsPerMultiplyAdd) / static_cast<double>(rows);
}

TileShape codegen::tileShape(const Level &level, int64_t lanes, const TileUse &use) {
  int64_t all = std::max<int64_t>(1, llvm::divideCeil(use.columns, panelColumns));
  int64_t ofAUnit = use.unitColumns / panelColumns, perPanel = std::max<int64_t>(1, panelColumns / lanes);
  TileShape best{1, 1};
  double least = 0;
  int64_t longest = maxTileRows(level);
  // Of 32 registers, half as many rows leave as many sums with twice the panels.
  llvm::SmallVector<int64_t> heights{evenSplit(use.rows, longest).size};
  if (level.registers == 32 && !(use.readsOnce && use.rows <= longest))
    heights.push_back(evenSplit(use.rows, longest / 2).size);
  for (int64_t rows : heights)
    for (int64_t panels = 1; panels * perPanel <= 8; ++panels) {
      bool endsWithUnit = ofAUnit == 0 || ofAUnit % panels == 0;
      if (panels > all || !endsWithUnit || !fits(level, rows, panels * perPanel))
        continue;
      int64_t rest = all % panels;
      double time = static_cast<double>(all / panels) * stepTime(level, rows, panels * perPanel) +
                    (rest == 0 ? 0 : stepTime(level, rows, rest * perPanel));
      if (least == 0 || time < least || (time == least && rest == 0)) {
        least = time;
        best = {rows, panels};
      }
    }
  return best;
}
