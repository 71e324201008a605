//===- Attention.cpp - what a kernel of attention consists of -------------===//

#include "codegen/plans/Attention.h"
#include "codegen/plans/GemmBlocks.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

std::optional<Attention> codegen::attentionOf(nn::KernelOp kernel) {
  Attention found;
  for (Operation &op : kernel.getBlock()->without_terminator()) {
    if (auto contract = dyn_cast<nn::ContractOp>(op))
      (found.softmax ? found.product : found.scores) = contract;
    else if (auto softmax = dyn_cast<nn::SoftmaxOp>(op))
      found.softmax = softmax;
    else if (auto transpose = dyn_cast<nn::TransposeOp>(op))
      found.transpose = transpose;
  }
  if (!found.scores || !found.softmax || !found.product)
    return std::nullopt;
  GemmShape scores = gemmShape(found.scores), product = gemmShape(found.product);
  found.batches = scores.batches;
  found.rows = *scores.rows;
  found.keys = scores.columns;
  found.depth = scores.depth;
  found.columns = product.columns;
  return found;
}

AttentionScratch codegen::attentionScratch(const Attention &attention) {
  auto padded = [](int64_t columns) { return llvm::alignTo(columns, panelColumns); };
  AttentionScratch scratch;
  scratch.values = padded(attention.keys) * attention.depth;
  scratch.scores = scratch.values + padded(attention.columns) * attention.keys;
  scratch.stride = padded(attention.keys) + panelColumns; // No multiple of 4 KB, most of the time.
  scratch.factors = scratch.scores + mostGroupRows * scratch.stride;
  scratch.size = scratch.factors + padded(mostGroupRows);
  return scratch;
}

nn::DimAttr codegen::attentionUnits(nn::KernelOp kernel) {
  Attention attention = *attentionOf(kernel);
  return attention.batches * nn::constantDim(kernel.getContext(), evenSplit(attention.rows, mostGroupRows).parts);
}

int64_t codegen::attentionScratchBytes(nn::KernelOp kernel, const Level &) {
  return attentionScratch(*attentionOf(kernel)).size * 4;
}
