//===- DecodeTensor.cpp - tensors, wherever their elements are stored -----===//
//
// Elements are in raw_data or in the typed field of their type. float_data and double_data, when packed, are the same
// bytes as raw data and stay where they are; the others are numbers of variable length, which are decoded into the
// arena at the width of the element type.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/Decode.h"
#include "frontend/onnx/Decoder.h"
#include "frontend/onnx/ElementWriter.h"
#include "llvm/ADT/STLExtras.h"

namespace margay::frontend::onnx {

namespace {
/// A stretch of encoded numbers of one field.
struct Chunk {
  llvm::ArrayRef<uint8_t> bytes;
  uint64_t offset;
};

/// The values of a tensor as they stand on the wire. Which field counts depends on the type, which may come after them.
struct WireValues {
  llvm::SmallVector<Chunk, 1> raw, typed;
  uint32_t typedField = 0;
  bool hasSeveralFields = false;
};
} // namespace

static void readChunk(MessageReader &reader, WireValues &values) {
  const WireField &field = reader.current();
  if (field.number == 9) {
    if (reader.expect(WireType::Bytes))
      values.raw.assign(1, {field.bytes, field.offset});
    return;
  }
  // Unpacked numbers come as fields of their own.
  WireType single = field.number == 4 ? WireType::Fixed32 : field.number == 10 ? WireType::Fixed64 : WireType::Varint;
  if (field.type != single && !reader.expect(WireType::Bytes))
    return;
  if (field.bytes.empty())
    return;
  values.hasSeveralFields |= values.typedField != 0 && values.typedField != field.number;
  values.typedField = field.number;
  values.typed.push_back({field.bytes, field.offset});
}

/// Chunks of fixed-width numbers as one stretch of bytes.
static void joinChunks(llvm::ArrayRef<Chunk> chunks, Arena &arena, Tensor &tensor) {
  if (chunks.size() == 1) {
    tensor.bytes = chunks[0].bytes;
    tensor.offset = chunks[0].offset;
    return;
  }
  size_t size = 0;
  for (const Chunk &chunk : chunks)
    size += chunk.bytes.size();
  llvm::MutableArrayRef<uint8_t> joined = arena.bytes(size);
  uint8_t *to = joined.data();
  for (const Chunk &chunk : chunks)
    to = llvm::copy(chunk.bytes, to);
  tensor.bytes = joined;
}

/// Varints as elements.
static bool decodeNumbers(MessageReader &reader, const WireValues &values, const ElementTypeInfo &info, Arena &arena,
                          Tensor &tensor) {
  ElementWriter writer(info);
  WireFailure failure;
  for (const Chunk &chunk : values.typed) {
    WireReader numbers(chunk.bytes, failure, chunk.offset);
    uint64_t value;
    while (!numbers.atEnd()) {
      if (!numbers.varint(value))
        return reader.fail("tensor " + quoted(tensor.name) + ": " + failure.message);
      if (!writer.append(value))
        return reader.fail("tensor " + quoted(tensor.name) + ": element " + llvm::Twine(writer.count()) + " is " +
                           llvm::Twine(int64_t(value)) + ", which " + info.name + " cannot hold");
    }
  }
  llvm::MutableArrayRef<uint8_t> bytes = arena.bytes(writer.bytes().size());
  llvm::copy(writer.bytes(), bytes.begin());
  tensor.bytes = bytes;
  return true;
}

static bool settleValues(MessageReader &reader, const WireValues &values, Arena &arena, Tensor &tensor) {
  const ElementTypeInfo *info = lookup(tensor.type);
  if (!info)
    return reader.fail("tensor " + quoted(tensor.name) + " has element type " + llvm::Twine(int32_t(tensor.type)) +
                       ", which does not exist in ONNX");
  bool hasRaw = !values.raw.empty() && !values.raw[0].bytes.empty();
  bool hasTyped = !values.typed.empty();
  bool hasStrings = !tensor.strings.empty();
  if (values.hasSeveralFields || hasRaw + hasTyped + hasStrings > 1)
    return reader.fail("tensor " + quoted(tensor.name) + " has its elements in more than one field");
  if (hasRaw && info->field == TypedField::String)
    return reader.fail("tensor " + quoted(tensor.name) + " of strings has raw data");
  if ((hasTyped && uint32_t(info->field) != values.typedField) || (hasStrings && info->field != TypedField::String))
    return reader.fail("tensor " + quoted(tensor.name) + " of type " + info->name +
                       " has its elements in a field of another type");
  if (hasRaw) {
    joinChunks(values.raw, arena, tensor);
    return true;
  }
  if (!hasTyped)
    return true;
  if (info->field != TypedField::Float && info->field != TypedField::Double)
    return decodeNumbers(reader, values, *info, arena, tensor);
  joinChunks(values.typed, arena, tensor);
  return true;
}

void Decoder::decode(MessageReader reader, Tensor &tensor) {
  WireValues values;
  int64_t type = 0, location = 0;
  while (reader.next())
    switch (reader.number()) {
    case 1:
      reader.appendInts(tensor.dims);
      break;
    case 2:
      reader.read(type);
      break;
    case 3:
      reader.fail("tensor " + quoted(tensor.name) + " is split into segments, which nothing reads");
      return;
    case 4:
    case 5:
    case 7:
    case 9:
    case 10:
    case 11:
      readChunk(reader, values);
      break;
    case 6:
      reader.append(tensor.strings);
      break;
    case 8:
      reader.read(tensor.name);
      break;
    case 12:
      reader.read(tensor.docString);
      break;
    case 13:
      append(reader, "StringStringEntryProto", tensor.external);
      break;
    case 14:
      reader.read(location);
      break;
    case 16:
      append(reader, "StringStringEntryProto", tensor.metadata);
      break;
    }
  if (reader.failed())
    return;
  tensor.type = type == int32_t(type) ? ElementType(type) : ElementType::Undefined;
  tensor.isExternal = location == 1;
  if (location < 0 || location > 1) {
    reader.fail("tensor " + quoted(tensor.name) + " has data_location " + llvm::Twine(location) +
                ", which does not exist in ONNX");
    return;
  }
  if (!settleValues(reader, values, arena, tensor))
    return;
  if (std::optional<std::string> fault = findFault(tensor))
    reader.fail(*fault);
}

void Decoder::decode(MessageReader reader, SparseTensor &tensor) {
  bool hasValues = false, hasIndices = false;
  while (reader.next())
    switch (reader.number()) {
    case 1:
      hasValues = true;
      decode(reader.nested("TensorProto"), tensor.values);
      break;
    case 2:
      hasIndices = true;
      decode(reader.nested("TensorProto"), tensor.indices);
      break;
    case 3:
      reader.appendInts(tensor.dims);
      break;
    }
  if (reader.failed())
    return;
  if (!hasValues || !hasIndices)
    reader.fail("a sparse tensor has no " + llvm::Twine(hasValues ? "indices" : "values"));
  else if (std::optional<std::string> fault = findFault(tensor))
    reader.fail(*fault);
}

} // namespace margay::frontend::onnx
