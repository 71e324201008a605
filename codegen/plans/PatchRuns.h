//===- PatchRuns.h - what is copied at once of a convolution's patches ----===//

#ifndef MARGAY_CODEGEN_PLANS_PATCHRUNS_H
#define MARGAY_CODEGEN_PLANS_PATCHRUNS_H

#include "ir/Ops.h"

namespace margay::codegen {

/// Whether a convolution's left matrix is one of patches; that of a filter of one tap with stride 1 is its input.
bool hasPatches(mlir::Operation *root);

/// Neighbouring taps in a run: 1, or where channels are few, all along the last axis, which lie side by side.
int64_t runTaps(nn::ConvOp conv);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_PATCHRUNS_H
