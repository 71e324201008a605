//===- ReduceUnits.h - what threads share of a reduction to one row -------===//

#ifndef MARGAY_CODEGEN_PLANS_REDUCEUNITS_H
#define MARGAY_CODEGEN_PLANS_REDUCEUNITS_H

#include "ir/Dim.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// Columns in a unit of a result that has one row: a cache line of 32-bit elements.
inline constexpr int64_t reduceUnitColumns = 16;

/// Whether a reduction, of which the last dimension stays, has a result of one row, as the mean of an image has.
bool reducesToOneRow(nn::ReduceOp reduce);

nn::DimAttr reduceColumnUnits(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_REDUCEUNITS_H
