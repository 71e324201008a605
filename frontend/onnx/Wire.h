//===- Wire.h - a pull decoder for protobuf's wire format -----------------===//
//
// Reads one field after another out of bytes that stay where they are (usually a mapped file): strings and messages
// come back as views, nothing is copied, and unknown fields cost no more than a step over them. Bad bytes never lead
// outside the view: every length is compared with what is left.
//
//   WireReader reader(bytes, failure);
//   WireField field;
//   while (reader.next(field))
//     switch (field.number) { case 1: ... }
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_WIRE_H
#define MARGAY_FRONTEND_ONNX_WIRE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include <cstdint>
#include <string>

namespace margay::frontend::onnx {

enum class WireType : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, StartGroup = 3, EndGroup = 4, Fixed32 = 5 };

/// The first thing found wrong in the bytes. Everything that decodes one file shares it and stops once it is set.
struct WireFailure {
  bool failed = false;
  std::string message;

  /// Records a failure unless there is one already; returns false, so that decoders can return it.
  bool report(const llvm::Twine &text);
};

/// One field: its number and, by its wire type, a number or bytes.
struct WireField {
  uint32_t number = 0;
  WireType type = WireType::Varint;
  uint64_t value = 0;            ///< of Varint, Fixed32 (zero-extended) and Fixed64
  llvm::ArrayRef<uint8_t> bytes; ///< the payload; of a number, its encoding
  uint64_t offset = 0;           ///< of the payload in the file
};

class WireReader {
public:
  /// Messages inside messages deeper than this are refused; a group counts as a message.
  static constexpr unsigned maxDepth = 100;

  /// Reads `bytes`, which stand at `base` in the file. `depth` counts the messages around this one.
  WireReader(llvm::ArrayRef<uint8_t> bytes, WireFailure &failure, uint64_t base = 0, unsigned depth = 0);

  /// Steps to the next field. False at the end and after a failure. Groups, which no message of ONNX has, are skipped.
  bool next(WireField &field);

  /// A varint at the current position (packed fields are read with it); false after a failure.
  bool varint(uint64_t &value);

  bool atEnd() const { return position == bytes.size(); }
  uint64_t offset() const { return base + position; }
  unsigned nesting() const { return depth; }
  WireFailure &failures() const { return failure; }

private:
  bool fixed(unsigned size, uint64_t &value);
  bool payload(WireField &field);
  bool skipGroup(uint32_t number);

  llvm::ArrayRef<uint8_t> bytes;
  WireFailure &failure;
  uint64_t base;
  size_t position = 0;
  unsigned depth;
};

/// The bytes of a field as text.
inline llvm::StringRef asString(llvm::ArrayRef<uint8_t> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_WIRE_H
