//===- FetchRegion.h - a part of an image that is fetched ahead of its use ===//
//
// While something else is computed, a loop has a run of neighbouring lines of the region fetched into a cache, the next
// loop another run.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_FETCHREGION_H
#define MARGAY_CODEGEN_KERNELS_FETCHREGION_H

#include "codegen/kernels/Emit.h"
#include "llvm/Support/MathExtras.h"

namespace margay::codegen {

struct FetchRegion {
  int64_t rows = 0;   ///< 0 where nothing is to be fetched.
  int64_t width = 0;  ///< Elements of a row,
  int64_t stride = 0; ///< and from one row to the next.
  int64_t run = 1;    ///< Elements that are fetched at once.

  int64_t runsOfRow() const { return llvm::divideCeil(width, run); }
  int64_t runs() const { return rows * runsOfRow(); }
};

/// A place that need not be in what the pointer points into, since it is only fetched.
mlir::Value farAt(Emit &e, mlir::Value pointer, mlir::Value index, mlir::Type element);

/// Where a run begins, for a number below `runs()`.
mlir::Value runAt(Emit &e, const FetchRegion &region, mlir::Value first, mlir::Value run, mlir::Type element);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_FETCHREGION_H
