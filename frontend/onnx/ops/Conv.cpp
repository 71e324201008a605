//===- Conv.cpp - convolutions --------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// ONNX has channels first and the filter as [outputs, inputs, spatial…]; nn.conv has channels last and [spatial…,
/// inputs, outputs].
LogicalResult importConv(NodeImport &node) {
  Value input = node.input(0), filter = node.input(1);
  std::optional<llvm::SmallVector<int64_t>> kernel = node.integers("kernel_shape");
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
  std::optional<Window> window = readWindow(node, input, shape.drop_front(2), /*hasDilations=*/true);
  if (!window)
    return failure();

  llvm::SmallVector<int64_t> toFilter;
  for (int64_t axis = 2; axis < rank; ++axis)
    toFilter.push_back(axis);
  toFilter.append({1, 0});
  Value result = node.infer<nn::ConvOp>(toChannelsLast(node, input), node.transpose(filter, toFilter),
                                        llvm::ArrayRef(window->strides), llvm::ArrayRef(window->dilations),
                                        llvm::ArrayRef(window->pads), uint64_t(groups));
  if (!result)
    return failure();
  if (node.hasInput(2)) {
    Value bias = node.input(2);
    if (!bias)
      return failure();
    if (rankOf(bias) != 1 || typeOf(bias).getDimSize(0) != shape[0])
      return node.malformed("its bias is not a list of " + llvm::Twine(shape[0]) +
                            " numbers, one for each output channel");
    if (elementOf(bias) != elementOf(result))
      return node.malformed("its inputs are of types " + nameOf(elementOf(result)) + " and " + nameOf(elementOf(bias)));
    result = node.same<nn::AddOp>(result, node.alongAxis(bias, result, rank - 1));
  }
  return node.result(toChannelsFirst(node, result));
}

} // namespace margay::frontend::onnx
