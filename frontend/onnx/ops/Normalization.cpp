//===- Normalization.cpp - Softmax and BatchNormalization -----------------===//

#include "frontend/onnx/ops/Operators.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

static Value softmax(NodeImport &node, Value input, int64_t axis, bool isLog) {
  return node.same<nn::SoftmaxOp>(input, uint64_t(axis), isLog);
}

static LogicalResult importSoftmaxAlong(NodeImport &node, bool isLog) {
  Value input = node.input(0);
  int64_t axis = node.integer("axis", -1);
  if (!input || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(input));
  return normal ? node.result(softmax(node, input, *normal, isLog)) : failure();
}

/// Until opset 12 the input is seen as a matrix: the axes before `axis` are its rows, the others its columns.
static LogicalResult importSoftmaxFrom(NodeImport &node, bool isLog) {
  Value input = node.input(0);
  int64_t axis = node.integer("axis", 1);
  if (!input || node.hasFailed())
    return failure();
  int64_t rank = rankOf(input);
  // As for Flatten, an axis behind the last one is one, too: then each element is its own row.
  if (axis < -rank || axis > rank)
    return node.malformed("axis " + llvm::Twine(axis) + " is outside of " + counted(rank, "dimension"));
  axis += axis < 0 ? rank : 0;
  if (axis == rank - 1)
    return node.result(softmax(node, input, axis, isLog));
  Dims dims = nn::dimsOf(input.getType());
  MLIRContext *context = node.loc.getContext();
  nn::DimAttr rows = nn::product(context, llvm::ArrayRef(dims).take_front(axis));
  nn::DimAttr columns = nn::product(context, llvm::ArrayRef(dims).drop_front(axis));
  Value matrix = node.reshape(input, {rows, columns});
  return node.result(node.reshape(softmax(node, matrix, 1, isLog), dims));
}

LogicalResult importSoftmax(NodeImport &node) { return importSoftmaxAlong(node, /*isLog=*/false); }
LogicalResult importSoftmaxUntil12(NodeImport &node) { return importSoftmaxFrom(node, /*isLog=*/false); }
LogicalResult importLogSoftmax(NodeImport &node) { return importSoftmaxAlong(node, /*isLog=*/true); }
LogicalResult importLogSoftmaxUntil12(NodeImport &node) { return importSoftmaxFrom(node, /*isLog=*/true); }

/// x * factor + shift for each channel, where factor = scale / sqrt(variance + epsilon) and shift = bias - mean *
/// factor. Both are computed from parameters alone, so they are constants of the compiled model.
LogicalResult importBatchNormalization(NodeImport &node) {
  // How the means and variances were gathered is no matter any more.
  node.ignore({"momentum", "consumed_inputs", "is_test"});
  float epsilon = node.number("epsilon", 1e-5f);
  if (node.opset() >= 14 && node.flag("training_mode"))
    return node.unsupported("attribute 'training_mode' is set, which an inference cannot do");
  if (node.opset() < 9 && !node.flag("spatial", true))
    return node.unsupported("attribute 'spatial' is 0: statistics for each position are not supported");
  for (unsigned index = 1; index < node.outputCount(); ++index)
    if (node.usesOutput(index))
      return node.unsupported("its output " + quoted(node.node.outputs[index]) +
                              ", which only training computes, is not supported");
  Value input = node.input(0);
  if (!input || node.hasFailed())
    return failure();
  if (rankOf(input) < 2)
    return node.unsupported("its input has no dimension of channels");
  nn::DimAttr channels = nn::dimOf(input.getType(), 1);
  llvm::SmallVector<Value, 4> statistics; // scale, bias, mean, variance
  for (unsigned index = 1; index <= 4; ++index) {
    Value value = node.input(index);
    if (!value)
      return failure();
    if (rankOf(value) != 1 || nn::dimOf(value.getType(), 0) != channels)
      return node.malformed("its input " + quoted(node.node.inputs[index]) + " is not a list of " + channels.str() +
                            " numbers, one for each channel");
    if (!isa<FloatType>(elementOf(value)))
      return node.malformed("its input " + quoted(node.node.inputs[index]) + " is of type " + nameOf(elementOf(value)));
    statistics.push_back(value);
  }
  // Statistics may be of a wider type than the data: compute with theirs.
  mlir::Type wide = elementOf(statistics[3]);
  for (Value &value : statistics)
    value = node.cast(value, wide);
  auto [scale, bias, mean, variance] = std::make_tuple(statistics[0], statistics[1], statistics[2], statistics[3]);
  Value deviation = node.same<nn::SqrtOp>(node.same<nn::AddOp>(variance, node.splat(epsilon, variance)));
  Value factor = node.same<nn::DivOp>(scale, deviation);
  Value shift = node.same<nn::SubOp>(bias, node.same<nn::MulOp>(mean, factor));
  factor = node.cast(factor, elementOf(input));
  shift = node.cast(shift, elementOf(input));
  Value scaled = node.same<nn::MulOp>(input, node.alongAxis(factor, input, 1));
  return node.result(node.same<nn::AddOp>(scaled, node.alongAxis(shift, input, 1)));
}

} // namespace margay::frontend::onnx
