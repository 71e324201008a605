//===- DecodeType.cpp - types and value infos -----------------------------===//

#include "frontend/onnx/Decoder.h"

namespace margay::frontend::onnx {

static void decodeDimension(MessageReader reader, Dimension &dim) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      dim.kind = Dimension::Value;
      reader.read(dim.value);
      break;
    case 2:
      reader.read(dim.param);
      // Exporters write an empty name for a dimension that they do not know.
      dim.kind = dim.param.empty() ? Dimension::Unknown : Dimension::Param;
      break;
    case 3:
      reader.read(dim.denotation);
      break;
    }
}

static void decodeShape(MessageReader reader, std::vector<Dimension> &shape) {
  while (reader.next())
    if (reader.number() == 1 && reader.expect(WireType::Bytes))
      decodeDimension(reader.nested("Dimension"), shape.emplace_back());
}

static void readElementType(MessageReader &reader, ElementType &type) {
  int64_t number = 0;
  reader.read(number);
  type = number == int32_t(number) ? ElementType(number) : ElementType::Undefined;
  if (!reader.failed() && number != 0 && !lookup(type))
    reader.fail("element type " + llvm::Twine(number) + " does not exist in ONNX");
}

/// TypeProto.Tensor and TypeProto.SparseTensor.
static void decodeTensorType(MessageReader reader, Type &type) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      readElementType(reader, type.element);
      break;
    case 2:
      type.hasShape = true;
      decodeShape(reader.nested("TensorShapeProto"), type.shape);
      break;
    }
}

static void decodeOpaque(MessageReader reader, Type &type) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.read(type.opaqueDomain);
      break;
    case 2:
      reader.read(type.opaqueName);
      break;
    }
}

/// TypeProto.Sequence and TypeProto.Optional have the inner type in field 1, TypeProto.Map in field 2, after the type
/// of its keys.
static void decodeContainer(Decoder &decoder, MessageReader reader, Type &type) {
  uint32_t innerField = type.kind == Type::Map ? 2 : 1;
  while (reader.next()) {
    if (reader.number() == innerField) {
      if (type.inner.empty())
        type.inner.emplace_back();
      decoder.decode(reader.nested("TypeProto"), type.inner[0]);
    } else if (type.kind == Type::Map && reader.number() == 1) {
      readElementType(reader, type.element);
    }
  }
  if (type.inner.empty())
    reader.fail("the type of a sequence, map or optional does not say of what");
}

void Decoder::decode(MessageReader reader, Type &type) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      type.kind = Type::Tensor;
      decodeTensorType(reader.nested("TypeProto.Tensor"), type);
      break;
    case 4:
      type.kind = Type::Sequence;
      decodeContainer(*this, reader.nested("TypeProto.Sequence"), type);
      break;
    case 5:
      type.kind = Type::Map;
      decodeContainer(*this, reader.nested("TypeProto.Map"), type);
      break;
    case 6:
      reader.read(type.denotation);
      break;
    case 7:
      type.kind = Type::Opaque;
      decodeOpaque(reader.nested("TypeProto.Opaque"), type);
      break;
    case 8:
      type.kind = Type::SparseTensor;
      decodeTensorType(reader.nested("TypeProto.SparseTensor"), type);
      break;
    case 9:
      type.kind = Type::Optional;
      decodeContainer(*this, reader.nested("TypeProto.Optional"), type);
      break;
    }
}

void Decoder::decode(MessageReader reader, ValueInfo &info) {
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.read(info.name);
      break;
    case 2:
      decode(reader.nested("TypeProto"), info.type);
      break;
    case 3:
      reader.read(info.docString);
      break;
    case 4:
      append(reader, "StringStringEntryProto", info.metadata);
      break;
    }
  if (info.name.empty())
    reader.fail("an input, output or value_info has no name");
}

} // namespace margay::frontend::onnx
