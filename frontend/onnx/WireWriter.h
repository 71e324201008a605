//===- WireWriter.h - protobuf's wire format, written ---------------------===//
//
// Fields that are absent in protobuf's sense (zero, empty) are left out, except where `always` says that presence
// matters.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_WIREWRITER_H
#define MARGAY_FRONTEND_ONNX_WIREWRITER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/bit.h"
#include <string>

namespace margay::frontend::onnx {

class WireWriter {
public:
  void integer(uint32_t number, int64_t value, bool always = false) {
    if (value == 0 && !always)
      return;
    tag(number, 0);
    varint(uint64_t(value));
  }

  void single(uint32_t number, float value) {
    tag(number, 5);
    fixed32(value);
  }

  void text(uint32_t number, llvm::StringRef value, bool always = false) {
    if (value.empty() && !always)
      return;
    tag(number, 2);
    varint(value.size());
    bytes.append(value.data(), value.size());
  }

  void message(uint32_t number, const WireWriter &inner) { text(number, inner.bytes, /*always=*/true); }

  /// A packed list of integers.
  void integers(uint32_t number, llvm::ArrayRef<int64_t> values) {
    WireWriter inner;
    for (int64_t value : values)
      inner.varint(uint64_t(value));
    text(number, inner.bytes);
  }

  /// A packed list of floats.
  void floats(uint32_t number, llvm::ArrayRef<float> values) {
    WireWriter inner;
    for (float value : values)
      inner.fixed32(value);
    text(number, inner.bytes);
  }

  std::string bytes;

private:
  void tag(uint32_t number, unsigned type) { varint(uint64_t(number) << 3 | type); }

  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      bytes.push_back(char(value | 0x80));
    bytes.push_back(char(value));
  }

  void fixed32(float value) {
    auto bits = llvm::bit_cast<uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8)
      bytes.push_back(char(bits >> shift));
  }
};

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_WIREWRITER_H
