//===- Layout.h - patterns that let transposes disappear ------------------===//

#ifndef MARGAY_PASSES_LAYOUT_H
#define MARGAY_PASSES_LAYOUT_H

#include "mlir/IR/PatternMatch.h"

namespace margay::passes {

/// A transpose that only changes the order in which a product sums goes into the weight.
void populateReorderSummedPatterns(mlir::RewritePatternSet &patterns);

} // namespace margay::passes

#endif // MARGAY_PASSES_LAYOUT_H
