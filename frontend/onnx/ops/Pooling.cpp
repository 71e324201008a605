//===- Pooling.cpp - maxima and means over windows and over images --------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

static LogicalResult importPool(NodeImport &node, nn::ReduceKind kind, bool hasDilations) {
  Value input = node.input(0);
  std::optional<llvm::SmallVector<int64_t>> kernel = node.integers("kernel_shape");
  bool ceilMode = node.opset() >= 10 && node.flag("ceil_mode");
  bool countsPads = kind == nn::ReduceKind::Mean && node.opset() >= 7 && node.flag("count_include_pad");
  if (!input || node.hasFailed())
    return failure();
  int64_t rank = rankOf(input);
  if (rank < 3)
    return node.malformed("its input has " + counted(rank, "dimension") + ", it has to have at least 3");
  if (rank > 5)
    return node.unsupported("poolings over " + llvm::Twine(rank - 2) + " spatial dimensions are not supported");
  if (!kernel)
    return node.malformed("attribute 'kernel_shape' is missing");
  std::optional<Window> window = readWindow(node, input, *kernel, hasDilations);
  if (!window)
    return failure();
  Value result =
      node.infer<nn::WindowOp>(toChannelsLast(node, input), kind, llvm::ArrayRef(window->kernel),
                               llvm::ArrayRef(window->strides), llvm::ArrayRef(window->dilations),
                               llvm::ArrayRef(window->pads), ceilMode && !window->ignoresCeilMode, countsPads);
  return node.result(toChannelsFirst(node, result));
}

LogicalResult importMaxPool(NodeImport &node) {
  if (node.usesOutput(1))
    return node.unsupported("its output of indices is not supported");
  node.ignore({"storage_order"}); // of the indices
  return importPool(node, nn::ReduceKind::Max, node.opset() >= 10);
}

LogicalResult importAveragePool(NodeImport &node) { return importPool(node, nn::ReduceKind::Mean, node.opset() >= 19); }

/// [N, C, spatial…] to [N, C, 1…].
static LogicalResult importGlobalPool(NodeImport &node, nn::ReduceKind kind) {
  Value input = node.input(0);
  if (!input)
    return failure();
  int64_t rank = rankOf(input);
  if (rank < 2)
    return node.malformed("its input has " + counted(rank, "dimension") + ", it has to have at least 2");
  llvm::SmallVector<int64_t> axes;
  Dims dims = nn::dimsOf(input.getType());
  for (int64_t axis = 2; axis < rank; ++axis) {
    axes.push_back(axis);
    dims[axis] = node.dim(1);
  }
  return node.result(node.reshape(node.infer<nn::ReduceOp>(input, kind, llvm::ArrayRef(axes)), dims));
}

LogicalResult importGlobalAveragePool(NodeImport &node) { return importGlobalPool(node, nn::ReduceKind::Mean); }
LogicalResult importGlobalMaxPool(NodeImport &node) { return importGlobalPool(node, nn::ReduceKind::Max); }

} // namespace margay::frontend::onnx
