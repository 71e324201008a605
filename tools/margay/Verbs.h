//===- Verbs.h - what margay can be told to do ----------------------------===//

#ifndef MARGAY_TOOLS_MARGAY_VERBS_H
#define MARGAY_TOOLS_MARGAY_VERBS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace margay::cli {

// Each does what the words after the verb say. Results go to stdout; the error says what went wrong and thereby the
// exit code.

llvm::Error compileVerb(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Error runVerb(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Error verifyVerb(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Error checkVerb(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Error infoVerb(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Error benchVerb(llvm::ArrayRef<llvm::StringRef> arguments);
llvm::Error reportVerb(llvm::ArrayRef<llvm::StringRef> arguments);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_VERBS_H
