//===- Array.cpp - the values of one tensor, outside of any compiler ------===//

#include "tools/driver/data/Array.h"
#include "runtime/include/margay.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <cstring>
#include <limits>

using namespace margay::driver;

std::optional<Dtype> margay::driver::dtypeFromNumber(int32_t number) {
  if ((number >= 1 && number <= 7) || (number >= 9 && number <= 13) || number == 16)
    return static_cast<Dtype>(number);
  return std::nullopt;
}

llvm::StringRef margay::driver::dtypeName(Dtype dtype) { return mg_dtype_name(static_cast<mg_dtype>(dtype)); }

size_t margay::driver::dtypeBytes(Dtype dtype) { return mg_dtype_bits(static_cast<mg_dtype>(dtype)) / 8; }

bool margay::driver::isFloat(Dtype dtype) {
  return llvm::is_contained({Dtype::F16, Dtype::BF16, Dtype::F32, Dtype::F64}, dtype);
}

int64_t margay::driver::countElements(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    if (dim < 0 || llvm::MulOverflow(count, dim, count))
      return -1;
  return count;
}

int64_t Array::elements() const { return countElements(shape); }

Array Array::zeros(Dtype dtype, std::vector<int64_t> shape) {
  Array array;
  array.dtype = dtype;
  array.bytes.resize(countElements(shape) * dtypeBytes(dtype));
  array.shape = std::move(shape);
  return array;
}

template <typename T> static double load(const uint8_t *from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return static_cast<double>(value);
}

/// Integers saturate, and NaN becomes 0: a cast in C++ would be undefined there.
template <typename T> static void store(uint8_t *to, double value) {
  T stored;
  if constexpr (std::is_integral_v<T>) {
    if (std::isnan(value))
      stored = 0;
    else if (value <= static_cast<double>(std::numeric_limits<T>::min()))
      stored = std::numeric_limits<T>::min();
    else if (value >= static_cast<double>(std::numeric_limits<T>::max()))
      stored = std::numeric_limits<T>::max();
    else
      stored = static_cast<T>(std::nearbyint(value));
  } else {
    stored = static_cast<T>(value);
  }
  std::memcpy(to, &stored, sizeof(T));
}

static const llvm::fltSemantics &halfSemantics(Dtype dtype) {
  return dtype == Dtype::F16 ? llvm::APFloat::IEEEhalf() : llvm::APFloat::BFloat();
}

static double loadHalf(Dtype dtype, const uint8_t *from) {
  uint16_t bits;
  std::memcpy(&bits, from, 2);
  llvm::APFloat value(halfSemantics(dtype), llvm::APInt(16, bits));
  bool lossy;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &lossy);
  return value.convertToDouble();
}

static void storeHalf(Dtype dtype, uint8_t *to, double value) {
  llvm::APFloat rounded(value);
  bool lossy;
  rounded.convert(halfSemantics(dtype), llvm::APFloat::rmNearestTiesToEven, &lossy);
  uint16_t bits = static_cast<uint16_t>(rounded.bitcastToAPInt().getZExtValue());
  std::memcpy(to, &bits, 2);
}

double Array::at(int64_t index) const {
  const uint8_t *from = bytes.data() + index * dtypeBytes(dtype);
  switch (dtype) {
  case Dtype::Bool:
  case Dtype::U8:
    return load<uint8_t>(from);
  case Dtype::I8:
    return load<int8_t>(from);
  case Dtype::U16:
    return load<uint16_t>(from);
  case Dtype::I16:
    return load<int16_t>(from);
  case Dtype::U32:
    return load<uint32_t>(from);
  case Dtype::I32:
    return load<int32_t>(from);
  case Dtype::U64:
    return load<uint64_t>(from);
  case Dtype::I64:
    return load<int64_t>(from);
  case Dtype::F16:
  case Dtype::BF16:
    return loadHalf(dtype, from);
  case Dtype::F32:
    return load<float>(from);
  case Dtype::F64:
    return load<double>(from);
  }
  llvm_unreachable("unknown element type");
}

void Array::set(int64_t index, double value) {
  uint8_t *to = bytes.data() + index * dtypeBytes(dtype);
  switch (dtype) {
  case Dtype::Bool:
    return store<uint8_t>(to, value != 0);
  case Dtype::U8:
    return store<uint8_t>(to, value);
  case Dtype::I8:
    return store<int8_t>(to, value);
  case Dtype::U16:
    return store<uint16_t>(to, value);
  case Dtype::I16:
    return store<int16_t>(to, value);
  case Dtype::U32:
    return store<uint32_t>(to, value);
  case Dtype::I32:
    return store<int32_t>(to, value);
  case Dtype::U64:
    return store<uint64_t>(to, value);
  case Dtype::I64:
    return store<int64_t>(to, value);
  case Dtype::F16:
  case Dtype::BF16:
    return storeHalf(dtype, to, value);
  case Dtype::F32:
    return store<float>(to, value);
  case Dtype::F64:
    return store<double>(to, value);
  }
}

std::string margay::driver::shapeText(llvm::ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return llvm::join(llvm::map_range(shape, [](int64_t dim) { return std::to_string(dim); }), "x");
}

std::string margay::driver::typeText(Dtype dtype, llvm::ArrayRef<int64_t> shape) {
  std::string dims = llvm::join(llvm::map_range(shape, [](int64_t dim) { return std::to_string(dim); }), ",");
  return (dtypeName(dtype) + "[" + dims + "]").str();
}

Array margay::driver::convert(const Array &array, Dtype dtype) {
  if (array.dtype == dtype)
    return array;
  Array result = Array::zeros(dtype, array.shape);
  for (int64_t i = 0, n = array.elements(); i < n; ++i)
    result.set(i, array.at(i));
  return result;
}
