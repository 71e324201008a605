//===- Indexing.cpp - taking row-major indices apart ----------------------===//

#include "codegen/kernels/Indexing.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

SmallVector<Value> codegen::coordinates(KernelBuilder &k, Value index, ArrayRef<DimAttr> dims) {
  SmallVector<Value> result(dims.size());
  for (int64_t axis = static_cast<int64_t>(dims.size()) - 1; axis >= 0; --axis) {
    if (axis == 0) {
      result[0] = index;
      break;
    }
    Value size = k.dim(dims[axis]);
    result[axis] = k.rem(index, size);
    index = k.div(index, size);
  }
  return result;
}

SmallVector<DimAttr> codegen::elementStrides(const View &view) {
  SmallVector<DimAttr> strides(view.dims.size());
  DimAttr stride = nn::constantDim(view.element.getContext(), 1);
  for (int64_t axis = static_cast<int64_t>(view.dims.size()) - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride = axis + 1 == static_cast<int64_t>(view.dims.size()) ? view.rowStride : stride * view.dims[axis];
  }
  return strides;
}
