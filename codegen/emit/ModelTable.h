//===- ModelTable.h - the mg_model of a model, as data --------------------===//

#ifndef MARGAY_CODEGEN_EMIT_MODELTABLE_H
#define MARGAY_CODEGEN_EMIT_MODELTABLE_H

#include "codegen/emit/EntryModule.h"

namespace llvm {
class Constant;
class Function;
class GlobalVariable;
} // namespace llvm

namespace margay::codegen {

/// A function of the runtime, by its name without the mg__. It exists: makeEntryModule has looked.
llvm::Function *runtimeFunction(llvm::Module &module, llvm::StringRef model, llvm::StringRef name);

/// The functions of the runtime that a model points to or calls.
inline constexpr llvm::StringLiteral runtimeFunctions[] = {"enter",          "run",  "arena_bytes", "shapes",
                                                           "instance_bytes", "open", "close",       "check_weights"};

/// The private half: the levels, best first, the functions that compute dims and sizes, and the weights.
llvm::Constant *makeProgram(llvm::Module &module, const EntryDescription &entry, llvm::Function *shapes,
                            llvm::Function *sizes);

/// The public one, <model>_model.
llvm::GlobalVariable *makeModelTable(llvm::Module &module, const EntryDescription &entry, llvm::Constant *program);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_MODELTABLE_H
