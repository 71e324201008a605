//===- Names.h - which C names a model and its arguments get --------------===//

#ifndef MARGAY_CODEGEN_EMIT_NAMES_H
#define MARGAY_CODEGEN_EMIT_NAMES_H

#include "codegen/emit/Interface.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace margay::codegen {

/// The model's name where none is given: from a file's name without its extension, "mobilenet-v2.1" ->
/// "mobilenet_v2_1", "3d" -> "model_3d".
std::string modelNameFromFile(llvm::StringRef stem);

/// Whether a model may have this name: a C identifier that is no keyword of C or C++, no name of the C library's and
/// none of margay.h's, and neither are the functions that it brings along (a model `shm` would define shm_open). If
/// not, a usage fault that suggests --name with a name that is fine.
llvm::Error checkModelName(llvm::StringRef name);

/// Gives every symbol, input and output its C name (see docs/abi.md): bytes outside [A-Za-z0-9_] become `_`; a leading
/// digit, a keyword, a reserved name or a clash gets in_, out_ or dim_ before it, and then a number behind it. Also
/// names the capacity and dims arguments.
void assignNames(Interface &interface);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_NAMES_H
