//===- ShapeArithmetic.cpp - shapes as values -----------------------------===//
//
// They become nn.dims. What is computed from them is known (ir/reference/KnownDims.h) where an operator needs it as a
// shape, and computed in a call where it is data.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"

using namespace mlir;

namespace margay::frontend::onnx {

LogicalResult importShape(NodeImport &node) {
  Value input = node.input(0);
  int64_t start = node.integer("start", 0);
  std::optional<int64_t> end = node.maybeInteger("end");
  if (!input || node.hasFailed())
    return failure();
  Dims dims = nn::dimsOf(input.getType());
  int64_t rank = dims.size();
  auto clamped = [&](int64_t axis) { return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank); };
  int64_t from = clamped(start), to = std::max(from, end ? clamped(*end) : rank);
  return node.result(node.dimsTensor(llvm::ArrayRef(dims).slice(from, to - from)));
}

LogicalResult importSize(NodeImport &node) {
  Value input = node.input(0);
  if (!input)
    return failure();
  nn::DimAttr size = nn::product(node.loc.getContext(), nn::dimsOf(input.getType()));
  return node.result(node.reshape(node.dimsTensor({size}), {}));
}

} // namespace margay::frontend::onnx
