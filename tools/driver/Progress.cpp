//===- Progress.cpp - what is being done, on a terminal only --------------===//

#include "tools/driver/Progress.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>

using namespace margay::driver;

Progress::Progress() : isTerminal(llvm::sys::Process::StandardErrIsDisplayed()) {}

void Progress::show(llvm::StringRef what, unsigned step, unsigned steps) {
  if (!isTerminal)
    return;
  std::string line = what.str();
  if (steps > 0) {
    constexpr unsigned width = 20;
    unsigned filled = std::min(width, width * step / steps);
    line = std::string(filled, '#') + std::string(width - filled, '.') + ' ' + line;
  }
  unsigned columns = llvm::sys::Process::StandardErrColumns();
  if (columns > 1)
    line.resize(std::min<size_t>(line.size(), columns - 1));
  llvm::errs() << "\r\033[K" << line;
  llvm::errs().flush();
  shown = true;
}

void Progress::clear() {
  if (shown)
    llvm::errs() << "\r\033[K";
  shown = false;
}
