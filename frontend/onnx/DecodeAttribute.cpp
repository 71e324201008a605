//===- DecodeAttribute.cpp - attributes and their kinds -------------------===//
//
// AttributeProto has one field for each kind of value and `type`, which says which of them counts. Exporters also write
// zeros into the others, so only values that say something are held against the type.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/Decoder.h"

namespace margay::frontend::onnx {

namespace {
/// The fields of single values.
struct Singles {
  float f = 0;
  int64_t i = 0;
  llvm::StringRef s;
  bool hasF = false, hasI = false, hasS = false;
  std::vector<Tensor> tensor;
  std::vector<SparseTensor> sparseTensor;
  std::vector<Graph> graph;
  std::vector<Type> type;
};
} // namespace

/// The kind of the only value there is: the first IR version has no `type` field.
static AttributeType inferType(const Attribute &lists, const Singles &singles) {
  std::pair<bool, AttributeType> kinds[] = {
      {singles.hasF, AttributeType::Float},
      {singles.hasI, AttributeType::Int},
      {singles.hasS, AttributeType::String},
      {!singles.tensor.empty(), AttributeType::Tensor},
      {!singles.graph.empty(), AttributeType::Graph},
      {!singles.sparseTensor.empty(), AttributeType::SparseTensor},
      {!singles.type.empty(), AttributeType::Type},
      {!lists.floats.empty(), AttributeType::Floats},
      {!lists.ints.empty(), AttributeType::Ints},
      {!lists.strings.empty(), AttributeType::Strings},
      {!lists.tensors.empty(), AttributeType::Tensors},
      {!lists.graphs.empty(), AttributeType::Graphs},
      {!lists.sparseTensors.empty(), AttributeType::SparseTensors},
      {!lists.types.empty(), AttributeType::Types},
  };
  AttributeType found = AttributeType::Undefined;
  for (auto [isPresent, type] : kinds) {
    if (!isPresent)
      continue;
    if (found != AttributeType::Undefined)
      return AttributeType::Undefined;
    found = type;
  }
  return found;
}

/// Moves the single value of the attribute's type into the list of its kind. False if there is none, or if there are
/// values of another type.
static bool settle(Attribute &attribute, Singles &singles) {
  bool isOk = true;
  auto scalar = [&](AttributeType type, bool saysSomething, auto value, auto &list) {
    if (attribute.type == type) {
      isOk &= list.empty();
      list.assign(1, value);
    } else {
      isOk &= !saysSomething && (list.empty() || attribute.type == listOf(type));
    }
  };
  auto message = [&](AttributeType type, auto &single, auto &list) {
    if (attribute.type == type) {
      isOk &= list.empty() && single.size() == 1;
      list = std::move(single);
    } else {
      isOk &= single.empty() && (list.empty() || attribute.type == listOf(type));
    }
  };
  scalar(AttributeType::Float, singles.f != 0, singles.f, attribute.floats);
  scalar(AttributeType::Int, singles.i != 0, singles.i, attribute.ints);
  scalar(AttributeType::String, !singles.s.empty(), singles.s, attribute.strings);
  message(AttributeType::Tensor, singles.tensor, attribute.tensors);
  message(AttributeType::Graph, singles.graph, attribute.graphs);
  message(AttributeType::SparseTensor, singles.sparseTensor, attribute.sparseTensors);
  message(AttributeType::Type, singles.type, attribute.types);
  return isOk;
}

void Decoder::decode(MessageReader reader, Attribute &attribute) {
  Singles singles;
  int64_t type = 0;
  auto only = [](auto &list) -> auto & { return list.empty() ? list.emplace_back() : list[0]; };
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.read(attribute.name);
      break;
    case 2:
      singles.hasF = true;
      reader.read(singles.f);
      break;
    case 3:
      singles.hasI = true;
      reader.read(singles.i);
      break;
    case 4:
      singles.hasS = true;
      reader.read(singles.s);
      break;
    case 5:
      decode(reader.nested("TensorProto"), only(singles.tensor));
      break;
    case 6:
      decode(reader.nested("GraphProto"), only(singles.graph));
      break;
    case 7:
      reader.append(attribute.floats);
      break;
    case 8:
      reader.appendInts(attribute.ints);
      break;
    case 9:
      reader.append(attribute.strings);
      break;
    case 10:
      append(reader, "TensorProto", attribute.tensors);
      break;
    case 11:
      append(reader, "GraphProto", attribute.graphs);
      break;
    case 13:
      reader.read(attribute.docString);
      break;
    case 14:
      decode(reader.nested("TypeProto"), only(singles.type));
      break;
    case 15:
      append(reader, "TypeProto", attribute.types);
      break;
    case 20:
      reader.read(type);
      break;
    case 21:
      reader.read(attribute.refName);
      break;
    case 22:
      decode(reader.nested("SparseTensorProto"), only(singles.sparseTensor));
      break;
    case 23:
      append(reader, "SparseTensorProto", attribute.sparseTensors);
      break;
    }
  if (reader.failed())
    return;
  if (attribute.name.empty()) {
    reader.fail("an attribute has no name");
    return;
  }
  std::string name = "attribute " + quoted(attribute.name);
  if (type < 0 || type > int64_t(AttributeType::Types)) {
    reader.fail(name + " is of type " + llvm::Twine(type) + ", which does not exist in ONNX");
    return;
  }
  attribute.type = AttributeType(type);
  if (!attribute.refName.empty())
    return;
  if (attribute.type == AttributeType::Undefined)
    attribute.type = inferType(attribute, singles);
  if (attribute.type == AttributeType::Undefined)
    reader.fail(name + " has no type");
  else if (!settle(attribute, singles))
    reader.fail(name + " is of type " + nameOf(attribute.type) + ", but its value is not");
}

} // namespace margay::frontend::onnx
