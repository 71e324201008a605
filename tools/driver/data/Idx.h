//===- Idx.h - the IDX format of the MNIST data sets ----------------------===//
//
// Two zero bytes, an element type, the number of dimensions, the dimensions as big-endian 32-bit numbers, then the
// elements, big-endian too.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_IDX_H
#define MARGAY_TOOLS_DRIVER_DATA_IDX_H

#include "tools/driver/data/Array.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace margay::driver {

bool isIdx(llvm::StringRef bytes);

/// The whole array, or with an index the one item along the first dimension.
llvm::Expected<Array> readIdx(llvm::StringRef bytes, std::optional<int64_t> index = std::nullopt);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_IDX_H
