//===- Symbols.h - what a finished object file shows of itself ------------===//

#ifndef MARGAY_CODEGEN_EMIT_SYMBOLS_H
#define MARGAY_CODEGEN_EMIT_SYMBOLS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace margay::codegen {

/// Closes the relocatable ELF file that all parts of a model were merged into: hidden symbols become local, names of
/// source files and of anonymous constants go, in place, whatever the size of the file. An internal fault that names
/// them if symbols are undefined, or if one is left visible that is neither `model` nor `model_…`.
llvm::Error closeObject(llvm::StringRef path, llvm::StringRef model);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_SYMBOLS_H
