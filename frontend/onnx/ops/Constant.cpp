//===- Constant.cpp - constants, and operators that change nothing --------===//

#include "frontend/onnx/ElementWriter.h"
#include "frontend/onnx/TensorData.h"
#include "frontend/onnx/ops/Operators.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// Numbers as a tensor: a list of them, or a scalar where `isList` is false.
template <typename Number>
static Tensor makeTensor(NodeImport &node, ElementType type, llvm::ArrayRef<Number> numbers, bool isList) {
  ElementWriter writer(*lookup(type));
  for (Number number : numbers)
    if constexpr (std::is_floating_point_v<Number>)
      writer.append(number);
    else
      writer.append(uint64_t(number));
  llvm::MutableArrayRef<uint8_t> bytes = node.importer.arena().bytes(writer.bytes().size());
  llvm::copy(writer.bytes(), bytes.begin());
  Tensor tensor;
  tensor.type = type;
  tensor.bytes = bytes;
  if (isList)
    tensor.dims.push_back(numbers.size());
  return tensor;
}

/// A sparse tensor with its zeros written out. Nothing after a report.
static std::optional<Tensor> makeDense(NodeImport &node, const SparseTensor &sparse) {
  const ElementTypeInfo *info = lookup(sparse.values.type);
  uint64_t count = *elementCount(sparse.dims);
  constexpr uint64_t maxBytes = uint64_t(1) << 26;
  std::optional<uint64_t> size = byteSize(sparse.values.type, count);
  if (!size || info->bits % 8 != 0 || *size > maxBytes || sparse.values.isExternal || sparse.indices.isExternal)
    return node.unsupported("attribute 'sparse_value' is too large, or not of numbers in this file");
  unsigned width = info->bits / 8;
  auto indices = readIntegers(ElementType::Int64, sparse.indices.bytes, *elementCount(sparse.indices.dims));
  llvm::MutableArrayRef<uint8_t> bytes = node.importer.arena().bytes(*size);
  llvm::fill(bytes, 0);
  size_t rank = sparse.indices.dims.size() == 2 ? sparse.dims.size() : 1;
  for (int64_t entry = 0; entry < sparse.values.dims[0]; ++entry) {
    uint64_t at = 0;
    for (size_t axis = 0; axis < rank; ++axis) {
      int64_t index = (*indices)[entry * rank + axis], limit = rank == 1 ? int64_t(count) : sparse.dims[axis];
      if (index < 0 || index >= limit) {
        return node.malformed("attribute 'sparse_value' has the index " + llvm::Twine(index) + " in a dimension of " +
                              llvm::Twine(limit));
      }
      at = at * limit + index;
    }
    llvm::copy(sparse.values.bytes.slice(entry * width, width), bytes.begin() + at * width);
  }
  Tensor tensor;
  tensor.type = sparse.values.type;
  tensor.dims.assign(sparse.dims.begin(), sparse.dims.end());
  tensor.bytes = bytes;
  return tensor;
}

LogicalResult importConstant(NodeImport &node) {
  const Attribute *value = nullptr;
  unsigned count = 0;
  auto read = [&](llvm::StringRef name, AttributeType type) {
    if (!node.hasAttribute(name))
      return false;
    ++count;
    value = node.attribute(name, type);
    return value != nullptr;
  };
  Tensor tensor;
  if (read("value", AttributeType::Tensor)) {
    tensor = value->tensors[0];
  } else if (read("value_float", AttributeType::Float)) {
    tensor = makeTensor<float>(node, ElementType::Float, value->floats, /*isList=*/false);
  } else if (read("value_floats", AttributeType::Floats)) {
    tensor = makeTensor<float>(node, ElementType::Float, value->floats, /*isList=*/true);
  } else if (read("value_int", AttributeType::Int)) {
    tensor = makeTensor<int64_t>(node, ElementType::Int64, value->ints, /*isList=*/false);
  } else if (read("value_ints", AttributeType::Ints)) {
    tensor = makeTensor<int64_t>(node, ElementType::Int64, value->ints, /*isList=*/true);
  } else if (read("value_string", AttributeType::String) || read("value_strings", AttributeType::Strings)) {
    tensor.type = ElementType::String;
    tensor.strings = value->strings;
    if (isList(value->type))
      tensor.dims.push_back(value->strings.size());
  } else if (read("sparse_value", AttributeType::SparseTensor)) {
    std::optional<Tensor> dense = makeDense(node, value->sparseTensors[0]);
    if (!dense)
      return failure();
    tensor = std::move(*dense);
  }
  if (node.hasFailed())
    return failure();
  if (count == 0)
    return node.malformed("has no value");
  return node.constant(std::move(tensor));
}

LogicalResult importIdentity(NodeImport &node) { return node.forward(); }

/// In an inference nothing is dropped.
LogicalResult importDropout(NodeImport &node) {
  node.ignore({"ratio", "seed", "is_test", "consumed_inputs"});
  if (node.usesOutput(1))
    return node.unsupported("its output of what is dropped is not supported");
  if (node.hasInput(2)) {
    std::optional<double> trains = node.constantScalar(2, "the training mode");
    if (!trains)
      return failure();
    if (*trains != 0)
      return node.unsupported("its training mode is on, which an inference cannot do");
  }
  return node.forward();
}

} // namespace margay::frontend::onnx
