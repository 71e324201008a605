//===- ChooseWinograd.h - whether Winograd's tiles pay, and are exact enough ===//

#ifndef MARGAY_CODEGEN_PLANS_CHOOSEWINOGRAD_H
#define MARGAY_CODEGEN_PLANS_CHOOSEWINOGRAD_H

#include "codegen/plans/WinogradAxis.h"
#include "ir/Ops.h"
#include <optional>
#include <string>

namespace margay::codegen {

/// A tile's size.
struct WinogradTile {
  WinogradAxis height, width;
};

/// A way to compute a kernel that was considered.
struct Estimate {
  std::string plan;
  double milliseconds = 0; ///< On one core of the planning level, for a batch of one.
  bool isExact = true;     ///< Whether it keeps to the error budget.
};

/// The tile that makes a convolution fastest, if one beats the direct one and is exact enough for `--precision f32`:
/// within 1e-5 of the greatest result (docs/winograd.md). `filter` is the recipe of the convolution's filter.
/// `considered` gets all candidates, the direct convolution among them, up to the one that is chosen.
std::optional<WinogradTile> chooseWinograd(nn::ConvOp conv, mlir::Value filter,
                                           llvm::SmallVectorImpl<Estimate> &considered);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_CHOOSEWINOGRAD_H
