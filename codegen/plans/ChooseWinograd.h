//===- ChooseWinograd.h - whether Winograd's tiles pay, and are exact enough ===//

#ifndef MARGAY_CODEGEN_PLANS_CHOOSEWINOGRAD_H
#define MARGAY_CODEGEN_PLANS_CHOOSEWINOGRAD_H

#include "codegen/plans/ConvTime.h"
#include "codegen/plans/WinogradAxis.h"
#include <optional>

namespace margay::codegen {

/// A tile's size.
struct WinogradTile {
  WinogradAxis height, width;
  bool fromMemory = false; ///< Whether a call reads its weights from memory, not from the last cache.
};

/// The tile that makes a convolution faster than `time` (in multiply-adds, see ConvTime.h), if there is one that is
/// exact enough for `--precision f32`: within 1e-5 of the greatest result (docs/winograd.md). `filter` is the recipe of
/// the convolution's filter. `considered` gets all candidates up to the one that is chosen.
std::optional<WinogradTile> chooseWinograd(nn::ConvOp conv, mlir::Value filter, double time,
                                           llvm::SmallVectorImpl<Estimate> &considered);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_CHOOSEWINOGRAD_H
