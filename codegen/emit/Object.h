//===- Object.h - from an LLVM module to machine code ---------------------===//
//
// Everything that turns IR into bytes: the target machine of a level, a short pass pipeline for code that is already in
// its final shape, and LLVM's back end. No compiler, assembler or linker is run.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_OBJECT_H
#define MARGAY_CODEGEN_EMIT_OBJECT_H

#include "codegen/Target.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace llvm {
class Module;
class raw_ostream;
} // namespace llvm

namespace margay::codegen {

/// What every x86-64 has: the level of the entry and the runtime, which run before anybody knows which CPU this is.
const Level &baselineLevel();

/// Gives a module the level's triple, data layout and function attributes, makes all functions nounwind, removes what
/// would tell where it was compiled, and runs the pass pipeline. Calls of memory intrinsics that the back end would
/// make library calls of become loops.
llvm::Error optimizeModule(llvm::Module &module, const Level &level);

/// The module as an ELF relocatable file. The module must have been through optimizeModule for the same level, and is
/// used up.
llvm::Expected<llvm::SmallVector<char, 0>> emitObject(llvm::Module &module, const Level &level);

/// optimizeModule and emitObject in one.
llvm::Expected<llvm::SmallVector<char, 0>> compileToObject(llvm::Module &module, const Level &level);

/// The assembly text of what emitObject would make. The module is used up.
llvm::Error printAssembly(llvm::Module &module, const Level &level, llvm::raw_ostream &os);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_OBJECT_H
