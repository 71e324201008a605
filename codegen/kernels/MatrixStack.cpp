//===- MatrixStack.cpp - an operand of a product, as it lies in memory ----===//

#include "codegen/kernels/MatrixStack.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Positions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

MatrixStack::MatrixStack(const View &view, StringRef roles) : view(view), roles(roles), strides(elementStrides(view)) {}

Value MatrixStack::matrix(KernelBuilder &k, Value batch) const {
  SmallVector<DimAttr> sizes, apart;
  for (auto [role, size, stride] : llvm::zip_equal(StringRef(roles), view.dims, strides))
    if (role == 'b') {
      sizes.push_back(size);
      apart.push_back(stride);
    }
  return k.at(view.pointer, offsetAt(k, coordinates(k, batch, sizes), apart), view.element);
}

Value MatrixStack::stride(KernelBuilder &k, char role) const {
  size_t axis = roles.find(role);
  return axis == std::string::npos ? k.constant(0) : k.dim(strides[axis]);
}
