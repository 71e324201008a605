//===- Files.h - reading files --------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_FILES_H
#define MARGAY_TOOLS_DRIVER_FILES_H

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <vector>

namespace margay::driver {

/// Maps a file, at a multiple of 64 bytes. A fault names it and says why it cannot be read.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readFile(llvm::StringRef path);

/// The folders `test_data_set_0`, `test_data_set_1` and so on in `folder`, in the order of their numbers.
std::vector<std::string> findTestData(llvm::StringRef folder);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_FILES_H
