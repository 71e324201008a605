//===- Windows.cpp - what convolutions and poolings have in common --------===//

#include "frontend/onnx/ops/Windows.h"
#include "frontend/onnx/ops/Operators.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// Anything larger would make the arithmetic of dimensions overflow, and no window is.
static constexpr int64_t maxAttribute = int64_t(1) << 28;

std::optional<llvm::SmallVector<int64_t>> readList(NodeImport &node, llvm::StringRef name, size_t count,
                                                   int64_t otherwise, int64_t least) {
  std::optional<llvm::SmallVector<int64_t>> values = node.integers(name);
  if (!values || values->empty())
    return llvm::SmallVector<int64_t>(count, otherwise);
  if (values->size() != count) {
    return node.malformed("attribute " + quoted(name) + " has " + counted(values->size(), "number") + ", it needs " +
                          llvm::Twine(count));
  }
  for (int64_t value : *values)
    if (value < least || value > maxAttribute)
      return node.malformed("attribute " + quoted(name) + " has the number " + llvm::Twine(value));
  return values;
}

/// SAME: as many windows as strides begin in the input, with what they lack spread over both ends, the odd one at the
/// end or the begin.
static void padSame(NodeImport &node, Value input, Window &window, bool isUpper) {
  size_t spatial = window.kernel.size();
  for (size_t axis = 0; axis < spatial; ++axis) {
    int64_t reach = (window.kernel[axis] - 1) * window.dilations[axis] + 1, stride = window.strides[axis];
    nn::DimAttr size = nn::dimOf(input.getType(), axis + 2), zero = node.dim(0);
    // Of stride 1 it does not depend on the size.
    nn::DimAttr covered = stride == 1 ? size + (reach - 1) : (nn::ceilDiv(size, stride) - 1) * stride + reach;
    nn::DimAttr total = node.ranges().max(covered - size, zero), less = nn::floorDiv(total, 2);
    nn::DimAttr begin = isUpper ? less : total - less, end = total - begin;
    if (total.isConstant()) {
      window.pads[axis] = begin.getValue();
      window.pads[spatial + axis] = end.getValue();
      continue;
    }
    if (window.low.empty())
      window.low = window.high = Dims(rankOf(input), zero);
    window.low[axis + 2] = begin;
    window.high[axis + 2] = end;
  }
  window.ignoresCeilMode = true;
}

std::optional<Window> readWindow(NodeImport &node, Value input, llvm::ArrayRef<int64_t> kernel, bool hasDilations) {
  size_t spatial = rankOf(input) - 2;
  Window window;
  window.kernel.assign(kernel.begin(), kernel.end());
  if (kernel.size() != spatial) {
    return node.malformed("kernel has " + llvm::Twine(kernel.size()) + " spatial dimensions, input has " +
                          llvm::Twine(spatial));
  }
  for (int64_t size : kernel)
    if (size < 1 || size > maxAttribute)
      return node.malformed("kernel has a size of " + llvm::Twine(size));
  auto strides = readList(node, "strides", spatial, 1, 1);
  auto dilations = hasDilations ? readList(node, "dilations", spatial, 1, 1) : llvm::SmallVector<int64_t>(spatial, 1);
  auto pads = readList(node, "pads", 2 * spatial, 0, -maxAttribute);
  llvm::StringRef autoPad = node.text("auto_pad", "NOTSET");
  if (!strides || !dilations || !pads || node.hasFailed())
    return std::nullopt;
  window.strides = *strides;
  window.dilations = *dilations;
  window.pads = *pads;
  if (autoPad == "NOTSET" || autoPad.empty())
    return window;
  if (autoPad != "SAME_UPPER" && autoPad != "SAME_LOWER" && autoPad != "VALID")
    return node.malformed("attribute 'auto_pad' is " + quoted(autoPad));
  if (llvm::any_of(window.pads, [](int64_t pad) { return pad != 0; }))
    return node.malformed("has both 'pads' and 'auto_pad'");
  if (autoPad != "VALID")
    padSame(node, input, window, autoPad == "SAME_UPPER");
  return window;
}

/// The input without what pads of less than nothing take from it; those pads become 0.
static Value crop(NodeImport &node, Value input, Window &window) {
  if (llvm::all_of(window.pads, [](int64_t pad) { return pad >= 0; }))
    return input;
  Dims starts(rankOf(input), node.dim(0)), sizes = nn::dimsOf(input.getType());
  size_t spatial = window.kernel.size();
  for (auto [index, pad] : llvm::enumerate(window.pads)) {
    int64_t axis = 2 + index % spatial, taken = std::max<int64_t>(-pad, 0);
    if (index < spatial)
      starts[axis] = node.dim(taken);
    sizes[axis] = sizes[axis] - taken;
    pad = std::max<int64_t>(pad, 0);
    if (node.ranges().isLess(sizes[axis], node.dim(0)) != false)
      return node.malformed("attribute 'pads' takes more from dimension " + llvm::Twine(axis) +
                            " of its input than there is");
  }
  return slice(node, input, starts, sizes, {});
}

Value fit(NodeImport &node, Value input, Window &window, std::optional<double> filler) {
  input = crop(node, input, window);
  if (!input || window.low.empty())
    return input;
  if (!filler)
    return node.unsupported("auto_pad needs constant sizes here; give those of its input with --dim");
  return padded(node, input, *filler, window.low, window.high);
}

Value toChannelsLast(NodeImport &node, Value value) {
  if (!value)
    return nullptr;
  llvm::SmallVector<int64_t> permutation{0};
  for (int64_t axis = 2; axis < rankOf(value); ++axis)
    permutation.push_back(axis);
  permutation.push_back(1);
  return node.transpose(value, permutation);
}

Value toChannelsFirst(NodeImport &node, Value value) {
  if (!value)
    return nullptr;
  llvm::SmallVector<int64_t> permutation{0, rankOf(value) - 1};
  for (int64_t axis = 1; axis < rankOf(value) - 1; ++axis)
    permutation.push_back(axis);
  return node.transpose(value, permutation);
}

} // namespace margay::frontend::onnx
