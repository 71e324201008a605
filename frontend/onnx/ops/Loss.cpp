//===- Loss.cpp - losses of classifications -------------------------------===//

#include "frontend/onnx/ops/Operators.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// -weight[target] * logarithms[target], reduced as the node says. `logarithms` [N, C, …], `targets` [N, …].
static Value negativeLogLikelihood(NodeImport &node, Value logarithms, Value targets, Value weights) {
  llvm::StringRef reduction = node.text("reduction", "mean");
  std::optional<int64_t> ignored = node.maybeInteger("ignore_index");
  if (!logarithms || !targets || node.hasFailed())
    return nullptr;
  if (reduction != "none" && reduction != "sum" && reduction != "mean")
    return node.malformed("has the unknown reduction " + quoted(reduction));
  Dims dims = nn::dimsOf(logarithms.getType()), expected(dims);
  if (dims.size() < 2)
    return node.malformed("its input needs at least 2 dimensions");
  expected.erase(expected.begin() + 1);
  if (nn::dimsOf(targets.getType()) != expected)
    return node.malformed("its targets do not have the shape of its input without the classes");
  mlir::Type i64 = node.builder().getI64Type();
  Value places = node.cast(targets, i64);
  // What is ignored counts nothing, whatever its number.
  Value counts = node.splat(1, node.cast(places, elementOf(logarithms)));
  if (ignored) {
    Value isIgnored = compare(node, nn::CompareKind::Eq, places, node.splat(double(*ignored), places));
    places = choose(node, isIgnored, node.splat(0, places), places);
    counts = choose(node, isIgnored, node.splat(0, counts), counts);
  }
  if (weights)
    counts = node.same<nn::MulOp>(counts, node.infer<nn::GatherOp>(weights, places, uint64_t(0), uint64_t(0)));
  if (!places)
    return nullptr;
  Dims unit(dims);
  unit[1] = node.dim(1);
  Value chosen = node.infer<nn::GatherElementsOp>(logarithms, node.reshape(places, unit), uint64_t(1));
  Value losses = node.same<nn::MulOp>(node.same<nn::NegOp>(node.reshape(chosen, expected)), counts);
  if (reduction == "none" || !losses)
    return losses;
  llvm::SmallVector<int64_t> axes(llvm::to_vector(llvm::seq<int64_t>(0, rankOf(losses))));
  Value sum = node.infer<nn::ReduceOp>(losses, nn::ReduceKind::Sum, llvm::ArrayRef(axes));
  if (reduction == "sum")
    return sum;
  return node.same<nn::DivOp>(sum, node.infer<nn::ReduceOp>(counts, nn::ReduceKind::Sum, llvm::ArrayRef(axes)));
}

LogicalResult importNegativeLogLikelihoodLoss(NodeImport &node) {
  Value weights = node.hasInput(2) ? node.input(2) : Value();
  return node.result(negativeLogLikelihood(node, node.input(0), node.input(1), weights));
}

LogicalResult importSoftmaxCrossEntropyLoss(NodeImport &node) {
  Value scores = node.input(0), weights = node.hasInput(2) ? node.input(2) : Value();
  if (!scores)
    return failure();
  if (rankOf(scores) < 2)
    return node.malformed("its input needs at least 2 dimensions");
  Value logarithms = node.same<nn::SoftmaxOp>(scores, uint64_t(1), true);
  if (failed(node.result(negativeLogLikelihood(node, logarithms, node.input(1), weights), 0)))
    return failure();
  return node.outputCount() > 1 ? node.result(logarithms, 1) : success();
}

} // namespace margay::frontend::onnx
