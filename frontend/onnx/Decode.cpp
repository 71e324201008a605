//===- Decode.cpp - models, graphs, nodes and functions -------------------===//

#include "frontend/onnx/Decode.h"
#include "frontend/onnx/Decoder.h"
#include "ir/Fault.h"

namespace margay::frontend::onnx {

void Decoder::decode(MessageReader reader, StringPair &pair) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.read(pair.key);
      break;
    case 2:
      reader.read(pair.value);
      break;
    }
}

void Decoder::decode(MessageReader reader, OpsetImport &opset) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.read(opset.domain);
      break;
    case 2:
      reader.read(opset.version);
      break;
    }
}

void Decoder::decode(MessageReader reader, QuantizationAnnotation &annotation) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.read(annotation.tensorName);
      break;
    case 2:
      append(reader, "StringStringEntryProto", annotation.parameters);
      break;
    }
}

void Decoder::decode(MessageReader reader, Node &node) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.append(node.inputs);
      break;
    case 2:
      reader.append(node.outputs);
      break;
    case 3:
      reader.read(node.name);
      break;
    case 4:
      reader.read(node.opType);
      break;
    case 5:
      append(reader, "AttributeProto", node.attributes);
      break;
    case 6:
      reader.read(node.docString);
      break;
    case 7:
      reader.read(node.domain);
      break;
    case 8:
      reader.read(node.overload);
      break;
    case 9:
      append(reader, "StringStringEntryProto", node.metadata);
      break;
    }
  if (node.opType.empty())
    reader.fail(describe(node) + " has no op_type");
}

void Decoder::decode(MessageReader reader, Graph &graph) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      append(reader, "NodeProto", graph.nodes);
      break;
    case 2:
      reader.read(graph.name);
      break;
    case 5:
      append(reader, "TensorProto", graph.initializers);
      break;
    case 10:
      reader.read(graph.docString);
      break;
    case 11:
      append(reader, "ValueInfoProto", graph.inputs);
      break;
    case 12:
      append(reader, "ValueInfoProto", graph.outputs);
      break;
    case 13:
      append(reader, "ValueInfoProto", graph.valueInfos);
      break;
    case 14:
      append(reader, "TensorAnnotation", graph.quantization);
      break;
    case 15:
      append(reader, "SparseTensorProto", graph.sparseInitializers);
      break;
    case 16:
      append(reader, "StringStringEntryProto", graph.metadata);
      break;
    }
}

void Decoder::decode(MessageReader reader, Function &function) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.read(function.name);
      break;
    case 4:
      reader.append(function.inputs);
      break;
    case 5:
      reader.append(function.outputs);
      break;
    case 6:
      reader.append(function.attributes);
      break;
    case 7:
      append(reader, "NodeProto", function.nodes);
      break;
    case 8:
      reader.read(function.docString);
      break;
    case 9:
      append(reader, "OperatorSetIdProto", function.opsets);
      break;
    case 10:
      reader.read(function.domain);
      break;
    case 11:
      append(reader, "AttributeProto", function.attributeDefaults);
      break;
    case 12:
      append(reader, "ValueInfoProto", function.valueInfos);
      break;
    case 13:
      reader.read(function.overload);
      break;
    case 14:
      append(reader, "StringStringEntryProto", function.metadata);
      break;
    }
  if (function.name.empty())
    reader.fail("a function has no name");
}

void Decoder::decode(MessageReader reader, TrainingInfo &info) {
  auto only = [](std::vector<Graph> &graphs) -> Graph & { return graphs.empty() ? graphs.emplace_back() : graphs[0]; };
  while (reader.next())
    switch (reader.number()) {
    case 1:
      decode(reader.nested("GraphProto"), only(info.initialization));
      break;
    case 2:
      decode(reader.nested("GraphProto"), only(info.algorithm));
      break;
    case 3:
      append(reader, "StringStringEntryProto", info.initializationBindings);
      break;
    case 4:
      append(reader, "StringStringEntryProto", info.updateBindings);
      break;
    }
}

void Decoder::decode(MessageReader reader, Model &model) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.read(model.irVersion);
      break;
    case 2:
      reader.read(model.producerName);
      break;
    case 3:
      reader.read(model.producerVersion);
      break;
    case 4:
      reader.read(model.domain);
      break;
    case 5:
      reader.read(model.modelVersion);
      break;
    case 6:
      reader.read(model.docString);
      break;
    case 7:
      model.hasGraph = true;
      decode(reader.nested("GraphProto"), model.graph);
      break;
    case 8:
      append(reader, "OperatorSetIdProto", model.opsets);
      break;
    case 14:
      append(reader, "StringStringEntryProto", model.metadata);
      break;
    case 20:
      append(reader, "TrainingInfoProto", model.trainingInfos);
      break;
    case 25:
      append(reader, "FunctionProto", model.functions);
      break;
    }
}

llvm::Expected<Model> decodeModel(llvm::ArrayRef<uint8_t> bytes) {
  if (bytes.empty())
    return makeFault(Fault::Malformed, "the file is empty");
  Model model;
  WireFailure failure;
  Decoder{model.arena}.decode(MessageReader("ModelProto", bytes, failure), model);
  if (failure.failed)
    return makeFault(Fault::Malformed, failure.message);
  return model;
}

llvm::Expected<Tensor> decodeTensor(llvm::ArrayRef<uint8_t> bytes, Arena &arena) {
  if (bytes.empty())
    return makeFault(Fault::Malformed, "the file is empty");
  Tensor tensor;
  WireFailure failure;
  Decoder{arena}.decode(MessageReader("TensorProto", bytes, failure), tensor);
  if (failure.failed)
    return makeFault(Fault::Malformed, failure.message);
  return tensor;
}

} // namespace margay::frontend::onnx
