//===- KernelBuilder.h - one kernel at one level, while it is emitted -----===//
//
// A kernel becomes a function of the runtime's task interface (mg__kernel in runtime/abi.h):
//
//   kernel(args, begin, end, scratch)      args = the inputs' pointers, the outputs' pointers, the model's symbols,
//   each one 64-bit word; and of an algorithm with phases those [begin, end) that are to be computed
//
// which computes units [begin, end) of its outputs. What a unit is (a row, an image row …) its plan says.
//
// A tensor is rows × columns: the columns are its last dimension, the rows all others; rows lie `rowStride` elements
// apart.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_KERNELBUILDER_H
#define MARGAY_CODEGEN_KERNELS_KERNELBUILDER_H

#include "codegen/kernels/DimValue.h"
#include "ir/Dim.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// How the rows of a kernel's inputs and outputs lie in memory: elements from one row to the next.
struct KernelStrides {
  llvm::SmallVector<nn::DimAttr> inputs, outputs;
};

/// A tensor in memory.
struct View {
  mlir::Value pointer;
  llvm::SmallVector<nn::DimAttr> dims;
  mlir::Type element; ///< As computed with: i1 and signless integers.
  mlir::Type storage; ///< As stored: i1 takes a byte, a 16-bit float is the integer of its bits.
  nn::DimAttr rowStride;

  nn::DimAttr columns() const;
  nn::DimAttr rows() const;
};

class KernelBuilder : public Emit {
public:
  /// Appends a function called `name` to `module`; the builder stands at its start.
  KernelBuilder(mlir::ModuleOp module, llvm::StringRef name, nn::KernelOp kernel, const KernelStrides &strides,
                llvm::ArrayRef<nn::SymbolAttr> symbols, const Level &level);

  /// The view of a region argument, or of the result that a yielded value becomes.
  View &input(mlir::Value argument) { return views.find(argument)->second; }
  View &output(unsigned index) { return outputs[index]; }

  /// The value of a dimension expression: a constant, or computed from the symbols.
  mlir::Value dim(nn::DimAttr dim);

  /// Full-width lanes for elements of this type; those of f32 for smaller types, so that vectors of different types
  /// have equal lengths.
  int64_t lanes(mlir::Type element) const;

  /// Loads `lanes` elements at an element offset, and widens them from their stored form.
  mlir::Value loadElements(const View &view, mlir::Value offset, int64_t lanes);
  /// The same in two steps, for one element that is repeated in between.
  mlir::Value loadStored(const View &view, mlir::Value offset);
  mlir::Value fromStorage(mlir::Value stored, const View &view);
  void storeElements(mlir::Value value, const View &view, mlir::Value offset);

  /// The phases to compute (see codegen/plans/Plans.h): first and end. Only of an algorithm that has some.
  std::pair<mlir::Value, mlir::Value> phases();

  /// Emits `body` as a function of its own and calls it here; it sees `operands` as values of its own, and may use
  /// nothing else from outside but constants. For a loop that needs all registers: within a large function LLVM would
  /// keep the constants of other loops in some of them.
  void outlined(mlir::ValueRange operands, llvm::function_ref<void(mlir::ValueRange)> body);

  /// The operation that decides the loops, or null in a kernel of elementwise operations only.
  mlir::Operation *root() const { return rootOp; }

  nn::KernelOp kernel;
  mlir::Value begin, end, scratch;
  llvm::SmallVector<View> outputs;

private:
  llvm::DenseMap<mlir::Value, View> views;
  SymbolValues symbolValues;
  std::string name;         ///< Of the function.
  mlir::Value afterSymbols; ///< The words of the arguments behind the symbols.
  unsigned outlinedCount = 0;
  mlir::Operation *rootOp = nullptr;
};

/// The root of a kernel: its one operation that is neither elementwise nor a broadcast; null if there is none.
mlir::Operation *rootOf(nn::KernelOp kernel);

/// The type that elements of a tensor are computed with (signless) and stored with (i1 as i8, 16-bit floats as i16).
mlir::Type computeType(mlir::Type element);
mlir::Type storageType(mlir::Type element);
/// Bytes of one stored element.
int64_t storageBytes(mlir::Type element);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_KERNELBUILDER_H
