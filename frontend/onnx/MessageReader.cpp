//===- MessageReader.cpp - the fields of one protobuf message, typed ------===//

#include "frontend/onnx/MessageReader.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"

namespace margay::frontend::onnx {

bool MessageReader::expect(WireType type) {
  if (failed())
    return false;
  if (field.type == type)
    return true;
  return wire.failures().report("byte " + llvm::Twine(field.offset) + ": field " + llvm::Twine(field.number) + " of " +
                                message + " is encoded as wire type " + llvm::Twine(unsigned(field.type)) +
                                " instead of " + llvm::Twine(unsigned(type)));
}

void MessageReader::read(llvm::StringRef &text) {
  if (expect(WireType::Bytes))
    text = asString(field.bytes);
}

void MessageReader::read(int64_t &value) {
  if (expect(WireType::Varint))
    value = int64_t(field.value);
}

void MessageReader::read(float &value) {
  if (expect(WireType::Fixed32))
    value = llvm::bit_cast<float>(uint32_t(field.value));
}

void MessageReader::append(std::vector<llvm::StringRef> &list) {
  if (expect(WireType::Bytes))
    list.push_back(asString(field.bytes));
}

void MessageReader::append(std::vector<float> &list) {
  if (field.type == WireType::Fixed32)
    return list.push_back(llvm::bit_cast<float>(uint32_t(field.value)));
  if (!expect(WireType::Bytes))
    return;
  if (field.bytes.size() % 4 != 0) {
    wire.failures().report("byte " + llvm::Twine(field.offset) + ": field " + llvm::Twine(field.number) + " of " +
                           message + " ends inside a number");
    return;
  }
  for (size_t at = 0; at < field.bytes.size(); at += 4)
    list.push_back(llvm::bit_cast<float>(llvm::support::endian::read32le(field.bytes.data() + at)));
}

MessageReader MessageReader::nested(llvm::StringLiteral name) {
  llvm::ArrayRef<uint8_t> bytes = expect(WireType::Bytes) ? field.bytes : llvm::ArrayRef<uint8_t>();
  return {name, bytes, wire.failures(), field.offset, wire.nesting() + 1};
}

} // namespace margay::frontend::onnx
