//===- Quadrant.h - angles, less multiples of a right one -----------------===//

#ifndef MARGAY_CODEGEN_MATH_QUADRANT_H
#define MARGAY_CODEGEN_MATH_QUADRANT_H

#include "codegen/math/Pairs.h"

namespace margay::codegen {

/// x = n pi/2 + angle, |angle| <= pi/4.
struct Quadrant {
  mlir::Value n; ///< An integer; nothing but its two lowest bits counts.
  Pair angle;
};

/// In f64, for every finite x; the angle is NaN for others.
Quadrant quadrantOf(Lanes &lanes, mlir::Value x);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MATH_QUADRANT_H
