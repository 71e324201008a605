//===- Header.h - writes model.h and model.hpp ----------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_HEADER_H
#define MARGAY_CODEGEN_EMIT_HEADER_H

#include "codegen/emit/Interface.h"
#include "llvm/ADT/StringRef.h"

namespace margay::codegen {

/// The text of model.h: C99 and C++, includes margay.h. The interface's names have been assigned.
std::string writeHeader(const Interface &interface);

/// The text of model.hpp: a header-only C++20 class around model.h, with std::span arguments and an arena of its own.
std::string writeCppHeader(const Interface &interface);

/// The bytes of margay.h and margay_pool.h, which are written beside every model.
llvm::StringRef margayHeader();
llvm::StringRef margayPoolHeader();

/// A name from the model as it can stand within a comment: printable, and unable to end it.
std::string commentText(llvm::StringRef name);

/// "image f32[N,3,224,224] -> logits f32[N,1000], N in 1..32.", or "N >= 1" where it has no bound.
std::string describeModel(const Interface &interface);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_HEADER_H
