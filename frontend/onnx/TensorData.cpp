//===- TensorData.cpp - the elements of a tensor as numbers ---------------===//

#include "frontend/onnx/TensorData.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include "llvm/Support/MathExtras.h"

namespace margay::frontend::onnx {

/// The format of a floating-point element, or null.
static const llvm::fltSemantics *formatOf(ElementType type) {
  switch (type) {
  case ElementType::Float:
    return &llvm::APFloat::IEEEsingle();
  case ElementType::Double:
    return &llvm::APFloat::IEEEdouble();
  case ElementType::Float16:
    return &llvm::APFloat::IEEEhalf();
  case ElementType::BFloat16:
    return &llvm::APFloat::BFloat();
  case ElementType::Float8E4M3FN:
    return &llvm::APFloat::Float8E4M3FN();
  case ElementType::Float8E4M3FNUZ:
    return &llvm::APFloat::Float8E4M3FNUZ();
  case ElementType::Float8E5M2:
    return &llvm::APFloat::Float8E5M2();
  case ElementType::Float8E5M2FNUZ:
    return &llvm::APFloat::Float8E5M2FNUZ();
  case ElementType::Float8E8M0:
    return &llvm::APFloat::Float8E8M0FNU();
  case ElementType::Float6E2M3:
    return &llvm::APFloat::Float6E2M3FN();
  case ElementType::Float6E3M2:
    return &llvm::APFloat::Float6E3M2FN();
  case ElementType::Float4E2M1:
    return &llvm::APFloat::Float4E2M1FN();
  default:
    return nullptr;
  }
}

static bool isInteger(ElementType type) {
  const ElementTypeInfo *info = lookup(type);
  return info && info->bits != 0 && !formatOf(type) && type != ElementType::Complex64 &&
         type != ElementType::Complex128;
}

/// The bits of element `index`; elements of at most 8 bits may share bytes, wider ones fill whole bytes.
static uint64_t bitsAt(llvm::ArrayRef<uint8_t> bytes, unsigned bits, uint64_t index) {
  uint64_t value = 0;
  if (bits % 8 == 0) {
    for (unsigned byte = 0; byte < bits / 8; ++byte)
      value |= uint64_t(bytes[index * (bits / 8) + byte]) << (8 * byte);
    return value;
  }
  for (unsigned bit = 0; bit < bits; ++bit)
    value |= uint64_t((bytes[(index * bits + bit) / 8] >> ((index * bits + bit) % 8)) & 1) << bit;
  return value;
}

std::optional<llvm::SmallVector<int64_t>> readIntegers(ElementType type, llvm::ArrayRef<uint8_t> bytes,
                                                       uint64_t count) {
  if (!isInteger(type) || bytes.size() != byteSize(type, count))
    return std::nullopt;
  const ElementTypeInfo &info = *lookup(type);
  llvm::SmallVector<int64_t> values;
  for (uint64_t index = 0; index < count; ++index) {
    uint64_t value = bitsAt(bytes, info.bits, index);
    if (type == ElementType::Bool)
      value = value != 0;
    values.push_back(info.isSigned ? llvm::SignExtend64(value, info.bits) : int64_t(value));
  }
  return values;
}

std::optional<llvm::SmallVector<double>> readNumbers(ElementType type, llvm::ArrayRef<uint8_t> bytes, uint64_t count) {
  llvm::SmallVector<double> values;
  if (const llvm::fltSemantics *format = formatOf(type)) {
    if (bytes.size() != byteSize(type, count))
      return std::nullopt;
    unsigned bits = lookup(type)->bits;
    for (uint64_t index = 0; index < count; ++index)
      values.push_back(llvm::APFloat(*format, llvm::APInt(bits, bitsAt(bytes, bits, index))).convertToDouble());
    return values;
  }
  std::optional<llvm::SmallVector<int64_t>> integers = readIntegers(type, bytes, count);
  if (!integers)
    return std::nullopt;
  for (int64_t value : *integers)
    values.push_back(type == ElementType::UInt64 ? double(uint64_t(value)) : double(value));
  return values;
}

void forEachNumber(ElementType type, llvm::ArrayRef<uint8_t> bytes, uint64_t count,
                   llvm::function_ref<void(uint64_t number)> visit) {
  const ElementTypeInfo *info = lookup(type);
  if (!info)
    return;
  bool isPacked = info->bits == 2 || info->bits == 4;
  unsigned bits = isPacked ? 8 : info->bits;
  for (uint64_t index = 0; index < (isPacked ? bytes.size() : count); ++index) {
    uint64_t value = bitsAt(bytes, bits, index);
    visit(info->isSigned && !isPacked ? uint64_t(llvm::SignExtend64(value, bits)) : value);
  }
}

} // namespace margay::frontend::onnx
