//===- Symbols.h - the symbols of object files ----------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_SYMBOLS_H
#define MARGAY_CODEGEN_EMIT_SYMBOLS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace margay::codegen {

/// Closes the relocatable ELF file that all parts of a model were merged into: hidden symbols become local, names of
/// source files and of anonymous constants go, in place, whatever the size of the file. An internal fault that names
/// them if symbols are undefined, or if one is left visible that is neither `model` nor `model_…`.
llvm::Error closeObject(llvm::StringRef path, llvm::StringRef model);

/// A relocatable ELF file with other names for its symbols, but for those that the compiler made up (".L.str").
llvm::Expected<llvm::SmallVector<char, 0>> renameSymbols(llvm::StringRef object,
                                                         llvm::function_ref<std::string(llvm::StringRef)> rename);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_SYMBOLS_H
