//===- CopyKernel.h - a kernel that copies --------------------------------===//

#ifndef MARGAY_PASSES_COPYKERNEL_H
#define MARGAY_PASSES_COPYKERNEL_H

#include "mlir/IR/Builders.h"

namespace margay::passes {

/// The result of a kernel of this name that yields `value`, its only input.
mlir::Value copyKernel(mlir::OpBuilder &builder, mlir::Location loc, mlir::StringAttr name, mlir::Value value);

} // namespace margay::passes

#endif // MARGAY_PASSES_COPYKERNEL_H
