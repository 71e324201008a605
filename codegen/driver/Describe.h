//===- Describe.h - a model's C interface, read from its function ---------===//

#ifndef MARGAY_CODEGEN_DRIVER_DESCRIBE_H
#define MARGAY_CODEGEN_DRIVER_DESCRIBE_H

#include "codegen/emit/Interface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace margay::codegen {

/// Names, element types, shapes, symbols and states of `main`; sizes, hashes, levels and kernels are left to the
/// caller.
Interface describeInterface(mlir::func::FuncOp main, llvm::StringRef name);

/// The element type's number in margay.h.
mg_dtype dtypeOf(mlir::Type element);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_DRIVER_DESCRIBE_H
