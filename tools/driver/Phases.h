//===- Phases.h - the stages of a compilation, in order -------------------===//

#ifndef MARGAY_TOOLS_DRIVER_PHASES_H
#define MARGAY_TOOLS_DRIVER_PHASES_H

#include "tools/driver/Options.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace margay::driver {

/// One stage: what `--emit` and `--from` call it, and the ending of its file, "" where there is none.
struct StageFacts {
  Stage stage;
  llvm::StringLiteral name;
  llvm::StringLiteral fileEnding;
  llvm::StringLiteral doing; ///< For the progress line, while the stage is made.
};

/// All stages in order.
llvm::ArrayRef<StageFacts> stages();
const StageFacts &factsOf(Stage stage);

/// What `--emit` may name.
llvm::ArrayRef<llvm::StringRef> emittable();

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_PHASES_H
