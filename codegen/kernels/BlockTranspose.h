//===- BlockTranspose.h - permuting dimensions in registers ---------------===//

#ifndef MARGAY_CODEGEN_KERNELS_BLOCKTRANSPOSE_H
#define MARGAY_CODEGEN_KERNELS_BLOCKTRANSPOSE_H

#include "ir/Dim.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// Positions along the operand's last dimension in one unit: two cache lines of 32-bit elements, which CPUs fetch
/// together, and a multiple of what the widest vector has.
inline constexpr int64_t blockRows = 32;

/// Whether elements have 32 bits and the last dimension of the result is another than the operand's.
bool canTransposeBlocks(nn::TransposeOp op);

nn::DimAttr transposeBlockUnits(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_BLOCKTRANSPOSE_H
