//===- MachinePeaks.h - what this machine can do at most ------------------===//

#ifndef MARGAY_TOOLS_DRIVER_MACHINEPEAKS_H
#define MARGAY_TOOLS_DRIVER_MACHINEPEAKS_H

#include <cstddef>
#include <cstdint>

namespace margay::driver {

/// Floating-point operations per second (a multiply-add counts two) of f32 vector arithmetic with all operands in
/// registers, measured for some milliseconds on so many threads at once with the instructions of a level (MG_ISA_...),
/// which this machine must have.
double measurePeak(int32_t isa, unsigned threads);

/// Bytes per second that so many threads together read from a region of this size over and over, each from its share:
/// of the caches that these fit in, or of memory.
double measureBandwidth(size_t bytes, unsigned threads);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_MACHINEPEAKS_H
