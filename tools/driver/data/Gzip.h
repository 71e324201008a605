//===- Gzip.h - gzip-compressed bytes -------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_GZIP_H
#define MARGAY_TOOLS_DRIVER_DATA_GZIP_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace margay::driver {

bool isGzip(llvm::StringRef bytes);

/// Decompresses; more than `limit` bytes is a fault, for a small file can claim to hold terabytes.
llvm::Expected<std::string> gunzip(llvm::StringRef bytes, size_t limit);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_GZIP_H
