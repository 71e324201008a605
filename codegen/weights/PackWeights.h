//===- PackWeights.h - constant inputs of kernels, in their final form ----===//

#ifndef MARGAY_CODEGEN_WEIGHTS_PACKWEIGHTS_H
#define MARGAY_CODEGEN_WEIGHTS_PACKWEIGHTS_H

#include "codegen/plans/Plans.h"
#include "llvm/ADT/DenseMap.h"

namespace margay::codegen {

class WeightsWriter;

/// Where the constant operands of steps are, in bytes from the start of the weights.
using WeightOffsets = llvm::DenseMap<mlir::OpOperand *, uint64_t>;

/// Evaluates each recipe that a step (a kernel, nn.if or nn.loop) reads, packs it the way the kernel's plan wants it,
/// and appends it to the weights; one tensor at a time.
llvm::Expected<WeightOffsets> packWeights(llvm::ArrayRef<mlir::Operation *> steps, WeightsWriter &writer);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_WEIGHTS_PACKWEIGHTS_H
