//===- fpenv.h - the floating-point environment that kernels expect -------===//
//
// An application may round down, flush denormals or unmask exceptions; kernels want the default: round to nearest,
// denormals kept, no traps. It is set when a call enters and in each task, since tasks run on threads of the
// application's, and what was there before is put back: control and flags.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_RUNTIME_FPENV_H
#define MARGAY_RUNTIME_FPENV_H

#include <stdint.h>

/// Sets the default environment and returns the one before.
uint32_t mg__fp_enter(void);
/// Puts back what mg__fp_enter returned.
void mg__fp_leave(uint32_t before);

#endif // MARGAY_RUNTIME_FPENV_H
