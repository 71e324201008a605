//===- ElementWriter.h - numbers to the bytes of tensor elements ----------===//
//
// The typed fields of TensorProto and the braces of ONNX text give elements as numbers, one an element, except that 2-
// and 4-bit elements come packed, a byte of them in each number. Types without a number of their own (float16, float8,
// …) come as their bits.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_ELEMENTWRITER_H
#define MARGAY_FRONTEND_ONNX_ELEMENTWRITER_H

#include "frontend/onnx/Model.h"

namespace margay::frontend::onnx {

class ElementWriter {
public:
  explicit ElementWriter(const ElementTypeInfo &info)
      : info(info), bits(info.bits == 2 || info.bits == 4 ? 8 : info.bits) {}

  /// Appends an integer (in two's complement), or returns false if the element cannot hold it.
  bool append(uint64_t value);
  void append(float value);
  void append(double value);

  /// The numbers appended so far.
  uint64_t count() const { return numbers; }
  llvm::ArrayRef<uint8_t> bytes() const { return data; }

private:
  void appendBytes(uint64_t value, unsigned size);

  const ElementTypeInfo &info;
  unsigned bits; ///< of one number
  uint64_t numbers = 0;
  std::vector<uint8_t> data;
};

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_ELEMENTWRITER_H
