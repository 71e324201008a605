//===- Link.h - the linker, in this process -------------------------------===//
//
// lld as a library. Its state is global, so links wait for each other; each starts afresh.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_LINK_H
#define MARGAY_CODEGEN_EMIT_LINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace margay::codegen {

/// Merges object files into one (ld -r).
llvm::Error linkRelocatable(llvm::ArrayRef<std::string> objects, llvm::StringRef output);

/// Makes a shared library, named `soname` for the loader, of objects that need nothing else. What they show (see
/// closeObject) is exported.
llvm::Error linkShared(llvm::ArrayRef<std::string> objects, llvm::StringRef output, llvm::StringRef soname);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_LINK_H
