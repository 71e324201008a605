//===- Activation.h - functions that activate, as cells and kernels have them ===//

#ifndef MARGAY_CODEGEN_KERNELS_ACTIVATION_H
#define MARGAY_CODEGEN_KERNELS_ACTIVATION_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// The function called `name` (as nn.recurrent calls it) of floats, with its coefficients.
mlir::Value activation(Emit &e, llvm::StringRef name, double alpha, double beta, mlir::Value x);

/// What an operation makes of its operands, lanes of f32, where that is less work or more exact than its payload; null
/// for others.
mlir::Value shortPayload(Emit &e, mlir::Operation *op, mlir::ValueRange operands);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_ACTIVATION_H
