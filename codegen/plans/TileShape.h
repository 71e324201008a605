//===- TileShape.h - how many rows and panels a register tile has ---------===//

#ifndef MARGAY_CODEGEN_PLANS_TILESHAPE_H
#define MARGAY_CODEGEN_PLANS_TILESHAPE_H

#include "codegen/Target.h"
#include <cstdint>

namespace margay::codegen {

/// Of a register tile (codegen/kernels/Tile.h), at most.
struct TileShape {
  int64_t rows, panels;
};

/// How many rows a tile has at most.
int64_t maxTileRows(const Level &level);

/// What panels are multiplied by: rows in groups, each cut evenly into tiles.
struct TileUse {
  int64_t rows;            ///< Of a group.
  int64_t columns;         ///< Of all panels.
  int64_t unitColumns = 0; ///< Where threads share the columns: tiles have to begin where a unit does. 0 otherwise.
  bool readsOnce = false;  ///< Whether reading the panels is what takes time, so that one tile is to have all rows.
};

/// The tile that takes the least time. A step of it loads a register for each row and for each of the panels'
/// registers, and multiplies as many pairs: the squarer the tile, the fewer loads. Long tiles are for few panels.
TileShape tileShape(const Level &level, int64_t lanes, const TileUse &use);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_TILESHAPE_H
