//===- RandomInputs.h - inputs for a model that comes without any ---------===//

#ifndef MARGAY_TOOLS_DRIVER_RANDOMINPUTS_H
#define MARGAY_TOOLS_DRIVER_RANDOMINPUTS_H

#include "runtime/include/margay.h"
#include "tools/driver/data/Array.h"
#include "llvm/Support/Error.h"

namespace margay::driver {

/// Arrays for all inputs, with values that depend on the seed alone: floats in [-1, 1), integers that are small and not
/// negative (they are mostly indices), booleans. A free dimension becomes 2, or what is nearest to it in its range.
llvm::Expected<std::vector<Array>> randomInputs(const mg_model &model, uint64_t seed);

/// Fills an array of any type in the same way. Changes the state.
void fillRandom(Array &array, uint64_t &state);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_RANDOMINPUTS_H
