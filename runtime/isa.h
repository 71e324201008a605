//===- isa.h - what the CPU can do, and which level that means ------------===//

#ifndef MARGAY_RUNTIME_ISA_H
#define MARGAY_RUNTIME_ISA_H

#include "runtime/abi.h"

/// The features of this CPU, as a set of MG__… bits. Found once and kept, because CPUID takes microseconds in a virtual
/// machine.
uint64_t mg__features(void);

/// "avx2", for a bit.
const char *mg__feature_name(int bit);

/// The level to run: the forced one, or the best that the CPU has, but one whose own instructions are slow there only
/// where there is no other. MG_E_ISA if there is none.
mg_status mg__pick_level(const mg_model *model, const mg_options *options, const mg__level **level);

#endif // MARGAY_RUNTIME_ISA_H
