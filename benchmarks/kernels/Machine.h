//===- Machine.h - what this machine does at most, and at least takes -----===//

#ifndef MARGAY_BENCHMARKS_KERNELS_MACHINE_H
#define MARGAY_BENCHMARKS_KERNELS_MACHINE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace margay::benchmarks {

/// Prints the peak of multiply-adds of a level (MG_ISA_...), and how fast so many threads read regions of growing size,
/// and copy one half of these to the other: of each cache, and of memory.
void printMachine(llvm::raw_ostream &os, int32_t isa, unsigned threads);

/// Prints how long the pool takes to hand a task to each of two workers, which wait for each other, and to join them:
/// what a kernel costs on two threads besides its work.
llvm::Error printForkJoin(llvm::raw_ostream &os);

} // namespace margay::benchmarks

#endif // MARGAY_BENCHMARKS_KERNELS_MACHINE_H
