//===- Sampling.h - reading images between their pixels -------------------===//
//
// A sample is a sum of pixels with weights: for each axis it has a list of taps, and the pixels are at all combinations
// of them.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_OPS_SAMPLING_H
#define MARGAY_FRONTEND_ONNX_OPS_SAMPLING_H

#include "frontend/onnx/NodeImport.h"

namespace margay::frontend::onnx {

enum class Interpolation { Nearest, Linear, Cubic };

/// What is around an image.
enum class Surround { Zeros, Border, Reflection };

/// One pixel along an axis, for each sample.
struct Tap {
  mlir::Value position; ///< a whole number inside the image, as float
  mlir::Value weight;   ///< a float; null: 1
};
using Taps = llvm::SmallVector<Tap, 4>;

/// The taps of samples at these coordinates, where pixels are at 0, 1 … size - 1. Images that are reflected are so at
/// their outermost pixels, or at their edges half a pixel beyond.
Taps tapsAt(NodeImport &node, mlir::Value coordinates, nn::DimAttr size, Interpolation interpolation, Surround surround,
            bool reflectsAtPixels);

/// Samples [B, P, C] of images [B, C, spatial…], or of the images whose numbers `images` [B] says. `axes` has for each
/// spatial axis the taps [B, P]. With `keepsLargest` a sample is the largest product, and not their sum. The elements
/// of images are those of the weights, where there are some.
mlir::Value sample(NodeImport &node, mlir::Value input, mlir::Value images, llvm::ArrayRef<Taps> axes,
                   bool keepsLargest = false);

/// A number that may depend on sizes, in every element of a tensor like that.
mlir::Value splat(NodeImport &node, nn::DimAttr number, mlir::Value like);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_OPS_SAMPLING_H
