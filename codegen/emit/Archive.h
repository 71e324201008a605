//===- Archive.h - static libraries ---------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_ARCHIVE_H
#define MARGAY_CODEGEN_EMIT_ARCHIVE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace margay::codegen {

/// Writes an archive with one member, `memberName`, and a symbol table: the same bytes whenever and by whomever. The
/// object file is mapped piece by piece, so its size does not matter. After a failure `output` may be there in part.
llvm::Error writeStaticLibrary(llvm::StringRef object, llvm::StringRef memberName, llvm::StringRef output);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_ARCHIVE_H
