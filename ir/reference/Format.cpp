//===- Format.cpp - element types: rounding to them and their bytes -------===//

#include "ir/reference/Format.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace margay;
using namespace margay::reference;

int64_t reference::byteWidth(mlir::Type element) { return (element.getIntOrFloatBitWidth() + 7) / 8; }

namespace {

/// A 16-bit float format: the significand's bits with the hidden one, and the exponents of the least and the greatest
/// normal number.
struct Small {
  int precision, least, greatest;
};

constexpr Small half{11, -14, 15}, brain{8, -126, 127};

double round(Small format, double value) {
  if (value == 0 || !std::isfinite(value))
    return value;
  // Scaled so that the last bit that the format keeps has the weight 1; below the least normal number that bit stays
  // where it is.
  int last = std::max(std::ilogb(value), format.least) - (format.precision - 1);
  double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -last)), last);
  if (std::fabs(rounded) >= std::ldexp(1.0, format.greatest + 1))
    return std::copysign(std::numeric_limits<double>::infinity(), value);
  return rounded;
}

/// Sign, exponent and fraction; an exponent field of 0 has no hidden bit, the greatest one is for infinity and NaN.
uint16_t bitsOf(Small format, double value) {
  int fractionBits = format.precision - 1;
  int greatestField = format.greatest - format.least + 2;
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value))
    return sign | greatestField << fractionBits | 1 << (fractionBits - 1);
  if (std::isinf(value))
    return sign | greatestField << fractionBits;
  if (value == 0)
    return sign;
  int exponent = std::max(std::ilogb(value), format.least);
  auto significand = static_cast<int>(std::ldexp(std::fabs(value), fractionBits - exponent));
  // The hidden bit of a normal number adds 1 to the field; a subnormal one lacks it.
  return sign | (((exponent - format.least) << fractionBits) + significand);
}

double valueOf(Small format, uint16_t bits) {
  int fractionBits = format.precision - 1;
  int field = (bits & 0x7fff) >> fractionBits;
  int fraction = bits & ((1 << fractionBits) - 1);
  double magnitude;
  if (field == format.greatest - format.least + 2)
    magnitude = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  else if (field == 0)
    magnitude = std::ldexp(fraction, format.least - fractionBits);
  else
    magnitude = std::ldexp(fraction + (1 << fractionBits), format.least + field - 1 - fractionBits);
  return bits & 0x8000 ? -magnitude : magnitude;
}

/// Calls `store(raw)` for each element's raw value of type Raw.
template <typename Raw, typename T, typename Convert>
void decodeAs(llvm::ArrayRef<char> bytes, std::vector<T> &values, Convert convert) {
  for (auto [i, value] : llvm::enumerate(values))
    value = convert(llvm::support::endian::read<Raw, llvm::endianness::little>(bytes.data() + i * sizeof(Raw)));
}

template <typename Raw, typename T, typename Convert>
void encodeAs(llvm::ArrayRef<T> values, std::vector<char> &bytes, Convert convert) {
  bytes.resize(values.size() * sizeof(Raw));
  for (auto [i, value] : llvm::enumerate(values))
    llvm::support::endian::write<Raw, llvm::endianness::little>(bytes.data() + i * sizeof(Raw), convert(value));
}

} // namespace

void reference::roundTo(mlir::Type element, std::vector<double> &values) {
  if (element.isF32())
    for (double &value : values)
      value = static_cast<float>(value);
  else if (element.isF16() || element.isBF16())
    for (double &value : values)
      value = round(element.isF16() ? half : brain, value);
}

void reference::wrapTo(mlir::Type element, std::vector<int64_t> &values) {
  unsigned width = element.getIntOrFloatBitWidth();
  if (width == 64)
    return;
  bool zeroExtended = element.isUnsignedInteger() || width == 1;
  for (int64_t &value : values)
    value = zeroExtended ? static_cast<int64_t>(value & llvm::maskTrailingOnes<uint64_t>(width))
                         : llvm::SignExtend64(value, width);
}

void reference::decode(mlir::Type element, llvm::ArrayRef<char> bytes, std::vector<double> &values) {
  if (element.isF64())
    decodeAs<uint64_t>(bytes, values, [](uint64_t bits) { return llvm::bit_cast<double>(bits); });
  else if (element.isF32())
    decodeAs<uint32_t>(bytes, values, [](uint32_t bits) { return llvm::bit_cast<float>(bits); });
  else
    decodeAs<uint16_t>(bytes, values, [&](uint16_t bits) { return valueOf(element.isF16() ? half : brain, bits); });
}

void reference::decode(mlir::Type element, llvm::ArrayRef<char> bytes, std::vector<int64_t> &values) {
  auto same = [](auto raw) { return static_cast<int64_t>(raw); };
  switch (byteWidth(element)) {
  case 1:
    decodeAs<int8_t>(bytes, values, same);
    break;
  case 2:
    decodeAs<int16_t>(bytes, values, same);
    break;
  case 4:
    decodeAs<int32_t>(bytes, values, same);
    break;
  default:
    decodeAs<int64_t>(bytes, values, same);
    break;
  }
  if (element.isInteger(1)) // Any byte but 0 is true.
    for (int64_t &value : values)
      value = value != 0;
  wrapTo(element, values);
}

void reference::encode(mlir::Type element, llvm::ArrayRef<double> values, std::vector<char> &bytes) {
  if (element.isF64())
    encodeAs<uint64_t>(values, bytes, [](double value) { return llvm::bit_cast<uint64_t>(value); });
  else if (element.isF32())
    encodeAs<uint32_t>(values, bytes, [](double value) { return llvm::bit_cast<uint32_t>(static_cast<float>(value)); });
  else
    encodeAs<uint16_t>(values, bytes, [&](double value) { return bitsOf(element.isF16() ? half : brain, value); });
}

void reference::encode(mlir::Type element, llvm::ArrayRef<int64_t> values, std::vector<char> &bytes) {
  switch (byteWidth(element)) {
  case 1:
    encodeAs<int8_t>(values, bytes, [](int64_t value) { return static_cast<int8_t>(value); });
    break;
  case 2:
    encodeAs<int16_t>(values, bytes, [](int64_t value) { return static_cast<int16_t>(value); });
    break;
  case 4:
    encodeAs<int32_t>(values, bytes, [](int64_t value) { return static_cast<int32_t>(value); });
    break;
  default:
    encodeAs<int64_t>(values, bytes, [](int64_t value) { return value; });
    break;
  }
}
