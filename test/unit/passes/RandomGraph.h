//===- RandomGraph.h - small graphs of nn operations by chance ------------===//

#ifndef MARGAY_TEST_UNIT_PASSES_RANDOMGRAPH_H
#define MARGAY_TEST_UNIT_PASSES_RANDOMGRAPH_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace margay::test {

/// A module whose `main` has a few dozen operations that `seed` decides, the way networks are imported: the batch is
/// the symbol N, convolutions stand between transposes, scales and biases are broadcast constants. The same seed gives
/// the same module.
mlir::OwningOpRef<mlir::ModuleOp> randomGraph(mlir::MLIRContext *context, unsigned seed);

} // namespace margay::test

#endif // MARGAY_TEST_UNIT_PASSES_RANDOMGRAPH_H
