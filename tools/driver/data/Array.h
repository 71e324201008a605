//===- Array.h - the values of one tensor, outside of any compiler --------===//
//
// What data files hold and what compiled models read and write: an element type, a shape, and the elements in row-major
// order.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_ARRAY_H
#define MARGAY_TOOLS_DRIVER_DATA_ARRAY_H

#include "tools/driver/data/CacheLines.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace margay::driver {

/// The element types that the tools read and write. The numbers are those of margay.h and of ONNX.
enum class Dtype : int32_t {
  F32 = 1,
  U8 = 2,
  I8 = 3,
  U16 = 4,
  I16 = 5,
  I32 = 6,
  I64 = 7,
  Bool = 9,
  F16 = 10,
  F64 = 11,
  U32 = 12,
  U64 = 13,
  BF16 = 16,
};

/// The element type with this number, if the tools know it.
std::optional<Dtype> dtypeFromNumber(int32_t number);

/// "f32", "i64", "bool" and so on: the names of the contract's headers.
llvm::StringRef dtypeName(Dtype dtype);
size_t dtypeBytes(Dtype dtype);
bool isFloat(Dtype dtype);

struct Array {
  Dtype dtype = Dtype::F32;
  std::vector<int64_t> shape;
  std::vector<uint8_t, CacheLines<uint8_t>> bytes;

  /// An array of zeros.
  static Array zeros(Dtype dtype, std::vector<int64_t> shape);

  int64_t elements() const;
  /// The element as a double; 64-bit integers beyond 2^53 are rounded.
  double at(int64_t index) const;
  /// Stores a value, rounded to nearest even for floats and saturated for integers.
  void set(int64_t index, double value);
};

/// The number of elements of a shape, or -1 when a dimension is negative or the product overflows.
int64_t countElements(llvm::ArrayRef<int64_t> shape);

/// "1x28x28", or "scalar".
std::string shapeText(llvm::ArrayRef<int64_t> shape);
/// "f32[1,28,28]", as the generated header writes it.
std::string typeText(Dtype dtype, llvm::ArrayRef<int64_t> shape);

/// The same values with another element type.
Array convert(const Array &array, Dtype dtype);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_ARRAY_H
