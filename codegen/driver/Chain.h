//===- Chain.h - the function of kernels that are computed in bands -------===//

#ifndef MARGAY_CODEGEN_DRIVER_CHAIN_H
#define MARGAY_CODEGEN_DRIVER_CHAIN_H

#include "codegen/Target.h"
#include "ir/Ops.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace margay::codegen {

/// How many words a kernel's function takes: pointers to its inputs and outputs, and the model's symbols.
int64_t argumentWords(nn::KernelOp kernel, size_t symbols);

/// Appends the function `name` of a chain (codegen/plans/Bands.h) to `module`, which calls those of its kernels, of
/// this module or another one: `name(args, begin, end, scratch)`, of which `args` are those of all kernels, one after
/// another. What lies in between has no address there; it is in the scratch memory, behind what the kernels themselves
/// need.
void emitChain(mlir::ModuleOp module, llvm::StringRef name, llvm::ArrayRef<nn::KernelOp> members,
               llvm::ArrayRef<std::string> functions, size_t symbols, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_DRIVER_CHAIN_H
