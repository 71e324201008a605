//===- Pooling.cpp - maxima and means over windows and over images --------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

namespace {

/// A pooling as its attributes say it.
struct Pool {
  Value input; ///< channels first
  Window window;
  bool ceilMode, countsPads;

  /// The pooling of `value`, which has the input's shape, channels first; null after a report.
  Value run(NodeImport &node, Value value, nn::ReduceKind kind) const;
};

} // namespace

Value Pool::run(NodeImport &node, Value value, nn::ReduceKind kind) const {
  Window own = window;
  // What takes no part in a maximum or a sum. A mean counts it, or would have to know how much of it there is.
  std::optional<double> filler = 0;
  if (kind == nn::ReduceKind::Max)
    filler = leastOf(elementOf(value));
  else if (kind == nn::ReduceKind::Mean && !countsPads)
    filler.reset();
  value = fit(node, value, own, filler);
  if (!value)
    return nullptr;
  return toChannelsFirst(node, node.infer<nn::WindowOp>(toChannelsLast(node, value), kind, llvm::ArrayRef(own.kernel),
                                                        llvm::ArrayRef(own.strides), llvm::ArrayRef(own.dilations),
                                                        llvm::ArrayRef(own.pads), ceilMode && !own.ignoresCeilMode,
                                                        countsPads));
}

static std::optional<Pool> readPool(NodeImport &node, bool hasDilations, bool countsPads) {
  Value input = node.input(0);
  std::optional<llvm::SmallVector<int64_t>> kernel = node.integers("kernel_shape");
  bool ceilMode = node.opset() >= 10 && node.flag("ceil_mode");
  if (!input || node.hasFailed())
    return std::nullopt;
  int64_t rank = rankOf(input);
  if (rank < 3)
    return node.malformed("its input has " + counted(rank, "dimension") + ", it has to have at least 3");
  if (rank > 5)
    return node.unsupported("poolings over " + llvm::Twine(rank - 2) + " spatial dimensions are not supported");
  if (!kernel)
    return node.malformed("attribute 'kernel_shape' is missing");
  std::optional<Window> window = readWindow(node, input, *kernel, hasDilations);
  if (!window)
    return std::nullopt;
  return Pool{input, *window, ceilMode, countsPads};
}

LogicalResult importMaxPool(NodeImport &node) {
  bool columnsFirst = node.opset() >= 8 && node.flag("storage_order");
  std::optional<Pool> pool = readPool(node, node.opset() >= 10, false);
  if (!pool)
    return failure();
  Value result = pool->run(node, pool->input, nn::ReduceKind::Max);
  if (!result || failed(node.result(result)))
    return failure();
  if (!node.usesOutput(1))
    return success();
  return node.result(maxPositions(node, pool->input, pool->window, nn::dimsOf(result.getType()), columnsFirst), 1);
}

LogicalResult importAveragePool(NodeImport &node) {
  bool countsPads = node.opset() >= 7 && node.flag("count_include_pad");
  std::optional<Pool> pool = readPool(node, node.opset() >= 19, countsPads);
  return pool ? node.result(pool->run(node, pool->input, nn::ReduceKind::Mean)) : failure();
}

//===----------------------------------------------------------------------===//
// The p-norm: (sum of |x|^p)^(1/p)
//===----------------------------------------------------------------------===//

static std::optional<double> readNorm(NodeImport &node) {
  double p = node.opset() < 2 ? node.number("p", 2) : double(node.integer("p", 2));
  if (node.hasFailed())
    return std::nullopt;
  if (!(p > 0))
    return node.malformed("attribute 'p' is " + std::to_string(p) + ", it has to be positive");
  return p;
}

/// |x|^p
static Value powered(NodeImport &node, Value x, double p) {
  if (p == 2)
    return node.same<nn::MulOp>(x, x);
  Value magnitude = node.same<nn::AbsOp>(x);
  return p == 1 ? magnitude : node.same<nn::PowOp>(magnitude, node.splat(p, magnitude));
}

static Value root(NodeImport &node, Value sum, double p) {
  if (p == 1 || !sum)
    return sum;
  return p == 2 ? node.same<nn::SqrtOp>(sum) : node.same<nn::PowOp>(sum, node.splat(1 / p, sum));
}

LogicalResult importLpPool(NodeImport &node) {
  std::optional<double> p = readNorm(node);
  std::optional<Pool> pool = p ? readPool(node, node.opset() >= 18, false) : std::nullopt;
  if (!pool)
    return failure();
  return node.result(root(node, pool->run(node, powered(node, pool->input, *p), nn::ReduceKind::Sum), *p));
}

//===----------------------------------------------------------------------===//
// Whole images
//===----------------------------------------------------------------------===//

/// [N, C, spatial…] to [N, C, 1…].
static Value poolAll(NodeImport &node, nn::ReduceKind kind, Value input) {
  if (!input)
    return nullptr;
  int64_t rank = rankOf(input);
  if (rank < 2)
    return node.malformed("its input has " + counted(rank, "dimension") + ", it has to have at least 2");
  llvm::SmallVector<int64_t> axes;
  Dims dims = nn::dimsOf(input.getType());
  for (int64_t axis = 2; axis < rank; ++axis) {
    axes.push_back(axis);
    dims[axis] = node.dim(1);
  }
  return node.reshape(node.infer<nn::ReduceOp>(input, kind, llvm::ArrayRef(axes)), dims);
}

LogicalResult importGlobalAveragePool(NodeImport &node) {
  return node.result(poolAll(node, nn::ReduceKind::Mean, node.input(0)));
}

LogicalResult importGlobalMaxPool(NodeImport &node) {
  return node.result(poolAll(node, nn::ReduceKind::Max, node.input(0)));
}

LogicalResult importGlobalLpPool(NodeImport &node) {
  std::optional<double> p = readNorm(node);
  Value input = node.input(0);
  if (!p || !input)
    return failure();
  return node.result(root(node, poolAll(node, nn::ReduceKind::Sum, powered(node, input, *p)), *p));
}

} // namespace margay::frontend::onnx
