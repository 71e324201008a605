//===- MatrixStack.h - an operand of a product, as it lies in memory ------===//
//
// The dimensions of an nn.contract's operand have roles: `b` numbers matrices, `m` and `n` are rows and columns of the
// result, `k` is summed. They lie in any order; there may be several `b`.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_MATRIXSTACK_H
#define MARGAY_CODEGEN_KERNELS_MATRIXSTACK_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

class MatrixStack {
public:
  MatrixStack(const View &view, llvm::StringRef roles);

  /// Where matrix number `batch` begins.
  mlir::Value matrix(KernelBuilder &k, mlir::Value batch) const;
  /// Elements from one index to the next along the dimension that has `role`; 0 where there is none.
  mlir::Value stride(KernelBuilder &k, char role) const;

private:
  View view;
  std::string roles;
  llvm::SmallVector<nn::DimAttr> strides;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_MATRIXSTACK_H
