//===- CStruct.h - constants laid out as C structures ---------------------===//
//
// The compiler is a C++ program that includes the C headers, so it knows where C puts a field. Structures of the ABI
// are filled in by those offsets: there is no second description of them that could disagree.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_CSTRUCT_H
#define MARGAY_CODEGEN_EMIT_CSTRUCT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstddef>
#include <cstdint>
#include <map>

namespace llvm {
class Constant;
class GlobalVariable;
class Module;
class Twine;
} // namespace llvm

namespace margay::codegen {

/// Where a field lies in its structure.
struct CField {
  size_t offset, bytes;
};
// A pointer's own size is meant. NOLINTNEXTLINE(bugprone-sizeof-expression)
#define MARGAY_FIELD(type, name) (::margay::codegen::CField{offsetof(type, name), sizeof(type::name)})

/// A structure being filled in. Fields that are not set are 0.
class CStruct {
public:
  CStruct(llvm::Module &module, size_t bytes) : module(module), bytes(bytes) {}

  /// An integer of the field's width.
  CStruct &set(CField field, uint64_t value);
  /// A pointer, or another constant that is as wide as the field.
  CStruct &set(CField field, llvm::Constant *value);

  /// The structure as a value: no padding is left to LLVM, so its alignment is 1.
  llvm::Constant *finish() const;

private:
  llvm::Module &module;
  size_t bytes;
  std::map<size_t, llvm::Constant *> fields; ///< By offset.
};

/// A constant in memory, seen by this module alone and merged with its like. A name is for readers of the assembly.
llvm::GlobalVariable *makeTable(llvm::Module &module, llvm::Constant *value, size_t align, const llvm::Twine &name);

/// An array in memory; a null pointer where there are no elements. All have the same type.
llvm::Constant *makeArray(llvm::Module &module, llvm::ArrayRef<llvm::Constant *> elements, size_t align,
                          const llvm::Twine &name);

/// A string in memory, ended by 0.
llvm::Constant *makeString(llvm::Module &module, llvm::StringRef text);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_CSTRUCT_H
