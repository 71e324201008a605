//===- Interrupt.h - what happens on Ctrl-C -------------------------------===//
//
// Temporary files are removed by LLVM's signal handlers (see OutputFile.h) and the program ends by the signal, as
// shells expect.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_INTERRUPT_H
#define MARGAY_TOOLS_DRIVER_INTERRUPT_H

#include <csignal>

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

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_INTERRUPT_H
