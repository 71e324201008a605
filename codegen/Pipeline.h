//===- Pipeline.h - from a graph of kernels to a library ------------------===//

#ifndef MARGAY_CODEGEN_PIPELINE_H
#define MARGAY_CODEGEN_PIPELINE_H

#include "codegen/Target.h"
#include "codegen/emit/Interface.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace margay::codegen {

struct Options {
  std::string name;                ///< The model's; a C identifier that Names.h allows.
  llvm::SmallVector<Level> levels; ///< Ascending, at least one; one whose code would be another's is left out.
  bool embedWeights = true;        ///< Else they go into Library::weightsFile.
  std::string directory; ///< Where intermediate and resulting files go; exists, and is the caller's to remove.
  unsigned jobs = 1;     ///< Threads that compile; the result does not depend on it.
};

/// What code generation made of a model.
struct Library {
  Interface interface;
  std::string object;      ///< Path of one relocatable ELF file that needs nothing and shows `name` and `name_*` only.
  std::string weightsFile; ///< Path of the file of external weights, or empty.
  uint64_t codeBytes = 0;  ///< Of all levels' object files.
  uint64_t weightsBytes = 0;   ///< Packed.
  int64_t leastArenaBytes = 0; ///< What the arena needs where every symbol is at its least.
};

/// Chooses how every kernel of `main` is computed, and notes it as its plan; `--emit=kernels`. Joined faults for all
/// that cannot be computed. `strict` (--precision f32-strict) allows plain multiply-adds only. `explanation` gets a
/// line for each kernel that could be computed in several ways: which were considered, and their estimates.
llvm::Error planKernels(mlir::ModuleOp module, bool strict, std::string &explanation);

/// Compiles a module whose kernels have plans.
llvm::Expected<Library> compile(mlir::ModuleOp module, const Options &options);

enum class Text { Llvm, Assembly };

/// The code of all levels as text, for `--emit=llvm` and `--emit=asm`.
llvm::Error print(mlir::ModuleOp module, const Options &options, Text form, llvm::raw_ostream &os);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PIPELINE_H
