//===- EntryModule.h - the part of a model that callers see ---------------===//
//
// One LLVM module, compiled for the baseline x86-64: the tables that describe the model, and the functions that it
// exports. They lean on the runtime (see Runtime.h). Whatever needs a better CPU is in the drivers, one per level.
//
//   model                 packs its arguments and goes on in mg__enter        typed, as model.h declares it
//   model_model           the mg_model                                        constant
//   model_arena_bytes …   go on in mg__arena_bytes …                          as the banner of abi.h says
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_ENTRYMODULE_H
#define MARGAY_CODEGEN_EMIT_ENTRYMODULE_H

#include "codegen/Target.h"
#include "codegen/emit/Interface.h"
#include "ir/Dim.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace margay::codegen {

struct EntryDescription {
  const Interface &interface; ///< its names have been assigned
  /// The dimensions of each port, over the names of the interface's symbols. Those that depend on the data are given by
  /// their upper bounds, or are null where there is none.
  std::vector<std::vector<nn::DimAttr>> inputDims, outputDims;
  nn::DimAttr sharedBytes, scratchBytes; ///< the arena's parts, multiples of its alignment
  llvm::ArrayRef<Level> levels;          ///< ascending; the code of each is in mg__driver_<its name>, defined elsewhere
  bool embeddedWeights = false;          ///< at mg__weights, defined elsewhere
};

/// The model's tables and exported functions, to be linked with its runtime. Only `model` and `model_…` are visible. An
/// internal fault if the description contradicts itself.
llvm::Expected<std::unique_ptr<llvm::Module>> makeEntryModule(llvm::LLVMContext &context,
                                                              const EntryDescription &entry);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_ENTRYMODULE_H
