//===- AttentionGroups.h - products around a softmax as one kernel --------===//

#ifndef MARGAY_PASSES_ATTENTIONGROUPS_H
#define MARGAY_PASSES_ATTENTIONGROUPS_H

#include "ir/Ops.h"

namespace margay::passes {

/// The operations of an attention whose second product is `product`, as one kernel computes them: the product of
/// queries and keys, elementwise operations on it, the softmax, `product`, and a transpose that alone reads it and
/// keeps its rows whole. Empty where it is none, or where sizes are not known. Not in the block's order.
llvm::SmallVector<mlir::Operation *> attentionOf(nn::ContractOp product);

} // namespace margay::passes

#endif // MARGAY_PASSES_ATTENTIONGROUPS_H
