//===- KernelFacts.h - what can be said of a kernel -----------------------===//

#ifndef MARGAY_TOOLS_DRIVER_KERNELFACTS_H
#define MARGAY_TOOLS_DRIVER_KERNELFACTS_H

#include "ir/Ops.h"
#include "llvm/ADT/StringMap.h"
#include <string>
#include <vector>

namespace margay::driver {

struct KernelFacts {
  std::string numbers;            ///< Of its plan: "columns=2 rows=6 task=14".
  std::string operands, results;  ///< Types, "f32[1,56,56,64]", without constants.
  std::vector<std::string> nodes; ///< Of the model, which are computed in it: "conv1 (Conv)".
  double weightBytes = 0;         ///< Of its constant operands.
};

/// Of an nn.kernel that has a plan, or of those of a chain, where the symbols have these values.
KernelFacts factsOf(llvm::ArrayRef<mlir::Operation *> kernels, const llvm::StringMap<int64_t> &symbols);

/// The names of a model's nodes that a location stands for, in order.
std::vector<std::string> nodesOf(mlir::Location location);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_KERNELFACTS_H
