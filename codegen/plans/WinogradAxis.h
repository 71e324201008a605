//===- WinogradAxis.h - one axis of a Winograd convolution F(outputs, kernel) ===//
//
// Along an axis, `outputs` neighbouring results of a filter of `kernel` taps come from outputs + kernel - 1 products
// instead of outputs × kernel (Toom–Cook; Winograd 1980; Lavin and Gray 2016, arXiv:1509.09308):
//
//   y = A^T [ (G g) ⊙ (B^T d) ]
//
// with the points 0, ± some pairs, and infinity. With M(x) = the product of x - p over all finite points p:
//
//   G     for a point p: [1, p, p², …] / the product of p - q over the other finite points q
//         for infinity:  [0, …, 0, 1]
//
//   B^T   for a point p: the coefficients of M(x) / (x - p)
//         for infinity:  those of M
//
//   A^T   for result j:  p^j for each finite p; for infinity 1 at the last result, else 0
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_WINOGRADAXIS_H
#define MARGAY_CODEGEN_PLANS_WINOGRADAXIS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace margay::codegen {

struct WinogradAxis {
  int64_t outputs = 1, kernel = 1;

  /// Products, and inputs that a tile reads: 1 (an axis that is left as it is), 4 or 6.
  int64_t points() const { return outputs + kernel - 1; }

  /// The points are 0, plus and minus each of these, and infinity.
  llvm::ArrayRef<double> pairs() const;

  // Rows of the matrices, in the order 0, +pair, -pair, +pair, -pair, …, infinity.
  llvm::SmallVector<double> filterRow(int64_t point) const;  ///< Of G.
  llvm::SmallVector<double> inputRow(int64_t point) const;   ///< Of B^T.
  llvm::SmallVector<double> outputRow(int64_t output) const; ///< Of A^T.

private:
  /// All finite points.
  llvm::SmallVector<double> finite() const;
};

/// The product of (y - root) over the roots: coefficients from the constant one on, the last of them 1.
llvm::SmallVector<double> polynomialOf(llvm::ArrayRef<double> roots);

/// How `kernel` taps with stride 1 can be tiled: largest tiles first; none where they cannot.
llvm::SmallVector<WinogradAxis> winogradAxes(int64_t kernel);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_WINOGRADAXIS_H
