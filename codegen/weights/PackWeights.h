//===- PackWeights.h - constant inputs of kernels, in their final form ----===//

#ifndef MARGAY_CODEGEN_WEIGHTS_PACKWEIGHTS_H
#define MARGAY_CODEGEN_WEIGHTS_PACKWEIGHTS_H

#include "codegen/plans/Plans.h"
#include "llvm/ADT/DenseMap.h"

namespace margay::codegen {

class WeightsWriter;

/// Where the constant inputs of kernels are, in bytes from the start of the weights.
using WeightOffsets = llvm::DenseMap<mlir::OpOperand *, uint64_t>;

/// Evaluates each recipe that a kernel reads, packs it the way the kernel's plan wants it, and appends it to the
/// weights; one tensor at a time.
llvm::Expected<WeightOffsets> packWeights(llvm::ArrayRef<nn::KernelOp> kernels, WeightsWriter &writer);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_WEIGHTS_PACKWEIGHTS_H
