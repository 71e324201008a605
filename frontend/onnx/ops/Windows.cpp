//===- Windows.cpp - what convolutions and poolings have in common --------===//

#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// Anything larger would make the arithmetic of dimensions overflow, and no window is.
static constexpr int64_t maxAttribute = int64_t(1) << 28;

/// A list attribute with one number for each of `count` dimensions; all `otherwise` where it is absent.
static std::optional<llvm::SmallVector<int64_t>> readList(NodeImport &node, llvm::StringRef name, size_t count,
                                                          int64_t otherwise, int64_t least) {
  std::optional<llvm::SmallVector<int64_t>> values = node.integers(name);
  if (!values || values->empty())
    return llvm::SmallVector<int64_t>(count, otherwise);
  if (values->size() != count) {
    return node.malformed("attribute " + quoted(name) + " has " + counted(values->size(), "number") + ", it needs " +
                          llvm::Twine(count));
  }
  for (int64_t value : *values) {
    if (value >= least && value <= maxAttribute)
      continue;
    std::string text = ("attribute " + quoted(name) + " has the number " + llvm::Twine(value)).str();
    // Padding by less than nothing crops, which other frameworks do.
    if (least == 0 && value < 0)
      return node.unsupported(text + ", which would crop");
    return node.malformed(text);
  }
  return values;
}

/// SAME: as many windows as strides begin in the input, with what they lack spread over both ends, the odd one at the
/// end or the begin.
static LogicalResult padSame(NodeImport &node, Value input, Window &window, bool isUpper) {
  size_t spatial = window.kernel.size();
  for (size_t axis = 0; axis < spatial; ++axis) {
    int64_t reach = (window.kernel[axis] - 1) * window.dilations[axis] + 1, stride = window.strides[axis], total;
    nn::DimAttr size = nn::dimOf(input.getType(), axis + 2);
    if (size.isConstant())
      total = (llvm::divideCeil(size.getValue(), stride) - 1) * stride + reach - size.getValue();
    else if (stride == 1)
      total = reach - 1; // whatever the size
    else
      return node.unsupported("auto_pad needs dimension " + size.str() +
                              " of its input to be constant; pin it with --dim");
    total = std::max<int64_t>(total, 0);
    window.pads[axis] = isUpper ? total / 2 : total - total / 2;
    window.pads[spatial + axis] = total - window.pads[axis];
  }
  window.ignoresCeilMode = true;
  return success();
}

std::optional<Window> readWindow(NodeImport &node, Value input, llvm::ArrayRef<int64_t> kernel, bool hasDilations) {
  size_t spatial = rankOf(input) - 2;
  Window window{llvm::SmallVector<int64_t>(kernel), {}, {}, {}};
  if (kernel.size() != spatial) {
    return node.malformed("kernel has " + llvm::Twine(kernel.size()) + " spatial dimensions, input has " +
                          llvm::Twine(spatial));
  }
  for (int64_t size : kernel)
    if (size < 1 || size > maxAttribute)
      return node.malformed("kernel has a size of " + llvm::Twine(size));
  auto strides = readList(node, "strides", spatial, 1, 1);
  auto dilations = hasDilations ? readList(node, "dilations", spatial, 1, 1) : llvm::SmallVector<int64_t>(spatial, 1);
  auto pads = readList(node, "pads", 2 * spatial, 0, 0);
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
  if (autoPad != "VALID" && failed(padSame(node, input, window, autoPad == "SAME_UPPER")))
    return std::nullopt;
  return window;
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
