//===- Windows.h - what convolutions and poolings have in common ----------===//

#ifndef MARGAY_FRONTEND_ONNX_OPS_WINDOWS_H
#define MARGAY_FRONTEND_ONNX_OPS_WINDOWS_H

#include "frontend/onnx/NodeImport.h"

namespace margay::frontend::onnx {

/// How a window moves over the spatial dimensions.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations, pads; ///< pads: the begins, then the ends
  bool ignoresCeilMode = false;                                ///< auto_pad has fixed the size of the output
};

/// Reads strides, dilations, pads and auto_pad for a window of this size over `input` [N, C, spatial…]; nothing after a
/// report.
std::optional<Window> readWindow(NodeImport &node, mlir::Value input, llvm::ArrayRef<int64_t> kernel,
                                 bool hasDilations);

/// [N, C, spatial…] to [N, spatial…, C].
mlir::Value toChannelsLast(NodeImport &node, mlir::Value value);
/// [N, spatial…, C] to [N, C, spatial…].
mlir::Value toChannelsFirst(NodeImport &node, mlir::Value value);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_OPS_WINDOWS_H
