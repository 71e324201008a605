//===- ElementWriter.cpp - numbers to the bytes of tensor elements --------===//

#include "frontend/onnx/ElementWriter.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

namespace margay::frontend::onnx {

void ElementWriter::appendBytes(uint64_t value, unsigned size) {
  for (unsigned byte = 0; byte < size; ++byte)
    data.push_back(uint8_t(value >> (8 * byte)));
}

bool ElementWriter::append(uint64_t value) {
  bool isInteger = info.isSigned || info.type == ElementType::UInt8 || info.type == ElementType::UInt16 ||
                   info.type == ElementType::UInt32;
  bool isPacked = bits != info.bits;
  if (bits < 64) {
    bool fitsSigned = llvm::isIntN(bits, int64_t(value)), fitsUnsigned = llvm::isUIntN(bits, value);
    // Bit patterns may come with or without a sign; so may integers that are packed.
    if (isInteger && !isPacked ? !(info.isSigned ? fitsSigned : fitsUnsigned) : !fitsSigned && !fitsUnsigned)
      return false;
  }
  if (bits % 8 == 0) {
    appendBytes(value, bits / 8);
  } else {
    // Six-bit elements stand back to back in a stream of bits.
    for (unsigned bit = 0; bit < bits; ++bit) {
      uint64_t at = numbers * bits + bit;
      if (at % 8 == 0)
        data.push_back(0);
      data.back() |= uint8_t(((value >> bit) & 1) << (at % 8));
    }
  }
  ++numbers;
  return true;
}

void ElementWriter::append(float value) {
  appendBytes(llvm::bit_cast<uint32_t>(value), 4);
  ++numbers;
}

void ElementWriter::append(double value) {
  appendBytes(llvm::bit_cast<uint64_t>(value), 8);
  ++numbers;
}

} // namespace margay::frontend::onnx
