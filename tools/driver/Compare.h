//===- Compare.h - are two results the same within a tolerance ------------===//

#ifndef MARGAY_TOOLS_DRIVER_COMPARE_H
#define MARGAY_TOOLS_DRIVER_COMPARE_H

#include "tools/driver/data/Array.h"
#include <optional>
#include <string>

namespace margay::driver {

/// Elementwise: |actual - expected| <= atol + rtol * |expected|. With a norm, floats are judged norm-wise instead:
/// max |actual - expected| <= norm * max |expected|.
struct Tolerance {
  double rtol = 1e-3, atol = 1e-4;
  std::optional<double> norm = std::nullopt;
};

struct Comparison {
  bool same = true;
  std::string why; ///< When they are not: another type or shape, or the worst element with its index and both values.
  double maxAbsolute = 0, maxRelative = 0; ///< Over finite pairs; the relative one where the expected value is not 0.
  double norm = 0; ///< max |actual - expected| / max |expected|, infinite where only the latter is 0.
};

/// Integers and booleans must be equal. NaN is the same as NaN, and an infinity as the same infinity.
Comparison compare(const Array &actual, const Array &expected, Tolerance tolerance);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_COMPARE_H
