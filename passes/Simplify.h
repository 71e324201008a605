//===- Simplify.h - the families of simplifying patterns ------------------===//

#ifndef MARGAY_PASSES_SIMPLIFY_H
#define MARGAY_PASSES_SIMPLIFY_H

#include "mlir/IR/PatternMatch.h"

namespace margay::passes {

/// Identities of numbers: x * 1 == x, (x + c) + d == x + (c + d).
void populateAlgebraPatterns(mlir::RewritePatternSet &patterns);

/// What exporters write in small operations: x * 0.5 * (erf(x / sqrt 2) + 1) == gelu x.
void populateSpellingPatterns(mlir::RewritePatternSet &patterns);

/// Identities of shapes: reshape(broadcast x) == broadcast(reshape x).
void populateShapePatterns(mlir::RewritePatternSet &patterns);

/// Identities of joins: concat(concat(x, y), z) == concat(x, y, z). Part of those of shapes.
void populateJoinPatterns(mlir::RewritePatternSet &patterns);

/// Zeros around what is convolved: conv(pad(x, 0)) == conv(x) with more pads. Part of those of shapes.
void populatePadPatterns(mlir::RewritePatternSet &patterns);

/// Scales of output channels go into weights: conv(x, w) * s == conv(x, w * s).
void populateScalePatterns(mlir::RewritePatternSet &patterns);

} // namespace margay::passes

#endif // MARGAY_PASSES_SIMPLIFY_H
