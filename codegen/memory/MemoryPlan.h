//===- MemoryPlan.h - where every tensor lives ----------------------------===//
//
// Made on kernels, before loops exist. Results of the model are computed in place; joins along the last dimension and
// slices become views where they can; the rest shares one arena by lifetimes. Offsets are #nn.dim expressions:
// constants when all shapes are, a few instructions otherwise.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_MEMORY_MEMORYPLAN_H
#define MARGAY_CODEGEN_MEMORY_MEMORYPLAN_H

#include "ir/Dim.h"
#include "ir/DimBounds.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"

namespace margay::codegen {

/// Everything in the arena starts at a multiple of this, in bytes.
inline constexpr int64_t arenaAlignment = 64;

/// Where a tensor is.
struct Placement {
  enum Kind { Input, Output, Weights, Arena, Scratch };
  Kind kind = Arena;     ///< In the scratch memory is what a chain of kernels never has as a whole.
  int64_t index = 0;     ///< Of the input or output; of the buffer, in the arena.
  nn::DimAttr offset;    ///< Bytes from the input's, output's, weights' or buffer's start.
  nn::DimAttr rowStride; ///< Elements from one row to the next.
};

/// A piece of the arena.
struct Buffer {
  nn::DimAttr bytes;       ///< A multiple of arenaAlignment.
  int64_t first, last;     ///< The kernels (by position) that first write and last read it.
  nn::DimAttr offset = {}; ///< From the arena's start; set by assignOffsets.
};

/// What a step of a function needs besides its operands and results: nn.if and nn.loop call functions, which have
/// arenas of their own within the caller's.
struct StepMemory {
  int64_t arena = -1;                 ///< The buffer that is the called functions' arena.
  int64_t trip = -1, condition = -1;  ///< Of a loop: the trip's number (i64) and whether there is another (i8).
  llvm::SmallVector<int64_t> carried; ///< Of a loop: the carried values in the making.
};

struct MemoryPlan {
  llvm::DenseMap<mlir::Value, Placement> placements; ///< Of everything but recipes.
  llvm::SmallVector<Buffer> buffers;
  llvm::DenseSet<mlir::Operation *> views; ///< Joins that need no kernel, as their inputs are computed where they
                                           ///< belong, and slices that are read where they lie.
  llvm::DenseMap<mlir::Operation *, StepMemory> steps; ///< Of nn.if and nn.loop.
  nn::DimAttr arenaBytes;
};

/// The arena's size of functions that have been planned.
using ArenaSizes = llvm::StringMap<nn::DimAttr>;

/// Lays out the tensors of `function`, whose callees have been planned. Kernels whose tensors end up within wider ones
/// are planned by rows.
MemoryPlan planMemory(mlir::func::FuncOp function, const ArenaSizes &callees = {});

/// Places buffers so that those alive together do not overlap, and gives the arena's size: each starts at the largest
/// end of those below it that it may not overlap, where that gives simple expressions of the symbols; else buffers that
/// are never alive together share shelves. What lies below what is found by first fit at sample values of the symbols.
nn::DimAttr assignOffsets(mlir::MLIRContext *context, llvm::MutableArrayRef<Buffer> buffers,
                          const nn::SymbolRanges &ranges = {});

/// The kernels of a function in order.
llvm::SmallVector<nn::KernelOp> kernelsOf(mlir::func::FuncOp function);

/// What a function does in order: kernels, nn.if and nn.loop.
llvm::SmallVector<mlir::Operation *> stepsOf(mlir::func::FuncOp function);

/// The functions that an nn.if or nn.loop calls.
llvm::SmallVector<llvm::StringRef> calleesOf(mlir::Operation *step);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MEMORY_MEMORYPLAN_H
