//===- Reference.h - the evaluator on arrays ------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_REFERENCE_H
#define MARGAY_TOOLS_DRIVER_REFERENCE_H

#include "tools/driver/Graph.h"
#include "tools/driver/data/Array.h"

namespace margay::driver {

/// What the graph means, whatever stage it is at, computed by ir/reference.
llvm::Expected<std::vector<Array>> evaluateGraph(const Graph &graph, llvm::ArrayRef<Array> inputs);

/// Whether the graph computes with 16-bit floats anywhere: then less is expected of its results.
bool usesHalf(const Graph &graph);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_REFERENCE_H
