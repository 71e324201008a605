//===- GemmUnits.h - what threads share of a product with a constant matrix ===//
//
// A unit is some rows of the result times some of its columns. Whoever computes one reads its columns' weights and its
// rows of the left matrix: so where there are few rows, all of which fit the second-level cache, units are cut by
// columns, too, or each task would read all weights for a few rows.
//
//   units, row by row:   unit = rows' index × columns' parts + columns' index
//
// A range of units that is all of some rows' units is computed as if the columns were not cut.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_GEMMUNITS_H
#define MARGAY_CODEGEN_PLANS_GEMMUNITS_H

#include "codegen/plans/GemmBlocks.h"

namespace margay::codegen {

struct GemmUnits {
  EvenSplit rows;      ///< Of groups of rows.
  int64_t columns = 0; ///< Of a unit; a multiple of four panels where there is more than one part.
  int64_t columnParts = 1;
};
/// Of a product whose number of rows is known. The plan's own numbers `unit_rows` (groups) and `unit_columns` go first.
GemmUnits gemmUnits(nn::KernelOp kernel);

/// How many there are.
nn::DimAttr gemmUnitCount(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_GEMMUNITS_H
