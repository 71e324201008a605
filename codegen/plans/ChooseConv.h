//===- ChooseConv.h - how a convolution of images is computed -------------===//

#ifndef MARGAY_CODEGEN_PLANS_CHOOSECONV_H
#define MARGAY_CODEGEN_PLANS_CHOOSECONV_H

#include "codegen/plans/ChooseWinograd.h"

namespace margay::codegen {

/// The fastest way by estimated time.
struct ConvChoice {
  enum Way { Direct, Patches, Winograd } way = Direct;
  std::optional<WinogradTile> tile;
};

/// `strict` allows plain sums only; `filter` is the recipe of the filter. `considered` gets what was looked at.
ConvChoice chooseConv(nn::ConvOp conv, mlir::Value filter, bool strict, llvm::SmallVectorImpl<Estimate> &considered);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_CHOOSECONV_H
