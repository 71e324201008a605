//===- Conv.cpp - convolutions --------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// Checks a filter [outputs, inputs of a group, spatial…] for `input` and `groups` groups; failure after a report.
static LogicalResult checkFilter(NodeImport &node, Value input, Value filter, int64_t groups) {
  std::optional<llvm::SmallVector<int64_t>> kernel = node.integers("kernel_shape");
  if (node.hasFailed())
    return failure();
  int64_t rank = rankOf(input), spatial = rank - 2;
  if (spatial < 1)
    return node.malformed("its input has " + counted(rank, "dimension") + ", it has to have at least 3");
  if (spatial > 3)
    return node.unsupported("convolutions over " + llvm::Twine(spatial) + " spatial dimensions are not supported");
  if (rankOf(filter) != rank)
    return node.malformed("kernel has " + counted(rankOf(filter), "dimension") + ", input has " + llvm::Twine(rank));
  if (!typeOf(filter).hasStaticShape())
    return node.unsupported("the shape of its kernel is not constant");
  llvm::ArrayRef<int64_t> shape = typeOf(filter).getShape();
  if (kernel && !kernel->empty() && llvm::ArrayRef(*kernel) != shape.drop_front(2))
    return node.malformed("attribute 'kernel_shape' is not the shape of its kernel");
  nn::DimAttr channels = nn::dimOf(input.getType(), 1);
  if (groups < 1 || shape[0] % groups != 0)
    return node.malformed(llvm::Twine(shape[0]) + " output channels cannot be split into " + llvm::Twine(groups) +
                          " groups");
  if (!channels.isConstant())
    return node.needEqual(channels, node.dim(shape[1] * groups),
                          "its input has " + channels.str() + " channels, its kernel is for " +
                              llvm::Twine(shape[1] * groups));
  if (channels.getValue() % groups != 0 || shape[1] != channels.getValue() / groups)
    return node.malformed("kernel has " + llvm::Twine(shape[1]) + " input channels" +
                          (groups == 1 ? llvm::Twine("") : " in each of " + llvm::Twine(groups) + " groups") +
                          ", input has " + channels.str());
  return success();
}

/// ONNX has channels first and the filter as [outputs, inputs, spatial…]; nn.conv has channels last and [spatial…,
/// inputs, outputs].
Value convolve(NodeImport &node, Value input, Value filter) {
  int64_t groups = node.integer("group", 1);
  if (!input || !filter || failed(checkFilter(node, input, filter, groups)))
    return nullptr;
  std::optional<Window> window =
      readWindow(node, input, typeOf(filter).getShape().drop_front(2), /*hasDilations=*/true);
  if (!window)
    return nullptr;
  input = fit(node, input, *window, 0);
  if (!input)
    return nullptr;
  llvm::SmallVector<int64_t> toFilter;
  for (int64_t axis = 2; axis < rankOf(input); ++axis)
    toFilter.push_back(axis);
  toFilter.append({1, 0});
  return node.infer<nn::ConvOp>(toChannelsLast(node, input), node.transpose(filter, toFilter),
                                llvm::ArrayRef(window->strides), llvm::ArrayRef(window->dilations),
                                llvm::ArrayRef(window->pads), uint64_t(groups));
}

Value addBias(NodeImport &node, Value result, unsigned index) {
  if (!result || !node.hasInput(index))
    return result;
  Value bias = node.input(index);
  if (!bias)
    return nullptr;
  int64_t last = rankOf(result) - 1;
  nn::DimAttr outputs = nn::dimOf(result.getType(), last);
  if (rankOf(bias) != 1 || nn::dimOf(bias.getType(), 0) != outputs)
    return node.malformed("its bias is not a list of " + outputs.str() + " numbers, one for each output channel");
  if (elementOf(bias) != elementOf(result))
    return node.malformed("its inputs are of types " + nameOf(elementOf(result)) + " and " + nameOf(elementOf(bias)));
  return node.same<nn::AddOp>(result, node.alongAxis(bias, result, last));
}

LogicalResult importConv(NodeImport &node) {
  Value input = node.input(0), filter = node.input(1);
  if (!input || !filter)
    return failure();
  if (elementOf(filter) != elementOf(input))
    return node.malformed("its inputs are of types " + nameOf(elementOf(input)) + " and " + nameOf(elementOf(filter)));
  return node.result(toChannelsFirst(node, addBias(node, convolve(node, input, filter), 2)));
}

} // namespace margay::frontend::onnx
