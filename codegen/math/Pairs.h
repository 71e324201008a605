//===- Pairs.h - sums and products without an error -----------------------===//
//
// A pair is the sum of two floats, of which the second one is about as small as the rounding error of the first one.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_MATH_PAIRS_H
#define MARGAY_CODEGEN_MATH_PAIRS_H

#include "codegen/math/Lanes.h"

namespace margay::codegen {

struct Pair {
  mlir::Value high, low;
};

/// a + b (D. E. Knuth).
Pair twoSum(Lanes &lanes, mlir::Value a, mlir::Value b);
/// a + b where |a| >= |b| (T. J. Dekker).
Pair quickTwoSum(Lanes &lanes, mlir::Value a, mlir::Value b);
/// a * b in f64; without a fused multiply-add by halves of a and b (G. W. Veltkamp).
Pair twoProduct(Lanes &lanes, mlir::Value a, mlir::Value b);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MATH_PAIRS_H
