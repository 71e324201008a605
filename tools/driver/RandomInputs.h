//===- RandomInputs.h - inputs for a model that comes without any ---------===//

#ifndef MARGAY_TOOLS_DRIVER_RANDOMINPUTS_H
#define MARGAY_TOOLS_DRIVER_RANDOMINPUTS_H

#include "tools/driver/data/Array.h"
#include "tools/driver/data/ImageToArray.h"

namespace margay::driver {

/// Fills arrays of these types with values that depend on the seed alone: floats in [-1, 1), integers that are small
/// and not negative (they are mostly indices), booleans. Free dimensions become `freeDim`.
std::vector<Array> randomInputs(llvm::ArrayRef<InputType> types, uint64_t seed, int64_t freeDim = 2);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_RANDOMINPUTS_H
