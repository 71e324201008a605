//===- Taps.h - windows of any rank, at sizes that may be known in a call only ===//
//
// What convolutions and poolings do where the faster emitters cannot: an output pixel at a time, over those taps of the
// window that lie inside of the input.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_TAPS_H
#define MARGAY_CODEGEN_KERNELS_TAPS_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// One spatial dimension of a window.
struct TapAxis {
  nn::DimAttr in;
  int64_t kernel, stride, dilation, pad;
};

/// The axes of an operation on `input` [N, spatial…, C].
llvm::SmallVector<TapAxis> tapAxes(const View &input, llvm::ArrayRef<int64_t> kernel, llvm::ArrayRef<int64_t> strides,
                                   llvm::ArrayRef<int64_t> dilations, llvm::ArrayRef<int64_t> pads);

/// The taps [begin, end) of an axis that lie inside of the input for an output position.
std::pair<mlir::Value, mlir::Value> tapsInside(KernelBuilder &k, const TapAxis &axis, mlir::Value position);

/// Calls `body(offset, tap, carried)` for each tap inside: where its pixel begins in the input, and its row-major
/// number. `at` are the output pixel's coordinates [N, spatial…].
mlir::Value forTaps(KernelBuilder &k, const View &input, llvm::ArrayRef<TapAxis> axes, llvm::ArrayRef<mlir::Value> at,
                    mlir::Value initial,
                    llvm::function_ref<mlir::Value(mlir::Value offset, mlir::Value tap, mlir::Value carried)> body);

/// The same for the taps by which input pixels reach an output pixel of a transposed convolution: `body` also gets how
/// many times the tap counts, 1 or 0.
mlir::Value forTransposedTaps(
    KernelBuilder &k, const View &input, llvm::ArrayRef<TapAxis> axes, llvm::ArrayRef<mlir::Value> at,
    mlir::Value initial,
    llvm::function_ref<mlir::Value(mlir::Value offset, mlir::Value tap, mlir::Value counts, mlir::Value carried)> body);

/// a * b + c of floats or integers.
mlir::Value multiplyAccumulate(KernelBuilder &k, mlir::Value a, mlir::Value b, mlir::Value c);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_TAPS_H
