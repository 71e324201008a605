//===- Wire.cpp - a pull decoder for protobuf's wire format ---------------===//

#include "frontend/onnx/Wire.h"
#include "llvm/ADT/SmallVector.h"

namespace margay::frontend::onnx {

bool WireFailure::report(const llvm::Twine &text) {
  if (!failed) {
    failed = true;
    message = text.str();
  }
  return false;
}

WireReader::WireReader(llvm::ArrayRef<uint8_t> bytes, WireFailure &failure, uint64_t base, unsigned depth)
    : bytes(bytes), failure(failure), base(base), depth(depth) {
  if (depth > maxDepth)
    failure.report("byte " + llvm::Twine(base) + ": messages are nested more than " + llvm::Twine(maxDepth) + " deep");
}

bool WireReader::varint(uint64_t &value) {
  uint64_t start = offset();
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (atEnd())
      return failure.report("byte " + llvm::Twine(start) + ": the file ends inside a number");
    uint8_t byte = bytes[position++];
    // The tenth byte holds the one bit that is left of 64.
    if (shift == 63 && byte > 1)
      break;
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  return failure.report("byte " + llvm::Twine(start) + ": a number has more than 64 bits");
}

bool WireReader::fixed(unsigned size, uint64_t &value) {
  if (bytes.size() - position < size)
    return failure.report("byte " + llvm::Twine(offset()) + ": the message ends inside a number of " +
                          llvm::Twine(size) + " bytes");
  value = 0;
  for (unsigned index = 0; index < size; ++index)
    value |= uint64_t(bytes[position + index]) << (8 * index);
  position += size;
  return true;
}

bool WireReader::payload(WireField &field) {
  field.offset = offset();
  size_t start = position;
  switch (field.type) {
  case WireType::Varint:
  case WireType::Fixed64:
  case WireType::Fixed32: {
    bool isRead = field.type == WireType::Varint ? varint(field.value)
                                                 : fixed(field.type == WireType::Fixed64 ? 8 : 4, field.value);
    field.bytes = bytes.slice(start, position - start);
    return isRead;
  }
  case WireType::Bytes: {
    uint64_t length;
    if (!varint(length))
      return false;
    uint64_t left = bytes.size() - position;
    if (length > left)
      return failure.report("byte " + llvm::Twine(field.offset) + ": field " + llvm::Twine(field.number) + " has " +
                            llvm::Twine(length) + " bytes, but only " + llvm::Twine(left) + " are left");
    field.offset = offset();
    field.bytes = bytes.slice(position, length);
    position += length;
    return true;
  }
  default:
    return failure.report("byte " + llvm::Twine(field.offset) + ": a group ends that was not begun");
  }
}

bool WireReader::next(WireField &field) {
  while (!failure.failed && !atEnd()) {
    uint64_t start = offset(), tag;
    if (!varint(tag))
      return false;
    auto type = unsigned(tag & 7);
    if (type > 5 || (tag >> 3) == 0 || (tag >> 3) > 0x1fffffff)
      return failure.report("byte " + llvm::Twine(start) + ": no field of a protobuf message begins with " +
                            llvm::Twine(tag));
    field.number = uint32_t(tag >> 3);
    field.type = WireType(type);
    if (field.type != WireType::StartGroup)
      return payload(field);
    if (!skipGroup(field.number))
      return false;
  }
  return false;
}

/// Steps over a group, with the groups inside it, to after its end. The open groups are kept in a list, so that no
/// nesting exhausts the stack.
bool WireReader::skipGroup(uint32_t number) {
  llvm::SmallVector<uint32_t> open{number};
  WireField field;
  while (!open.empty()) {
    uint64_t start = offset(), tag;
    if (atEnd())
      return failure.report("byte " + llvm::Twine(start) + ": the message ends inside a group");
    if (!varint(tag))
      return false;
    field.number = uint32_t(tag >> 3);
    if ((tag & 7) > 5 || (tag >> 3) == 0 || (tag >> 3) > 0x1fffffff)
      return failure.report("byte " + llvm::Twine(start) + ": no field of a protobuf message begins with " +
                            llvm::Twine(tag));
    field.type = WireType(tag & 7);
    if (field.type == WireType::StartGroup) {
      if (depth + open.size() >= maxDepth)
        return failure.report("byte " + llvm::Twine(start) + ": groups are nested more than " + llvm::Twine(maxDepth) +
                              " deep");
      open.push_back(field.number);
      continue;
    }
    if (field.type == WireType::EndGroup) {
      if (open.pop_back_val() != field.number)
        return failure.report("byte " + llvm::Twine(start) + ": a group ends that was not begun");
      continue;
    }
    if (!payload(field))
      return false;
  }
  return true;
}

} // namespace margay::frontend::onnx
