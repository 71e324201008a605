//===- Attention.h - what a kernel of attention consists of ---------------===//
//
//   %s = nn.contract %q, %k     scores
//   …                           elementwise: a scale, a mask
//   %p = nn.softmax …
//   %o = nn.contract %p, %v     product
//   nn.transpose %o             perhaps
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_ATTENTION_H
#define MARGAY_CODEGEN_PLANS_ATTENTION_H

#include "codegen/Target.h"
#include "codegen/plans/EvenSplit.h"
#include "ir/Ops.h"

namespace margay::codegen {

struct Attention {
  nn::ContractOp scores;
  nn::SoftmaxOp softmax;
  nn::ContractOp product;
  nn::TransposeOp transpose; ///< Null where the product is the result.

  nn::DimAttr batches;
  int64_t rows, keys, depth, columns; ///< Of one batch: scores are rows × keys, the product is rows × columns.
};

/// The parts of a kernel that is one of attention; nothing for others.
std::optional<Attention> attentionOf(nn::KernelOp kernel);

/// How a task's scratch memory is used, in elements: packed keys, packed values, and a group of rows with the scores
/// and the factor of each.
struct AttentionScratch {
  int64_t values, scores, factors, size;
  int64_t stride; ///< From one row of scores to the next.
};
AttentionScratch attentionScratch(const Attention &attention);

nn::DimAttr attentionUnits(nn::KernelOp kernel);
int64_t attentionScratchBytes(nn::KernelOp kernel, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_ATTENTION_H
