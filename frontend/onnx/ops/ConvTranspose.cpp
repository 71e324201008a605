//===- ConvTranspose.cpp - transposed convolutions ------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// A list attribute with one number for each of `count` dimensions; all `otherwise` where it is absent.
static std::optional<llvm::SmallVector<int64_t>> numbers(NodeImport &node, llvm::StringRef name, size_t count,
                                                         int64_t otherwise, int64_t least) {
  auto values = node.integers(name);
  if (!values || values->empty())
    return llvm::SmallVector<int64_t>(count, otherwise);
  if (values->size() != count)
    return node.malformed("attribute " + quoted(name) + " has " + counted(values->size(), "number") + ", it needs " +
                          llvm::Twine(count));
  for (int64_t value : *values)
    if (value < least || value > int64_t(1) << 28)
      return node.malformed("attribute " + quoted(name) + " has the number " + llvm::Twine(value));
  return values;
}

/// Pads that give the wanted size: what is too much is taken from both ends, the odd one from the begin unless
/// SAME_UPPER says otherwise.
static LogicalResult padTo(NodeImport &node, Value input, llvm::ArrayRef<int64_t> kernel, Window &window,
                           llvm::MutableArrayRef<int64_t> outputPadding,
                           const std::optional<llvm::SmallVector<int64_t>> &wanted, llvm::StringRef autoPad) {
  size_t spatial = kernel.size();
  for (size_t axis = 0; axis < spatial; ++axis) {
    int64_t reach = (kernel[axis] - 1) * window.dilations[axis] + 1, stride = window.strides[axis], total;
    nn::DimAttr size = nn::dimOf(input.getType(), axis + 2);
    if (!wanted) {
      total = reach - stride + outputPadding[axis]; // of any size: what is left is size * stride
    } else {
      if (!size.isConstant())
        return node.unsupported("attribute 'output_shape' needs constant sizes; pin " + size.str() + " with --dim");
      total = stride * (size.getValue() - 1) + reach + outputPadding[axis] - (*wanted)[axis];
    }
    // Less than there is to begin with: the rest is padding of the output.
    if (total < 0) {
      outputPadding[axis] -= total;
      total = 0;
    }
    window.pads[axis] = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
    window.pads[spatial + axis] = total - window.pads[axis];
  }
  return success();
}

LogicalResult importConvTranspose(NodeImport &node) {
  Value input = node.input(0), filter = node.input(1);
  auto kernel = node.integers("kernel_shape");
  int64_t groups = node.integer("group", 1);
  if (!input || !filter || node.hasFailed())
    return failure();
  int64_t rank = rankOf(input), spatial = rank - 2;
  if (spatial < 1)
    return node.malformed("its input has " + counted(rank, "dimension") + ", it has to have at least 3");
  if (spatial > 3)
    return node.unsupported("convolutions over " + llvm::Twine(spatial) + " spatial dimensions are not supported");
  if (rankOf(filter) != rank)
    return node.malformed("kernel has " + counted(rankOf(filter), "dimension") + ", input has " + llvm::Twine(rank));
  if (elementOf(filter) != elementOf(input))
    return node.malformed("its inputs are of types " + nameOf(elementOf(input)) + " and " + nameOf(elementOf(filter)));
  if (!typeOf(filter).hasStaticShape())
    return node.unsupported("the shape of its kernel is not constant");
  llvm::ArrayRef<int64_t> shape = typeOf(filter).getShape(), sizes = shape.drop_front(2);
  if (kernel && !kernel->empty() && llvm::ArrayRef(*kernel) != sizes)
    return node.malformed("attribute 'kernel_shape' is not the shape of its kernel");
  auto strides = numbers(node, "strides", spatial, 1, 1), dilations = numbers(node, "dilations", spatial, 1, 1);
  auto pads = numbers(node, "pads", 2 * spatial, 0, INT32_MIN), extra = numbers(node, "output_padding", spatial, 0, 0);
  auto wanted = node.integers("output_shape");
  llvm::StringRef autoPad = node.text("auto_pad", "NOTSET");
  if (!strides || !dilations || !pads || !extra || node.hasFailed())
    return failure();
  if (autoPad != "NOTSET" && autoPad != "" && autoPad != "VALID" && autoPad != "SAME_UPPER" && autoPad != "SAME_LOWER")
    return node.malformed("attribute 'auto_pad' is " + quoted(autoPad));
  Window window;
  window.kernel.assign(sizes.begin(), sizes.end());
  window.strides = *strides;
  window.dilations = *dilations;
  window.pads = *pads;
  if (wanted && wanted->size() == size_t(rank)) // Some write batch and channels, too.
    wanted->erase(wanted->begin(), wanted->begin() + 2);
  if (wanted && !wanted->empty() && wanted->size() != size_t(spatial))
    return node.malformed("attribute 'output_shape' has " + counted(wanted->size(), "number") + ", it needs " +
                          llvm::Twine(spatial));
  bool isSame = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER", hasShape = wanted && !wanted->empty();
  if ((isSame || hasShape) &&
      failed(padTo(node, input, sizes, window, *extra, hasShape ? wanted : std::nullopt, autoPad)))
    return failure();

  // [inputs, outputs, spatial…] to [spatial…, inputs, outputs].
  llvm::SmallVector<int64_t> toFilter;
  for (int64_t axis = 2; axis < rank; ++axis)
    toFilter.push_back(axis);
  toFilter.append({0, 1});
  Value result = node.infer<nn::ConvTransposeOp>(toChannelsLast(node, input), node.transpose(filter, toFilter),
                                                 llvm::ArrayRef(window.strides), llvm::ArrayRef(window.dilations),
                                                 llvm::ArrayRef(window.pads), llvm::ArrayRef(*extra), uint64_t(groups));
  return node.result(toChannelsFirst(node, addBias(node, result, 2)));
}

} // namespace margay::frontend::onnx
