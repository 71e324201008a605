//===- Patches.h - what a convolution sees, as rows of a matrix -----------===//
//
// A convolution is a product: of the matrix of its patches (a row for each output pixel: what lies under the filter
// there, in the order [filter's axes][channels]; zeros where that is padding) and of its weights. Only a block of the
// matrix exists at a time, as a copy. In any number of spatial dimensions, at sizes that may be known in a call only.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_PATCHES_H
#define MARGAY_CODEGEN_KERNELS_PATCHES_H

#include "codegen/kernels/Panels.h"
#include "codegen/kernels/Taps.h"

namespace margay::codegen {

class Patches {
public:
  Patches(KernelBuilder &k, nn::ConvOp conv);

  /// Copies the steps of a block of one output pixel's patch to `to`. `pixel` counts the pixels of all images. A block
  /// is some runs (plans/PatchRuns.h), or lies within one.
  void copy(mlir::Value pixel, const StepBlock &steps, mlir::Value to);

private:
  struct Run;
  Run runAt(llvm::ArrayRef<mlir::Value> at, mlir::Value index);
  void copyPart(const Run &run, mlir::Value begin, int64_t count, mlir::Value to);
  void copySeen(const Run &run, mlir::Value to);
  mlir::Value both(mlir::Value a, mlir::Value b);
  void fill(mlir::Value to, int64_t count, llvm::function_ref<mlir::Value(mlir::Value at, int64_t lanes)> value);

  KernelBuilder &k;
  const View &input;
  llvm::SmallVector<TapAxis> axes;
  llvm::SmallVector<nn::DimAttr> pixels; ///< Dimensions of the results: [N, spatial…].
  llvm::SmallVector<nn::DimAttr> strides;
  int64_t channels, taps; ///< Of a run: how many neighbouring positions along the last axis it has.
  bool isPadded;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_PATCHES_H
