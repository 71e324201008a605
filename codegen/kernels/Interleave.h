//===- Interleave.h - a transpose to a few columns ------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_INTERLEAVE_H
#define MARGAY_CODEGEN_KERNELS_INTERLEAVE_H

#include "ir/Dim.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// Rows of the result in a unit.
inline constexpr int64_t interleavedRows = 512;

/// Whether the result has two to four columns, and its last dimension but one is the operand's last.
bool canInterleave(nn::TransposeOp op);

nn::DimAttr interleaveUnits(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_INTERLEAVE_H
