//===- MaxPoolIndices.cpp - where maxima were, and putting them back there ===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

double leastOf(mlir::Type element) {
  if (isa<FloatType>(element))
    return -std::numeric_limits<double>::infinity();
  return element.isUnsignedInteger() || element.isInteger(1) ? 0 : -std::ldexp(1, element.getIntOrFloatBitWidth() - 1);
}

/// The number of each element of a tensor [N, C, spatial…]. With `columnsFirst` the first spatial dimension moves
/// fastest.
static Value elementNumbers(NodeImport &node, llvm::ArrayRef<nn::DimAttr> dims, bool columnsFirst) {
  Dims order(dims);
  llvm::SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  if (columnsFirst) {
    std::reverse(order.begin() + 2, order.end());
    std::reverse(permutation.begin() + 2, permutation.end());
  }
  Value numbers = positions(node, node.builder().getI64Type(), {nn::product(node.loc.getContext(), dims)}, 0);
  return node.transpose(node.reshape(numbers, order), permutation);
}

/// Tap by tap: the best element so far, and its number. What is around the input has the number -1 and loses against
/// everything.
Value maxPositions(NodeImport &node, Value input, const Window &window, llvm::ArrayRef<nn::DimAttr> result,
                   bool columnsFirst) {
  constexpr int64_t maxTaps = 1024;
  int64_t taps = llvm::product_of(window.kernel), rank = rankOf(input);
  if (taps > maxTaps)
    return node.unsupported("indices of windows of " + counted(taps, "element") + " are not supported");
  Window ofValues = window, ofNumbers = window;
  Value values = fit(node, input, ofValues, leastOf(elementOf(input)));
  Value numbers = fit(node, elementNumbers(node, nn::dimsOf(input.getType()), columnsFirst), ofNumbers, -1);
  if (!values || !numbers)
    return nullptr;

  size_t spatial = window.kernel.size();
  Dims low(rank, node.dim(0)), high = low, dims = nn::dimsOf(values.getType());
  for (size_t axis = 0; axis < spatial; ++axis) {
    int64_t reach = (window.kernel[axis] - 1) * window.dilations[axis] + 1, begin = ofValues.pads[axis];
    low[axis + 2] = node.dim(begin);
    nn::DimAttr end = (result[axis + 2] - 1) * window.strides[axis] + (reach - begin);
    high[axis + 2] = node.ranges().max(end - dims[axis + 2], node.dim(0));
  }
  values = padded(node, values, leastOf(elementOf(values)), low, high);
  numbers = padded(node, numbers, -1, low, high);

  llvm::SmallVector<int64_t> steps(rank, 1);
  llvm::copy(window.strides, steps.begin() + 2);
  Value best, position;
  for (int64_t tap = 0; tap < taps; ++tap) {
    Dims starts(rank, node.dim(0));
    int64_t rest = tap;
    for (size_t axis = spatial; axis-- > 0; rest /= window.kernel[axis])
      starts[axis + 2] = node.dim(rest % window.kernel[axis] * window.dilations[axis]);
    Value value = slice(node, values, starts, result, steps), number = slice(node, numbers, starts, result, steps);
    if (!value || !number)
      return nullptr;
    if (tap > 0) {
      Value greater = compare(node, nn::CompareKind::Gt, value, best);
      Value first = compare(node, nn::CompareKind::Lt, position, node.splat(0, position));
      Value better = node.same<nn::OrOp>(greater, first);
      value = choose(node, better, value, best);
      number = choose(node, better, number, position);
    }
    best = value;
    position = number;
  }
  return position;
}

/// Zeros with the elements at the numbers that a MaxPool has given. The numbers are those in the size that follows from
/// the attributes; a larger one is filled up with zeros.
LogicalResult importMaxUnpool(NodeImport &node) {
  Value values = node.input(0), numbers = node.input(1);
  std::optional<llvm::SmallVector<int64_t>> kernel = node.integers("kernel_shape");
  if (!values || !numbers || node.hasFailed())
    return failure();
  if (!kernel || rankOf(values) < 3)
    return kernel ? node.malformed("its input has " + counted(rankOf(values), "dimension") + ", it needs at least 3")
                  : node.malformed("attribute 'kernel_shape' is missing");
  if (!elementOf(numbers).isInteger(64) || nn::dimsOf(numbers.getType()) != nn::dimsOf(values.getType()))
    return node.malformed("its indices are not int64 numbers, one for each element of its input");
  std::optional<Window> window = readWindow(node, values, *kernel, /*hasDilations=*/false);
  if (!window)
    return failure();
  Dims dims = nn::dimsOf(values.getType());
  size_t spatial = kernel->size();
  for (size_t axis = 0; axis < spatial; ++axis)
    dims[axis + 2] = (dims[axis + 2] - 1) * window->strides[axis] + (*kernel)[axis] -
                     (window->pads[axis] + window->pads[spatial + axis]);
  if (!isManageable(dims))
    return node.unsupported("the result is too large to be compiled");
  auto flat = [&](Value value) {
    return node.reshape(value, {nn::product(node.loc.getContext(), nn::dimsOf(value.getType()))});
  };
  Value zero = node.scalar(0, elementOf(values));
  Value zeros = node.broadcast(zero, {nn::product(node.loc.getContext(), dims)});
  if (!zeros)
    return failure();
  Value result = node.reshape(
      node.checkedValue(nn::ScatterElementsOp::create(node.builder(), node.loc, zeros.getType(), zeros, flat(numbers),
                                                      flat(values), nn::ScatterKind::Set, 0)),
      dims);
  if (!result || !node.hasInput(2))
    return node.result(result);
  std::optional<Dims> wanted = node.dimensions(2, "the shape of its output");
  if (!wanted)
    return failure();
  if (wanted->size() != dims.size())
    return node.malformed("the shape of its output has " + counted(wanted->size(), "dimension") + ", its input has " +
                          llvm::Twine(dims.size()));
  Dims low(dims.size(), node.dim(0)), high;
  for (auto [have, want] : llvm::zip_equal(dims, *wanted)) {
    if (node.ranges().isLess(want, have) != false)
      return node.malformed("the shape of its output has a dimension of " + want.str() +
                            ", its attributes make one of " + have.str());
    high.push_back(want - have);
  }
  return node.result(padded(node, result, 0, low, high));
}

} // namespace margay::frontend::onnx
