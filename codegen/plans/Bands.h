//===- Bands.h - kernels that are computed together, some image rows at a time ---===//
//
// What a kernel computes may be more than the second-level cache holds, and only one other kernel reads it: an
// expansion before a depthwise convolution, say, which a projection follows. Such kernels are planned as a *chain*, and
// share one function:
//
//   for bands of `band` image rows of the last one's result         a unit is an image row; tasks start anywhere
//     each kernel in turn computes the rows that the band needs of it, and that are not there yet
//
// What lies in between is never whole: `kept` of its rows are, in the task's own scratch memory. A kernel that reads
// several rows for each of its own has them in a *ring* (row r of all images' rows is at r modulo `ring`), so those
// that two bands have in common are computed once, but for the first band of a task. Each kernel has its plan and its
// emitter, which computes any range of its units, as it would alone. Members are 1×1, direct and depthwise
// convolutions, poolings, and as the first one elementwise kernels:
//
//   "expand"  #nn.plan<"gemm-rows", {kept = 5, …}>
//   "filter"  #nn.plan<"depthwise", {kept = 2, ring = 5, …}>
//   "project" #nn.plan<"gemm-rows", {band = 2, task = 14, …}>
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_BANDS_H
#define MARGAY_CODEGEN_PLANS_BANDS_H

#include "codegen/Target.h"
#include "codegen/kernels/Spatial.h"
#include "ir/Ops.h"
#include "mlir/IR/BuiltinOps.h"

namespace margay::codegen {

/// Whether a kernel is computed in the bands of one that comes later.
bool isInner(nn::KernelOp kernel);

/// The kernels of the chain that ends in `last`, in order; often it alone.
llvm::SmallVector<nn::KernelOp> chainOf(nn::KernelOp last);
/// The last kernel of a chain: when all of it is computed.
nn::KernelOp chainEnd(nn::KernelOp kernel);
/// "expand + filter + project"
std::string chainName(nn::KernelOp last);
/// What threads share of a chain, or of a single kernel.
nn::DimAttr chainUnits(nn::KernelOp last);
/// What a task of a chain needs of the scratch memory.
int64_t chainScratchBytes(nn::KernelOp last, const Level &level);

/// Which image rows of its first operand a kernel reads for one of its own.
Axis bandAxis(nn::KernelOp kernel);
/// Units of a kernel by itself in an image row.
int64_t unitsPerImageRow(nn::KernelOp kernel);
/// Bytes of the rows that are kept of an inner kernel's result.
int64_t keptBytes(nn::KernelOp kernel);

/// Whether a kernel reads a state, which may be overwritten if it is computed any later.
bool readsState(nn::KernelOp kernel);
/// What it takes to have an image of a kernel's result in memory: written, fetched to be written, and read.
double millisecondsToMove(nn::KernelOp kernel);

/// Finds the chains that pay among kernels that have plans.
void chooseBands(mlir::ModuleOp module, std::string &explanation);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_BANDS_H
