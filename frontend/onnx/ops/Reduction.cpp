//===- Reduction.cpp - sums, means, maxima over axes ----------------------===//

#include "frontend/onnx/ops/Operators.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// Axes are an attribute, or, from the opset `since` on, an input. None mean all, unless noop_with_empty_axes says that
/// they mean nothing.
static LogicalResult importReduce(NodeImport &node, nn::ReduceKind kind, int64_t since) {
  Value input = node.input(0);
  bool keeps = node.flag("keepdims", true);
  std::optional<llvm::SmallVector<int64_t>> axes;
  bool isNothing = false;
  if (node.opset() < since) {
    axes = node.integers("axes");
  } else {
    isNothing = node.flag("noop_with_empty_axes");
    if (node.hasInput(1)) {
      axes = node.constantIntegers(1, "the list of axes");
      if (!axes)
        return failure();
    }
  }
  if (!input || node.hasFailed())
    return failure();
  if (elementOf(input).isInteger(1))
    return node.unsupported("reductions of bool are not supported");
  if (!axes || axes->empty()) {
    if (isNothing)
      return node.result(input);
    axes = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(input)));
  }
  std::optional<llvm::SmallVector<int64_t>> sorted = node.normalizeAxes(*axes, rankOf(input));
  if (!sorted)
    return failure();
  Value result = node.infer<nn::ReduceOp>(input, kind, llvm::ArrayRef(*sorted));
  if (!keeps)
    return node.result(result);
  Dims dims = nn::dimsOf(input.getType());
  for (int64_t axis : *sorted)
    dims[axis] = node.dim(1);
  return node.result(node.reshape(result, dims));
}

LogicalResult importReduceSum(NodeImport &node) { return importReduce(node, nn::ReduceKind::Sum, 13); }
LogicalResult importReduceMean(NodeImport &node) { return importReduce(node, nn::ReduceKind::Mean, 18); }
LogicalResult importReduceMax(NodeImport &node) { return importReduce(node, nn::ReduceKind::Max, 18); }
LogicalResult importReduceMin(NodeImport &node) { return importReduce(node, nn::ReduceKind::Min, 18); }
LogicalResult importReduceProd(NodeImport &node) { return importReduce(node, nn::ReduceKind::Prod, 18); }

} // namespace margay::frontend::onnx
