//===- MachinePeaks.h - what this machine can do at most ------------------===//

#ifndef MARGAY_TOOLS_DRIVER_MACHINEPEAKS_H
#define MARGAY_TOOLS_DRIVER_MACHINEPEAKS_H

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace margay::driver {

/// How long is measured, in pieces of some microseconds, and which of these counts: 1 is the best, 0.5 the median.
/// None: all of them and what comes between, as what is timed in one piece has it, too.
struct Sampling {
  std::chrono::milliseconds duration{20};
  std::optional<double> quantile = 1;
};

/// Floating-point operations per second (a multiply-add counts two) of f32 vector arithmetic with all operands in
/// registers, measured on so many threads at once with the instructions of a level (MG_ISA_...), which this machine
/// must have.
double measurePeak(int32_t isa, unsigned threads, Sampling sampling = {});

/// The same of products of bf16 that are added up in f32, at a level that has an instruction for these; else of f32.
double measurePairPeak(int32_t isa, unsigned threads, Sampling sampling = {});

/// Bytes per second that so many threads together read from a region of this size over and over, each from its share:
/// of the caches that these fit in, or of memory. With the vectors of a level.
double measureBandwidth(int32_t isa, size_t bytes, unsigned threads, Sampling sampling = {});

/// Bytes per second, read and written, of a plain loop over two regions of these sizes: it copies what both have, and
/// evenly in between reads or writes what one has more. Over and over, as above.
double measureCopyBandwidth(int32_t isa, size_t readBytes, size_t writtenBytes, unsigned threads,
                            Sampling sampling = {});

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_MACHINEPEAKS_H
