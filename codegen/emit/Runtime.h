//===- Runtime.h - the runtime under a model's names ----------------------===//
//
// Symbols of the runtime are called mg__x in its sources and in generated code. In an archive each is <model>__x, and
// hidden: so two models, even of two versions of Margay, link into one program, each with its own.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_RUNTIME_H
#define MARGAY_CODEGEN_EMIT_RUNTIME_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace margay::codegen {

/// Renames every mg__x, defined or used, to <model>__x, and makes every <model>__… hidden: references are then direct.
void nameSymbols(llvm::Module &module, llvm::StringRef model);

/// A module with declarations of the runtime's functions under the model's names.
llvm::Expected<std::unique_ptr<llvm::Module>> declareRuntime(llvm::LLVMContext &context, llvm::StringRef model);

/// The runtime's object file under the model's names, to be linked with what uses it. Everything in it is hidden or
/// local.
llvm::Expected<llvm::SmallVector<char, 0>> runtimeObject(llvm::StringRef model);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_RUNTIME_H
