//===- fpenv.c - the floating-point environment that kernels expect -------===//

#include "runtime/fpenv.h"

#if !defined(__x86_64__)
#error "the floating-point environment is written for x86-64 only"
#endif

/// MXCSR: all exceptions masked, none raised, round to nearest, no flush to zero, denormals are not zeros.
static const uint32_t defaultControl = 0x1f80;

uint32_t mg__fp_enter(void) {
  uint32_t before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(defaultControl);
  return before;
}

void mg__fp_leave(uint32_t before) { __builtin_ia32_ldmxcsr(before); }
