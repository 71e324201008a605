//===- ElementType.h - the element types of ONNX tensors ------------------===//
//
// The numbers are those of TensorProto.DataType; the names are those of the ONNX text syntax.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_ELEMENTTYPE_H
#define MARGAY_FRONTEND_ONNX_ELEMENTTYPE_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace margay::frontend::onnx {

enum class ElementType : int32_t {
  Undefined = 0,
  Float = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  UInt32 = 12,
  UInt64 = 13,
  Complex64 = 14,
  Complex128 = 15,
  BFloat16 = 16,
  Float8E4M3FN = 17,
  Float8E4M3FNUZ = 18,
  Float8E5M2 = 19,
  Float8E5M2FNUZ = 20,
  UInt4 = 21,
  Int4 = 22,
  Float4E2M1 = 23,
  Float8E8M0 = 24,
  UInt2 = 25,
  Int2 = 26,
  Float6E2M3 = 27,
  Float6E3M2 = 28,
};

/// The TensorProto field that holds elements which are not in raw_data; its number is the field's number on the wire.
enum class TypedField : uint8_t { None = 0, Float = 4, Int32 = 5, String = 6, Int64 = 7, Double = 10, UInt64 = 11 };

/// What is known about an element type.
struct ElementTypeInfo {
  ElementType type;
  llvm::StringLiteral name; ///< as in ONNX text: "float16"
  unsigned bits;            ///< of one element in raw data; 0 for strings
  TypedField field;
  bool isSigned; ///< integers only
};

/// The facts of a type, or null for Undefined and for numbers that ONNX does not define.
const ElementTypeInfo *lookup(ElementType type);

/// The type that ONNX text calls `name`.
std::optional<ElementType> elementTypeNamed(llvm::StringRef name);

/// "float16", or "undefined" where the type has no name.
llvm::StringRef nameOf(ElementType type);

/// The bytes that `count` elements take in raw data (sub-byte types are packed), or nothing when that overflows or the
/// type has no size.
std::optional<uint64_t> byteSize(ElementType type, uint64_t count);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_ELEMENTTYPE_H
