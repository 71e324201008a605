//===- ChooseGemm.h - whether to pack a computed matrix before multiplying by it ===//

#ifndef MARGAY_CODEGEN_PLANS_CHOOSEGEMM_H
#define MARGAY_CODEGEN_PLANS_CHOOSEGEMM_H

#include "codegen/plans/Estimate.h"
#include "codegen/plans/GemmBlocks.h"

namespace margay::codegen {

/// Whether products of this shape, whose right matrices are in row-major order, take less time if these are packed.
/// `considered` gets both ways.
bool paysToPack(const GemmShape &shape, llvm::SmallVectorImpl<Estimate> &considered);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_CHOOSEGEMM_H
