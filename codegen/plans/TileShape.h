//===- TileShape.h - how many rows and panels a register tile has ---------===//

#ifndef MARGAY_CODEGEN_PLANS_TILESHAPE_H
#define MARGAY_CODEGEN_PLANS_TILESHAPE_H

#include "codegen/Target.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace margay::codegen {

/// Of a register tile (codegen/kernels/Tile.h), at most.
struct TileShape {
  int64_t rows, panels;
};

/// How many rows a tile has at most, of groups that are cut alike for all levels.
int64_t maxTileRows(const Level &level);
/// The same of groups that are cut for a level.
int64_t tallestTile(const Level &level);

/// What panels are multiplied by: rows in groups, each cut evenly into tiles.
struct TileUse {
  int64_t rows;            ///< Of a group.
  int64_t columns;         ///< Of all panels.
  int64_t unitColumns = 0; ///< Where threads share the columns: tiles have to begin where a unit does. 0 otherwise.
  bool readsOnce = false;  ///< Whether reading the panels is what takes time, so that one tile is to have all rows.
  int64_t panelBytes = 0;  ///< Of a panel, which each tile reads from the second-level cache if it is large.
};

/// A shape that was considered, and what it was estimated to take.
struct TileEstimate {
  TileShape shape;
  double time; ///< For a step of a group with all panels, in multiply-adds of a register.
};

/// The tile that takes the least time. A step of it loads a register for each row and for each of the panels'
/// registers, and multiplies as many pairs: the squarer the tile, the fewer loads. Long tiles are for few panels, and
/// for those that come from the second-level cache, which keeps up with some five products for each register.
/// `considered`, if given, gets the best shape of each height.
TileShape tileShape(const Level &level, int64_t lanes, const TileUse &use,
                    llvm::SmallVectorImpl<TileEstimate> *considered = nullptr);

/// How many rows groups have at most that are cut for a level, so that `use` of `rows` rows takes the least time.
int64_t groupRows(const Level &level, int64_t lanes, int64_t rows, TileUse use);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_TILESHAPE_H
