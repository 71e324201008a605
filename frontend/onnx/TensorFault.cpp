//===- TensorFault.cpp - what can be wrong with a tensor by itself --------===//

#include "frontend/onnx/Decode.h"
#include "ir/Counted.h"
#include "llvm/ADT/StringExtras.h"

namespace margay::frontend::onnx {

/// "tensor 'W' (float[2,3])"
static std::string describe(const Tensor &tensor) {
  std::string text = "tensor " + quoted(tensor.name) + " (" + nameOf(tensor.type).str();
  if (tensor.dims.size() > 16)
    return text + " with " + counted(tensor.dims.size(), "dimension") + ")";
  if (!tensor.dims.empty())
    text += "[" + llvm::join(llvm::map_range(tensor.dims, [](int64_t dim) { return std::to_string(dim); }), ",") + "]";
  return text + ")";
}

/// A number of external_data, or nothing if it is not a decimal number.
static std::optional<std::string> findExternalFault(const Tensor &tensor) {
  bool hasLocation = false;
  for (const StringPair &entry : tensor.external) {
    uint64_t number;
    hasLocation |= entry.key == "location" && !entry.value.empty();
    if ((entry.key == "offset" || entry.key == "length") && entry.value.getAsInteger(10, number))
      return describe(tensor) + ": " + entry.key.str() + " of the external data is " + quoted(entry.value) +
             ", not a number";
  }
  if (!hasLocation)
    return describe(tensor) + " is stored in another file, but its location is missing";
  return std::nullopt;
}

std::optional<std::string> findFault(const Tensor &tensor) {
  if (!lookup(tensor.type))
    return describe(tensor) + " has no element type";
  for (int64_t dim : tensor.dims)
    if (dim < 0)
      return describe(tensor) + " has a negative dimension";
  std::optional<uint64_t> count = elementCount(tensor.dims);
  if (!count)
    return describe(tensor) + " has more elements than can be counted";
  if (tensor.isExternal) {
    if (!tensor.bytes.empty() || !tensor.strings.empty())
      return describe(tensor) + " is stored in another file, but has elements here too";
    if (tensor.type == ElementType::String)
      return describe(tensor) + " is stored in another file, which strings cannot be";
    return findExternalFault(tensor);
  }
  if (tensor.type == ElementType::String) {
    if (tensor.strings.size() != *count)
      return describe(tensor) + " has " + std::to_string(tensor.strings.size()) + " strings, its dimensions say " +
             std::to_string(*count);
    return std::nullopt;
  }
  std::optional<uint64_t> size = byteSize(tensor.type, *count);
  if (!size)
    return describe(tensor) + " has more elements than can be counted";
  if (tensor.bytes.size() != *size)
    return describe(tensor) + " has " + std::to_string(tensor.bytes.size()) + " bytes of data, its dimensions say " +
           std::to_string(*size);
  return std::nullopt;
}

std::optional<std::string> findFault(const SparseTensor &tensor) {
  std::string name = "sparse " + describe(tensor.values);
  if (tensor.dims.empty() || !elementCount(tensor.dims))
    return name + " has dimensions that are missing, negative or too large";
  if (tensor.values.dims.size() != 1)
    return name + " has values that are not a list";
  if (tensor.indices.type != ElementType::Int64)
    return name + " has indices that are not int64";
  llvm::ArrayRef<int64_t> shape = tensor.indices.dims;
  bool isLinear = shape.size() == 1, isPerAxis = shape.size() == 2 && shape[1] == int64_t(tensor.dims.size());
  if (!isLinear && !isPerAxis)
    return name + " has indices that are neither [nonzeros] nor [nonzeros, rank]";
  if (shape[0] != tensor.values.dims[0])
    return name + " has " + std::to_string(shape[0]) + (shape[0] == 1 ? " index, but " : " indices, but ") +
           counted(tensor.values.dims[0], "value");
  return std::nullopt;
}

} // namespace margay::frontend::onnx
