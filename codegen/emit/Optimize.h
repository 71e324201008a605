//===- Optimize.h - LLVM's passes for code in its final shape -------------===//
//
// The emitters have chosen tiles, vectors and loops. What is left to LLVM is cleaning up: promoting, simplifying,
// hoisting. Its vectorisers and its unroller would only undo choices, and are not run.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_OPTIMIZE_H
#define MARGAY_CODEGEN_EMIT_OPTIMIZE_H

#include "codegen/Target.h"

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace margay::codegen {

/// Sets triple, layout and attributes for the machine, removes names of source files, and makes loops of memory
/// intrinsics that would be calls.
void prepareModule(llvm::Module &module, llvm::TargetMachine &machine, const Level &level);

/// The pipeline.
void runPasses(llvm::Module &module, llvm::TargetMachine &machine);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_OPTIMIZE_H
