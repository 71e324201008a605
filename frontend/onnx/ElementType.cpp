//===- ElementType.cpp - the element types of ONNX tensors ----------------===//

#include "frontend/onnx/ElementType.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace margay::frontend::onnx {

static constexpr ElementTypeInfo table[] = {
    {ElementType::Float, "float", 32, TypedField::Float, false},
    {ElementType::UInt8, "uint8", 8, TypedField::Int32, false},
    {ElementType::Int8, "int8", 8, TypedField::Int32, true},
    {ElementType::UInt16, "uint16", 16, TypedField::Int32, false},
    {ElementType::Int16, "int16", 16, TypedField::Int32, true},
    {ElementType::Int32, "int32", 32, TypedField::Int32, true},
    {ElementType::Int64, "int64", 64, TypedField::Int64, true},
    {ElementType::String, "string", 0, TypedField::String, false},
    {ElementType::Bool, "bool", 8, TypedField::Int32, false},
    {ElementType::Float16, "float16", 16, TypedField::Int32, false},
    {ElementType::Double, "double", 64, TypedField::Double, false},
    {ElementType::UInt32, "uint32", 32, TypedField::UInt64, false},
    {ElementType::UInt64, "uint64", 64, TypedField::UInt64, false},
    {ElementType::Complex64, "complex64", 64, TypedField::Float, false},
    {ElementType::Complex128, "complex128", 128, TypedField::Double, false},
    {ElementType::BFloat16, "bfloat16", 16, TypedField::Int32, false},
    {ElementType::Float8E4M3FN, "float8e4m3fn", 8, TypedField::Int32, false},
    {ElementType::Float8E4M3FNUZ, "float8e4m3fnuz", 8, TypedField::Int32, false},
    {ElementType::Float8E5M2, "float8e5m2", 8, TypedField::Int32, false},
    {ElementType::Float8E5M2FNUZ, "float8e5m2fnuz", 8, TypedField::Int32, false},
    {ElementType::UInt4, "uint4", 4, TypedField::Int32, false},
    {ElementType::Int4, "int4", 4, TypedField::Int32, true},
    {ElementType::Float4E2M1, "float4e2m1", 4, TypedField::Int32, false},
    {ElementType::Float8E8M0, "float8e8m0", 8, TypedField::Int32, false},
    {ElementType::UInt2, "uint2", 2, TypedField::Int32, false},
    {ElementType::Int2, "int2", 2, TypedField::Int32, true},
    {ElementType::Float6E2M3, "float6e2m3", 6, TypedField::Int32, false},
    {ElementType::Float6E3M2, "float6e3m2", 6, TypedField::Int32, false},
};

// The table is indexed by the number of the type.
static_assert([] {
  for (size_t index = 0; index < std::size(table); ++index)
    if (table[index].type != ElementType(index + 1))
      return false;
  return true;
}());

const ElementTypeInfo *lookup(ElementType type) {
  auto number = int32_t(type);
  if (number < 1 || number > int32_t(std::size(table)))
    return nullptr;
  return &table[number - 1];
}

std::optional<ElementType> elementTypeNamed(llvm::StringRef name) {
  const auto *row = llvm::find_if(table, [&](const ElementTypeInfo &info) { return info.name == name; });
  if (row == std::end(table))
    return std::nullopt;
  return row->type;
}

llvm::StringRef nameOf(ElementType type) {
  const ElementTypeInfo *info = lookup(type);
  return info ? llvm::StringRef(info->name) : "undefined";
}

std::optional<uint64_t> byteSize(ElementType type, uint64_t count) {
  const ElementTypeInfo *info = lookup(type);
  if (!info || info->bits == 0)
    return std::nullopt;
  bool overflow = false;
  uint64_t bits = llvm::SaturatingMultiply(count, uint64_t(info->bits), &overflow);
  if (overflow)
    return std::nullopt;
  return llvm::divideCeil(bits, uint64_t(8));
}

} // namespace margay::frontend::onnx
