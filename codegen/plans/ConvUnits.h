//===- ConvUnits.h - what threads share of a direct convolution -----------===//

#ifndef MARGAY_CODEGEN_PLANS_CONVUNITS_H
#define MARGAY_CODEGEN_PLANS_CONVUNITS_H

#include "codegen/plans/TileShape.h"
#include "ir/Dim.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// Columns in a unit of images that have one row.
inline constexpr int64_t convUnitColumns = 64;

/// Whether a unit is some columns of an image's only row, not a row of an image: in one spatial dimension, where pixels
/// cannot be shared.
bool sharesColumns(nn::KernelOp kernel);

/// Into how many parts of some pixels an image's only row is cut, where there are enough of them; else 1. Convolutions
/// of one dimension follow each other: a thread that takes the same pixels each time finds what it reads in its own
/// caches, which it does not if it takes columns.
int64_t pixelParts(nn::KernelOp kernel);

/// Whether a unit is a row of an image.
bool sharesRows(nn::KernelOp kernel);

/// What a direct convolution's register tiles are chosen for.
TileUse convTileUse(nn::KernelOp kernel);

/// How many units a direct convolution has.
nn::DimAttr convUnits(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_CONVUNITS_H
