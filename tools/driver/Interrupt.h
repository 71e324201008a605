//===- Interrupt.h - what happens on Ctrl-C and on crashes ----------------===//
//
// Temporary files are removed by LLVM's signal handlers (see OutputFile.h), temporary folders by ours, and the program
// ends by the signal, as shells expect.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_INTERRUPT_H
#define MARGAY_TOOLS_DRIVER_INTERRUPT_H

#include <csignal>
#include <string>

namespace margay::driver {

/// While one lives, this thread's interrupts wait.
class HoldInterrupts {
public:
  HoldInterrupts();
  ~HoldInterrupts();
  HoldInterrupts(const HoldInterrupts &) = delete;

private:
  sigset_t before;
};

/// From now on an interrupt removes this folder and the files in it. Returns what keepFolderOnInterrupt takes; -1 if
/// too many folders are remembered.
int removeFolderOnInterrupt(const std::string &path);
void keepFolderOnInterrupt(int slot);

/// Waits for the end of the program if an interrupt is ending it: a failure that it causes on the way is not to be
/// told.
void waitIfInterrupted();

/// Removes the folders that an interrupt would.
void removeFoldersNow();

/// Makes a crash of ours end the program with a sentence, the exit code of an internal error, and no file left behind;
/// and a want of memory with that of an exceeded budget.
void installCrashHandler();

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_INTERRUPT_H
