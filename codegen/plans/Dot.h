//===- Dot.h - convolutions and products whose result has one column ------===//

#ifndef MARGAY_CODEGEN_PLANS_DOT_H
#define MARGAY_CODEGEN_PLANS_DOT_H

#include "ir/Dim.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// Summands that lie side by side are taken so many at a time, at every level.
inline constexpr int64_t dotLanes = 16;

/// Whether a convolution or a product of matrices, whose second operand is constant, has one result in a row, and sums
/// long enough for lanes to stand for its summands.
bool isDot(mlir::Operation *root);

/// Rows of images, or where a filter is one pixel, pixels.
nn::DimAttr dotUnits(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_DOT_H
