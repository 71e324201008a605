//===- FmaPeak.h - what the processor can do at most ----------------------===//

#ifndef MARGAY_TOOLS_DRIVER_FMAPEAK_H
#define MARGAY_TOOLS_DRIVER_FMAPEAK_H

#include <cstdint>

namespace margay::driver {

/// Floating-point operations per second (a multiply-add counts two) of f32 vector arithmetic with all operands in
/// registers, measured for some milliseconds on so many threads at once with the instructions of a level (MG_ISA_...),
/// which this machine must have.
double measurePeak(int32_t isa, unsigned threads);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_FMAPEAK_H
