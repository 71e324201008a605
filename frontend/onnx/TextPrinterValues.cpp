//===- TextPrinterValues.cpp - types, tensors and attributes as ONNX text -===//

#include "frontend/onnx/TensorData.h"
#include "frontend/onnx/TextPrinter.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"

namespace margay::frontend::onnx {

//===- Types and tensors --------------------------------------------------===//

void TextPrinter::print(const Type &type) {
  auto tensor = [&] {
    os << nameOf(type.element);
    if (type.hasShape && type.shape.empty())
      return;
    list("[", type.shape, "]", [&](const Dimension &dim) {
      if (dim.kind == Dimension::Value)
        os << dim.value;
      else if (dim.kind == Dimension::Param)
        name(dim.param);
      else
        os << '?';
    });
  };
  auto inner = [&] {
    if (!type.inner.empty())
      print(type.inner[0]);
    os << ')';
  };
  switch (type.kind) {
  case Type::None:
    return;
  case Type::Tensor:
    return tensor();
  case Type::SparseTensor:
    os << "sparse_tensor(";
    tensor();
    os << ')';
    return;
  case Type::Sequence:
    os << "seq(";
    return inner();
  case Type::Optional:
    os << "optional(";
    return inner();
  case Type::Map:
    os << "map(" << nameOf(type.element) << ", ";
    return inner();
  case Type::Opaque:
    os << "opaque(";
    if (!type.opaqueDomain.empty()) {
      name(type.opaqueDomain);
      os << ", ";
    }
    if (!type.opaqueName.empty())
      name(type.opaqueName);
    os << ')';
    return;
  }
}

void TextPrinter::print(const ValueInfo &info) {
  print(info.type);
  if (info.type.kind != Type::None)
    os << ' ';
  name(info.name);
}

void TextPrinter::tensorType(ElementType type, llvm::ArrayRef<int64_t> dims) {
  os << nameOf(type);
  if (!dims.empty())
    list("[", dims, "]", [&](int64_t dim) { os << dim; });
}

void TextPrinter::data(const Tensor &tensor) {
  if (tensor.isExternal)
    return pairs(tensor.external);
  if (tensor.type == ElementType::String)
    return list("{", tensor.strings, "}", [&](llvm::StringRef text) { quote(text); });
  const ElementTypeInfo *info = lookup(tensor.type);
  llvm::StringRef separator = "";
  auto put = [&](auto value) {
    os << separator;
    separator = ", ";
    number(value);
  };
  os << '{';
  if (!info) {
    // Nothing is known of its elements.
  } else if (info->field == TypedField::Float) {
    for (size_t at = 0; at + 4 <= tensor.bytes.size(); at += 4)
      put(llvm::bit_cast<float>(llvm::support::endian::read32le(tensor.bytes.data() + at)));
  } else if (info->field == TypedField::Double) {
    for (size_t at = 0; at + 8 <= tensor.bytes.size(); at += 8)
      put(llvm::bit_cast<double>(llvm::support::endian::read64le(tensor.bytes.data() + at)));
  } else {
    forEachNumber(tensor.type, tensor.bytes, elementCount(tensor.dims).value_or(0), [&](uint64_t value) {
      if (info->isSigned)
        put(int64_t(value));
      else
        put(value);
    });
  }
  os << '}';
}

void TextPrinter::print(const Tensor &tensor, bool isInitializer) {
  tensorType(tensor.type, tensor.dims);
  if (!tensor.name.empty()) {
    os << ' ';
    name(tensor.name);
  }
  os << (isInitializer || tensor.isExternal ? " = " : " ");
  data(tensor);
}

void TextPrinter::printSparse(const SparseTensor &tensor, bool isInitializer) {
  os << "sparse_tensor(";
  tensorType(tensor.values.type, tensor.dims);
  os << ')';
  if (!tensor.values.name.empty()) {
    os << ' ';
    name(tensor.values.name);
  }
  os << (isInitializer || tensor.values.isExternal ? " = " : " ");
  data(tensor.values);
  os << " at ";
  tensorType(tensor.indices.type, tensor.indices.dims);
  os << ' ';
  data(tensor.indices);
}

//===- Attributes and nodes -----------------------------------------------===//

void TextPrinter::value(const Attribute &attribute) {
  auto some = [&](const auto &elements, auto print) {
    if (isList(attribute.type))
      list("[", elements, "]", print);
    else if (!elements.empty())
      print(elements[0]);
  };
  switch (listOf(attribute.type)) {
  case AttributeType::Floats:
    return some(attribute.floats, [&](float value) { number(value); });
  case AttributeType::Ints:
    return some(attribute.ints, [&](int64_t value) { number(value); });
  case AttributeType::Strings:
    return some(attribute.strings, [&](llvm::StringRef text) { quote(text); });
  case AttributeType::Tensors:
    return some(attribute.tensors, [&](const Tensor &tensor) { print(tensor, /*isInitializer=*/false); });
  case AttributeType::SparseTensors:
    return some(attribute.sparseTensors,
                [&](const SparseTensor &tensor) { printSparse(tensor, /*isInitializer=*/false); });
  case AttributeType::Graphs:
    indent += 2;
    some(attribute.graphs, [&](const Graph &graph) { print(graph); });
    indent -= 2;
    return;
  case AttributeType::Types:
    return some(attribute.types, [&](const Type &type) { print(type); });
  default:
    return;
  }
}

void TextPrinter::print(const Attribute &attribute) {
  name(attribute.name);
  if (attribute.type != AttributeType::Undefined)
    os << ": " << nameOf(attribute.type);
  os << " = ";
  if (attribute.refName.empty())
    return value(attribute);
  os << '@';
  name(attribute.refName);
}

} // namespace margay::frontend::onnx
