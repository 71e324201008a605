//===- ExplainTiles.h - which register tiles were considered, and their estimates ===//

#ifndef MARGAY_CODEGEN_PLANS_EXPLAINTILES_H
#define MARGAY_CODEGEN_PLANS_EXPLAINTILES_H

#include "ir/Ops.h"
#include <string>

namespace margay::codegen {

/// Of a product with a constant matrix, or a direct convolution, at each level that had a choice a line:
///
///   "fc (Gemm)" at v4: tiles 6×4 0.651 ms; 12×2 0.690 ms; blocks of 128 rows × 768 steps
///
/// The times are those of the products alone, from the caches, on one core of the level, for a batch of one.
std::string explainTiles(nn::KernelOp kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_EXPLAINTILES_H
