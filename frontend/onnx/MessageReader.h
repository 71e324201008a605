//===- MessageReader.h - the fields of one protobuf message, typed --------===//
//
// A WireReader that knows the name of its message and checks each known field's wire type, so that decoders are a
// `switch` over field numbers:
//
//   MessageReader reader("OperatorSetIdProto", ...);
//   while (reader.next())
//     switch (reader.number()) {
//     case 1: reader.read(opset.domain); break;
//     case 2: reader.read(opset.version); break;
//     }
//
// After a failure `next` is false and the readers do nothing.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_MESSAGEREADER_H
#define MARGAY_FRONTEND_ONNX_MESSAGEREADER_H

#include "frontend/onnx/Wire.h"
#include <vector>

namespace margay::frontend::onnx {

class MessageReader {
public:
  MessageReader(llvm::StringLiteral message, llvm::ArrayRef<uint8_t> bytes, WireFailure &failure, uint64_t base = 0,
                unsigned depth = 0)
      : message(message), wire(bytes, failure, base, depth), start(base) {}

  /// Steps to the next field.
  bool next() { return wire.next(field); }
  uint32_t number() const { return field.number; }
  const WireField &current() const { return field; }

  /// The current field's value.
  void read(llvm::StringRef &text);
  void read(int64_t &value);
  void read(float &value);

  /// Appends the current field, packed or not, to a list.
  void append(std::vector<llvm::StringRef> &list);
  void append(std::vector<float> &list);
  template <typename List> void appendInts(List &list);

  /// A reader of the message in the current field.
  MessageReader nested(llvm::StringLiteral name);

  /// Reports what is wrong with this message as a whole: "byte 12: " and `text`.
  bool fail(const llvm::Twine &text) { return wire.failures().report("byte " + llvm::Twine(start) + ": " + text); }
  bool failed() const { return wire.failures().failed; }

  /// False, with a report, if the current field is not of this wire type.
  bool expect(WireType type);

private:
  llvm::StringLiteral message;
  WireReader wire;
  WireField field;
  uint64_t start;
};

template <typename List> void MessageReader::appendInts(List &list) {
  if (field.type == WireType::Varint)
    return list.push_back(int64_t(field.value));
  if (!expect(WireType::Bytes))
    return;
  WireReader packed(field.bytes, wire.failures(), field.offset, wire.nesting());
  uint64_t value;
  while (!packed.atEnd() && packed.varint(value))
    list.push_back(int64_t(value));
}

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_MESSAGEREADER_H
