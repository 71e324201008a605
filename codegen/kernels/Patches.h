//===- Patches.h - what a convolution sees, as rows of a matrix -----------===//
//
// A convolution is a product: of the matrix of its patches (a row for each output pixel: what lies under the filter
// there, in the order [kernel height][kernel width][channels]; zeros where that is padding) and of its weights. Only a
// block of the matrix exists at a time, as a copy.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_PATCHES_H
#define MARGAY_CODEGEN_KERNELS_PATCHES_H

#include "codegen/kernels/Panels.h"
#include "codegen/kernels/Spatial.h"

namespace margay::codegen {

struct Patches {
  const View &input;
  Geometry geometry;

  /// Copies the steps of a block of one output pixel's patch to `to`. `pixel` counts the pixels of all images. A block
  /// lies within one position of the filter, or is some whole ones.
  void copy(KernelBuilder &k, mlir::Value pixel, const StepBlock &steps, mlir::Value to) const;

private:
  /// Where in the input an output pixel sees: the row and column under the first position of the filter.
  struct Place {
    mlir::Value image, row, column;
  };
  Place placeOf(KernelBuilder &k, mlir::Value pixel) const;
  /// Copies `count` channels from `channel` on of what lies under position `tap` of the filter.
  void copyTap(KernelBuilder &k, const Place &place, mlir::Value tap, mlir::Value channel, int64_t count,
               mlir::Value to) const;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_PATCHES_H
