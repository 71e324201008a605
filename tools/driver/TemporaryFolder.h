//===- TemporaryFolder.h - a place for intermediate files -----------------===//

#ifndef MARGAY_TOOLS_DRIVER_TEMPORARYFOLDER_H
#define MARGAY_TOOLS_DRIVER_TEMPORARYFOLDER_H

#include "llvm/Support/Error.h"
#include <string>
#include <utility>

namespace margay::driver {

/// A new folder that goes, with all files in it, at the end of its scope, on errors and on interrupts.
class TemporaryFolder {
public:
  static llvm::Expected<TemporaryFolder> create();
  TemporaryFolder(TemporaryFolder &&other) : name(std::exchange(other.name, {})), slot(other.slot) {}
  ~TemporaryFolder();
  const std::string &path() const { return name; }

private:
  TemporaryFolder() = default;
  std::string name;
  int slot = -1; ///< Where the interrupt's handler finds it.
};

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_TEMPORARYFOLDER_H
