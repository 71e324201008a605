//===- CompileLevels.h - the code of all levels ---------------------------===//

#ifndef MARGAY_CODEGEN_COMPILELEVELS_H
#define MARGAY_CODEGEN_COMPILELEVELS_H

#include "codegen/Pipeline.h"
#include "codegen/driver/Model.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include <memory>

namespace margay::codegen {

/// Compiles all levels into object files in `options.directory`, whose paths it returns. A level is compiled in parts
/// of some functions: what the compiler makes of a function takes some hundred times the memory of its code, and parts
/// are shared among threads more evenly than levels.
llvm::Expected<std::vector<std::string>> compileLevels(const Model &model, const Options &options);

/// All of a level's code in one module under the model's names, not optimised yet.
llvm::Expected<std::unique_ptr<llvm::Module>> wholeLevel(const Model &model, const Level &level, llvm::StringRef name,
                                                         llvm::LLVMContext &context);

/// Writes an object file, if making it went well.
llvm::Error writeObject(llvm::StringRef path, llvm::Expected<llvm::SmallVector<char, 0>> object);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_COMPILELEVELS_H
