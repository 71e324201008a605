//===- PooledTiles.h - Winograd's tiles that are pooled before they are stored ---===//
//
// A pooling of 2×2 windows two pixels apart, as networks have it behind a convolution, sees windows that lie within a
// tile of 4×4, 2×4 or 2×2 results each. So the convolution pools its tiles itself: their kernels become one, with two
// roots, whose plan is the convolution's. What lies in between, four times what is stored, is never in memory.
//
//   nn.kernel "conv + pool" plan #nn.plan<"winograd", …> { nn.conv, elementwise …, nn.window, elementwise … }
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_POOLEDTILES_H
#define MARGAY_CODEGEN_PLANS_POOLEDTILES_H

#include "ir/Ops.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace margay::codegen {

/// Pixels of a pooled tile's windows along an axis, and from one window to the next.
inline constexpr int64_t poolSide = 2;

/// The pooling in a convolution's kernel; null where there is none.
nn::WindowOp poolOf(nn::KernelOp kernel);

/// Makes one of kernels that have plans where a pooling alone reads what Winograd's tiles give.
void poolInTiles(mlir::ModuleOp module, std::string &explanation);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_POOLEDTILES_H
