//===- Index.h - walking over the elements of strided tensors -------------===//

#ifndef MARGAY_IR_REFERENCE_INDEX_H
#define MARGAY_IR_REFERENCE_INDEX_H

#include "ir/reference/Tensor.h"

namespace margay::reference {

/// How far apart the elements are along each dimension of a row-major tensor.
inline Shape stridesOf(llvm::ArrayRef<int64_t> shape) {
  Shape strides(shape.size());
  int64_t stride = 1;
  for (int64_t axis = static_cast<int64_t>(shape.size()) - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/// The elements of `values` that an index of each of the dimensions `axes` names, in the order of `axes`.
inline Shape pick(llvm::ArrayRef<int64_t> values, llvm::ArrayRef<int64_t> axes) {
  Shape picked;
  for (int64_t axis : axes)
    picked.push_back(values[axis]);
  return picked;
}

/// The elements at the sums of index times stride, for each index of `shape` in row-major order.
template <typename T>
std::vector<T> gather(llvm::ArrayRef<T> values, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> strides) {
  std::vector<T> gathered(elementCount(shape));
  Shape index(shape.size(), 0);
  int64_t offset = 0;
  for (T &element : gathered) {
    element = values[offset];
    // To the next index: the last dimension moves fastest; one that is through goes back to its begin.
    for (int64_t axis = static_cast<int64_t>(shape.size()) - 1; axis >= 0; --axis) {
      offset += strides[axis];
      if (++index[axis] < shape[axis])
        break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return gathered;
}

/// The tensor with dimension i from dimension permutation[i].
template <typename T> std::vector<T> permute(const Tensor &tensor, llvm::ArrayRef<int64_t> permutation) {
  return gather(tensor.values<T>(), pick(tensor.shape(), permutation), pick(stridesOf(tensor.shape()), permutation));
}

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_INDEX_H
