//===- Emit.h - a thin layer over MLIR's builder for writing loops --------===//
//
// Kernels are emitted as scf.for over i64, LLVM pointers, and arith / math / vector operations on scalars and 1-D
// vectors. Nothing here knows about neural networks.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_EMIT_H
#define MARGAY_CODEGEN_KERNELS_EMIT_H

#include "codegen/Target.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

namespace margay::codegen {

class Emit {
public:
  Emit(mlir::OpBuilder builder, mlir::Location loc, const Level &level) : builder(builder), loc(loc), level(level) {}

  // Integers: i64, with constants folded.
  mlir::Value constant(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);        ///< Of non-negative numbers.
  mlir::Value rem(mlir::Value a, mlir::Value b);        ///< Of non-negative numbers.
  mlir::Value ceilDivClamped(mlir::Value a, int64_t b); ///< max(0, ceil(a / b)); `a` may be negative.
  mlir::Value less(mlir::Value a, mlir::Value b);

  // Loops. An empty or single-trip loop with constant bounds is emitted as what it does.
  void loop(mlir::Value from, mlir::Value to, int64_t step, llvm::function_ref<void(mlir::Value index)> body);
  llvm::SmallVector<mlir::Value>
  loop(mlir::Value from, mlir::Value to, int64_t step, mlir::ValueRange initial,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value index, mlir::ValueRange carried)> body);
  void when(mlir::Value condition, llvm::function_ref<void()> body);

  // Memory. Indices count elements; accesses are aligned to an element only.
  mlir::Value at(mlir::Value pointer, mlir::Value index, mlir::Type element);
  mlir::Value at(mlir::Value pointer, int64_t index, mlir::Type element);
  /// The same pointer, in a register of its own: what is loaded from it is not addressed by the register and the index
  /// that it was computed from.
  mlir::Value inRegister(mlir::Value pointer);
  mlir::Value load(mlir::Type type, mlir::Value pointer);
  void store(mlir::Value value, mlir::Value pointer);
  /// Has the second-level cache fetch what lies `index` elements behind a pointer, which may be nothing.
  void prefetch(mlir::Value pointer, int64_t index, mlir::Type element);
  /// The same of the first-level cache.
  void prefetchToFirst(mlir::Value pointer, int64_t index, mlir::Type element);
  /// Has the first-level cache fetch it, to be written.
  void prefetchForWriting(mlir::Value pointer, int64_t index, mlir::Type element);

  // Vectors. One lane is a scalar type, so that a loop over single elements needs no other code.
  mlir::Type vectorOf(mlir::Type element, int64_t lanes);
  mlir::Value splat(mlir::Value scalar, int64_t lanes);
  mlir::Value constantVector(mlir::Type element, int64_t lanes, double value);
  mlir::Value firstLanes(mlir::Value vector, int64_t lanes);
  /// a * b + c; fused where the level can. Where `c` is f32 and the others are i32, these are pairs of bf16, both of
  /// whose products are added, at a level that can.
  mlir::Value multiplyAdd(mlir::Value a, mlir::Value b, mlir::Value c);
  /// Combines the lanes of a vector in a fixed tree: (0..n/2) with (n/2..n), and so on; the length must be a power of
  /// two.
  mlir::Value combineLanes(mlir::Value vector, llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);

  static std::optional<int64_t> constantOf(mlir::Value value);

  mlir::OpBuilder builder;
  mlir::Location loc;
  const Level &level;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_EMIT_H
