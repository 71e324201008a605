//===- Progress.h - what is being done, on a terminal only ----------------===//

#ifndef MARGAY_TOOLS_DRIVER_PROGRESS_H
#define MARGAY_TOOLS_DRIVER_PROGRESS_H

#include "llvm/ADT/StringRef.h"

namespace margay::driver {

/// One line on stderr that is overwritten by the next and gone in the end. Where stderr is no terminal, nothing is
/// printed.
class Progress {
public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;

  /// Shows what is being done; with `steps`, also how far it is.
  void show(llvm::StringRef what, unsigned step = 0, unsigned steps = 0);
  void clear();

private:
  bool isTerminal, shown = false;
};

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_PROGRESS_H
