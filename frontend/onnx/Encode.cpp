//===- Encode.cpp - structs to binary ONNX --------------------------------===//

#include "frontend/onnx/Encode.h"
#include "frontend/onnx/WireWriter.h"

namespace margay::frontend::onnx {

static WireWriter encode(const Graph &graph);

template <typename List> static void encodeAll(WireWriter &writer, uint32_t number, const List &list) {
  for (const auto &element : list)
    writer.message(number, encode(element));
}

static void encodeNames(WireWriter &writer, uint32_t number, llvm::ArrayRef<llvm::StringRef> names) {
  for (llvm::StringRef name : names)
    writer.text(number, name, /*always=*/true);
}

static WireWriter encode(const StringPair &pair) {
  WireWriter writer;
  writer.text(1, pair.key);
  writer.text(2, pair.value);
  return writer;
}

static WireWriter encode(const OpsetImport &opset) {
  WireWriter writer;
  writer.text(1, opset.domain, /*always=*/true);
  writer.integer(2, opset.version);
  return writer;
}

static WireWriter encode(const Dimension &dim) {
  WireWriter writer;
  if (dim.kind == Dimension::Value)
    writer.integer(1, dim.value, /*always=*/true);
  if (dim.kind == Dimension::Param)
    writer.text(2, dim.param);
  writer.text(3, dim.denotation);
  return writer;
}

static WireWriter encodeTensorType(const Type &type) {
  WireWriter writer, shape;
  writer.integer(1, int32_t(type.element));
  encodeAll(shape, 1, type.shape);
  if (type.hasShape)
    writer.message(2, shape);
  return writer;
}

static WireWriter encode(const Type &type) {
  WireWriter writer, inner;
  switch (type.kind) {
  case Type::None:
    break;
  case Type::Tensor:
    writer.message(1, encodeTensorType(type));
    break;
  case Type::SparseTensor:
    writer.message(8, encodeTensorType(type));
    break;
  case Type::Sequence:
    encodeAll(inner, 1, type.inner);
    writer.message(4, inner);
    break;
  case Type::Optional:
    encodeAll(inner, 1, type.inner);
    writer.message(9, inner);
    break;
  case Type::Map:
    inner.integer(1, int32_t(type.element));
    encodeAll(inner, 2, type.inner);
    writer.message(5, inner);
    break;
  case Type::Opaque:
    inner.text(1, type.opaqueDomain);
    inner.text(2, type.opaqueName);
    writer.message(7, inner);
    break;
  }
  writer.text(6, type.denotation);
  return writer;
}

static WireWriter encode(const ValueInfo &info) {
  WireWriter writer;
  writer.text(1, info.name);
  if (info.type.kind != Type::None)
    writer.message(2, encode(info.type));
  writer.text(3, info.docString);
  encodeAll(writer, 4, info.metadata);
  return writer;
}

static WireWriter encode(const Tensor &tensor) {
  WireWriter writer;
  writer.integers(1, tensor.dims);
  writer.integer(2, int32_t(tensor.type));
  for (llvm::StringRef text : tensor.strings)
    writer.text(6, text, /*always=*/true);
  writer.text(8, tensor.name);
  writer.text(9, {reinterpret_cast<const char *>(tensor.bytes.data()), tensor.bytes.size()});
  writer.text(12, tensor.docString);
  encodeAll(writer, 13, tensor.external);
  writer.integer(14, tensor.isExternal);
  encodeAll(writer, 16, tensor.metadata);
  return writer;
}

static WireWriter encode(const SparseTensor &tensor) {
  WireWriter writer;
  writer.message(1, encode(tensor.values));
  writer.message(2, encode(tensor.indices));
  writer.integers(3, tensor.dims);
  return writer;
}

/// The value of an attribute, in the field of its type.
static void encodeValue(WireWriter &writer, const Attribute &attribute) {
  switch (attribute.type) {
  case AttributeType::Undefined:
    return;
  case AttributeType::Float:
    return writer.single(2, attribute.floats[0]);
  case AttributeType::Int:
    return writer.integer(3, attribute.ints[0], /*always=*/true);
  case AttributeType::String:
    return writer.text(4, attribute.strings[0], /*always=*/true);
  case AttributeType::Tensor:
    return encodeAll(writer, 5, attribute.tensors);
  case AttributeType::Graph:
    return encodeAll(writer, 6, attribute.graphs);
  case AttributeType::Floats:
    return writer.floats(7, attribute.floats);
  case AttributeType::Ints:
    return writer.integers(8, attribute.ints);
  case AttributeType::Strings:
    return encodeNames(writer, 9, attribute.strings);
  case AttributeType::Tensors:
    return encodeAll(writer, 10, attribute.tensors);
  case AttributeType::Graphs:
    return encodeAll(writer, 11, attribute.graphs);
  case AttributeType::Type:
    return encodeAll(writer, 14, attribute.types);
  case AttributeType::Types:
    return encodeAll(writer, 15, attribute.types);
  case AttributeType::SparseTensor:
    return encodeAll(writer, 22, attribute.sparseTensors);
  case AttributeType::SparseTensors:
    return encodeAll(writer, 23, attribute.sparseTensors);
  }
}

static WireWriter encode(const Attribute &attribute) {
  WireWriter writer;
  writer.text(1, attribute.name);
  if (attribute.refName.empty())
    encodeValue(writer, attribute);
  writer.text(13, attribute.docString);
  writer.integer(20, int32_t(attribute.type));
  writer.text(21, attribute.refName);
  return writer;
}

static WireWriter encode(const Node &node) {
  WireWriter writer;
  encodeNames(writer, 1, node.inputs);
  encodeNames(writer, 2, node.outputs);
  writer.text(3, node.name);
  writer.text(4, node.opType);
  encodeAll(writer, 5, node.attributes);
  writer.text(6, node.docString);
  writer.text(7, node.domain);
  writer.text(8, node.overload);
  encodeAll(writer, 9, node.metadata);
  return writer;
}

static WireWriter encode(const QuantizationAnnotation &annotation) {
  WireWriter writer;
  writer.text(1, annotation.tensorName);
  encodeAll(writer, 2, annotation.parameters);
  return writer;
}

static WireWriter encode(const Graph &graph) {
  WireWriter writer;
  encodeAll(writer, 1, graph.nodes);
  writer.text(2, graph.name);
  encodeAll(writer, 5, graph.initializers);
  writer.text(10, graph.docString);
  encodeAll(writer, 11, graph.inputs);
  encodeAll(writer, 12, graph.outputs);
  encodeAll(writer, 13, graph.valueInfos);
  encodeAll(writer, 14, graph.quantization);
  encodeAll(writer, 15, graph.sparseInitializers);
  encodeAll(writer, 16, graph.metadata);
  return writer;
}

static WireWriter encode(const Function &function) {
  WireWriter writer;
  writer.text(1, function.name);
  encodeNames(writer, 4, function.inputs);
  encodeNames(writer, 5, function.outputs);
  encodeNames(writer, 6, function.attributes);
  encodeAll(writer, 7, function.nodes);
  writer.text(8, function.docString);
  encodeAll(writer, 9, function.opsets);
  writer.text(10, function.domain);
  encodeAll(writer, 11, function.attributeDefaults);
  encodeAll(writer, 12, function.valueInfos);
  writer.text(13, function.overload);
  encodeAll(writer, 14, function.metadata);
  return writer;
}

static WireWriter encode(const TrainingInfo &info) {
  WireWriter writer;
  encodeAll(writer, 1, info.initialization);
  encodeAll(writer, 2, info.algorithm);
  encodeAll(writer, 3, info.initializationBindings);
  encodeAll(writer, 4, info.updateBindings);
  return writer;
}

std::string encodeModel(const Model &model) {
  WireWriter writer;
  writer.integer(1, model.irVersion);
  writer.text(2, model.producerName);
  writer.text(3, model.producerVersion);
  writer.text(4, model.domain);
  writer.integer(5, model.modelVersion);
  writer.text(6, model.docString);
  if (model.hasGraph)
    writer.message(7, encode(model.graph));
  encodeAll(writer, 8, model.opsets);
  encodeAll(writer, 14, model.metadata);
  encodeAll(writer, 20, model.trainingInfos);
  encodeAll(writer, 25, model.functions);
  return std::move(writer.bytes);
}

std::string encodeTensor(const Tensor &tensor) { return std::move(encode(tensor).bytes); }

} // namespace margay::frontend::onnx
