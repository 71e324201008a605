//===- Activation.h - the functions of recurrent cells --------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_ACTIVATION_H
#define MARGAY_CODEGEN_KERNELS_ACTIVATION_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// The function called `name` (as nn.recurrent calls it) of floats, with its coefficients.
mlir::Value activation(Emit &e, llvm::StringRef name, double alpha, double beta, mlir::Value x);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_ACTIVATION_H
