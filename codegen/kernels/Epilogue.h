//===- Epilogue.h - the elementwise part of a kernel, while values are in registers ===//
//
// After a root operation has computed some consecutive elements of a row, the kernel's elementwise operations run on
// them and the results are stored. A kernel without a root is nothing but an epilogue. Every shape in it is the
// result's, or broadcasts to it, so an element's position in the result says where its operands are.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_EPILOGUE_H
#define MARGAY_CODEGEN_KERNELS_EPILOGUE_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

class Epilogue {
public:
  /// Loads operands that are a single number: make it before any loop.
  explicit Epilogue(KernelBuilder &kernel);
  /// Of another root than the kernel's first one, whose result has these dimensions.
  Epilogue(KernelBuilder &kernel, mlir::Operation *root, llvm::ArrayRef<nn::DimAttr> shape);

  /// `wanted`, a value of the kernel that follows from the root's result by elementwise operations, at elements
  /// [column, column + lanes) of a row.
  mlir::Value compute(mlir::Value wanted, mlir::Value rootValue, mlir::Value row, mlir::Value column, int64_t lanes);

  /// Finishes and stores elements [column, column + lanes) of a row. `rootValue` is what the root computed there (null
  /// without a root).
  void finish(mlir::Value rootValue, mlir::Value row, mlir::Value column, int64_t lanes);

  /// The same where rows do not matter: every operand is dense and of the result's shape, or has one element; `index`
  /// counts elements.
  void finishFlat(mlir::Value rootValue, mlir::Value index, int64_t lanes) { finish(rootValue, nullptr, index, lanes); }

  /// Whether finishFlat may be used.
  bool canFinishFlat();

  /// Has the second-level cache fetch what `finish` will read or write at a row and from a column on, of operands that
  /// have the result's shape and of the results.
  void prefetch(mlir::Value row, mlir::Value column);

  /// Where results are large and their rows lie apart: has the first-level cache fetch what `finish` will write a page
  /// later. A CPU guesses that by itself of what lies side by side only.
  void prefetchApart(mlir::Value row, mlir::Value column);

  /// Whether the elementwise operations of a kernel take many instructions: exp, erf and their like.
  static bool isLong(nn::KernelOp kernel);

  /// Forgets what was loaded for columns: call it when entering another block of code.
  void enterBlock() { columnLoads.clear(); }

private:
  mlir::Value valueAt(mlir::Value value, mlir::Value row, mlir::Value column, int64_t lanes,
                      llvm::DenseMap<mlir::Value, mlir::Value> &done);
  mlir::Value loadAt(mlir::Value argument, mlir::Value row, mlir::Value column, int64_t lanes);
  mlir::Value rowOffset(const View &view, mlir::Value row);

  KernelBuilder &k;
  mlir::Operation *root;
  llvm::SmallVector<nn::DimAttr> shape;            ///< Of the results.
  llvm::DenseMap<mlir::Value, mlir::Value> single; ///< Operands of one element, as stored.
  /// Operands that are the same in every row, by argument and column, so that a tile of several rows loads them once.
  llvm::DenseMap<std::tuple<mlir::Value, mlir::Value, int64_t>, mlir::Value> columnLoads;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_EPILOGUE_H
