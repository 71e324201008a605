//===- LongRows.h - which reductions keep their totals in memory ----------===//
//
// Where the last dimension stays and is long, rows are read from one end to the other, a few beside each other, and
// joined with totals that wait in the first-level cache. A few columns of all rows, with totals in registers, would be
// read in pieces that lie far apart: slowly, as no CPU sees what comes next.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_LONGROWS_H
#define MARGAY_CODEGEN_PLANS_LONGROWS_H

#include "codegen/Target.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// Rows that are joined at a time, and columns of which totals are kept at most.
inline constexpr int64_t rowsJoined = 4, mostTotals = 2048;

/// Whether a reduction, of which the last dimension stays, is done so.
bool reducesLongRows(nn::ReduceOp reduce);

int64_t longRowsScratchBytes(nn::KernelOp kernel, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_LONGROWS_H
