//===- Work.h - how much a kernel has to do at least ----------------------===//

#ifndef MARGAY_TOOLS_DRIVER_WORK_H
#define MARGAY_TOOLS_DRIVER_WORK_H

#include "tools/driver/Graph.h"
#include "llvm/ADT/StringMap.h"

namespace margay::driver {

/// What a kernel cannot do without, whatever the algorithm is called.
struct KernelWork {
  std::string name;
  std::string plan;
  double operations = 0; ///< Of its products and convolutions: a multiply-add is two. 0 where there is none.
  double bytes = 0;      ///< Of its inputs and outputs, each once.
  std::vector<mlir::Operation *> ops; ///< The nn.kernel, or those of a chain; they live as long as the graph.
};

/// The kernels of a graph at stage Kernels, in the order of mg_model.kernels, where the symbols have these values.
std::vector<KernelWork> kernelWork(const Graph &graph, const llvm::StringMap<int64_t> &symbols);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_WORK_H
