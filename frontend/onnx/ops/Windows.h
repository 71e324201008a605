//===- Windows.h - what convolutions and poolings have in common ----------===//

#ifndef MARGAY_FRONTEND_ONNX_OPS_WINDOWS_H
#define MARGAY_FRONTEND_ONNX_OPS_WINDOWS_H

#include "frontend/onnx/NodeImport.h"

namespace margay::frontend::onnx {

/// How a window moves over the spatial dimensions.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations, pads; ///< pads: the begins, then the ends
  Dims low, high;               ///< what auto_pad adds around the input where that depends on its size, else empty
  bool ignoresCeilMode = false; ///< auto_pad has fixed the size of the output
};

/// A list attribute with `count` numbers of at least `least`; all are `otherwise` where it is absent. Nothing after a
/// report.
std::optional<llvm::SmallVector<int64_t>> readList(NodeImport &node, llvm::StringRef name, size_t count,
                                                   int64_t otherwise, int64_t least);

/// Reads strides, dilations, pads and auto_pad for a window of this size over `input` [N, C, spatial…]; nothing after a
/// report.
std::optional<Window> readWindow(NodeImport &node, mlir::Value input, llvm::ArrayRef<int64_t> kernel,
                                 bool hasDilations);

/// The input without what pads of less than nothing take from it (those pads become 0), and with `filler` around it
/// where that depends on its size; null after a report.
mlir::Value fit(NodeImport &node, mlir::Value input, Window &window, std::optional<double> filler);

/// What is not greater than any element of a type: minus infinity, or the least integer.
double leastOf(mlir::Type element);
/// Where in the input the maxima of a pooling with a result of these dimensions were, as MaxPool counts elements: each
/// dimension's rows after another, or with `columnsFirst` the columns; null after a report.
mlir::Value maxPositions(NodeImport &node, mlir::Value input, const Window &window, llvm::ArrayRef<nn::DimAttr> result,
                         bool columnsFirst);

/// The convolution of `input` [N, C, spatial…] with `filter` [outputs, C / groups, spatial…] by the attributes of Conv,
/// channels last; null after a report.
mlir::Value convolve(NodeImport &node, mlir::Value input, mlir::Value filter);
/// With the bias that input `index` may be added to a result that has its channels last; null after a report.
mlir::Value addBias(NodeImport &node, mlir::Value result, unsigned index);

/// [N, C, spatial…] to [N, spatial…, C].
mlir::Value toChannelsLast(NodeImport &node, mlir::Value value);
/// [N, spatial…, C] to [N, C, spatial…].
mlir::Value toChannelsFirst(NodeImport &node, mlir::Value value);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_OPS_WINDOWS_H
