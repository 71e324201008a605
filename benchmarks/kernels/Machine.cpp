//===- Machine.cpp - what this machine does at most, and at least takes ---===//

#include "benchmarks/kernels/Machine.h"
#include "ir/Fault.h"
#include "runtime/include/margay.h"
#include "runtime/include/margay_pool.h"
#include "tools/driver/MachinePeaks.h"
#include "llvm/Support/Format.h"
#include <algorithm>
#include <chrono>
#include <vector>

using namespace margay;
using namespace margay::benchmarks;
using namespace margay::driver;

/// A size of a cache as the system tells it, or 0.
static size_t cacheBytes(int name) {
  long bytes = sysconf(name);
  return bytes > 0 ? static_cast<size_t>(bytes) : 0;
}

void margay::benchmarks::printMachine(llvm::raw_ostream &os, int32_t isa, unsigned threads) {
  constexpr Sampling sampling{.duration = std::chrono::milliseconds(100), .quantile = 0.9};
  os << llvm::format("peak %33.1f GFLOP/s\n", measurePeak(isa, threads, sampling) * 1e-9);
  if (isa == MG_ISA_X86_64_V4_BF16)
    os << llvm::format("peak of bf16 %25.1f GFLOP/s\n", measurePairPeak(isa, threads, sampling) * 1e-9);
  struct Region {
    const char *name;
    size_t bytes;
  };
  size_t first = cacheBytes(_SC_LEVEL1_DCACHE_SIZE), second = cacheBytes(_SC_LEVEL2_CACHE_SIZE),
         third = cacheBytes(_SC_LEVEL3_CACHE_SIZE);
  // Half of a private cache is surely there; a shared one has at least a few times what the private ones have. What is
  // read from memory is more than caches hold.
  constexpr size_t most = size_t(512) << 20;
  for (Region region :
       {Region{"L1", first / 2}, {"L2", second / 2}, {"L3", third ? 4 * second : 0}, {"memory", most}}) {
    if (region.bytes == 0)
      continue; // The system does not tell.
    size_t bytes = region.bytes < most ? region.bytes * threads : most;
    auto print = [&](const char *what, double rate) {
      os << llvm::format("%s %-8s %12zu KB %10.1f GB/s\n", what, region.name, region.bytes >> 10, rate * 1e-9);
    };
    print("read", measureBandwidth(isa, bytes, threads, sampling));
    // Half is the source, half the target, and both count.
    print("copy", measureCopyBandwidth(isa, bytes / 2, bytes / 2, threads, sampling));
  }
}

namespace {
/// Two tasks that both have to have begun before one of them ends.
struct Meeting {
  uint32_t arrived = 0, expected = 0;

  static void join(void *arg, uint32_t, uint32_t) {
    auto *meeting = static_cast<Meeting *>(arg);
    __atomic_add_fetch(&meeting->arrived, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&meeting->arrived, __ATOMIC_SEQ_CST) < meeting->expected)
      mg_pool_pause();
  }
};
} // namespace

llvm::Error margay::benchmarks::printForkJoin(llvm::raw_ostream &os) {
  constexpr int rounds = 200, perRound = 500;
  mg_pool *pool = mg_pool_create(2);
  if (!pool)
    return makeFault(Fault::Budget, "this machine does not give 2 threads");
  const mg_parallel *parallel = mg_pool_parallel(pool);
  Meeting meeting;
  std::vector<double> microseconds;
  parallel->begin(parallel->user);
  for (int round = 0; round < rounds; ++round) {
    auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < perRound; ++i) {
      meeting.expected += 2;
      parallel->run(parallel->user, 2, Meeting::join, &meeting);
    }
    std::chrono::duration<double, std::micro> passed = std::chrono::steady_clock::now() - begin;
    microseconds.push_back(passed.count() / perRound);
  }
  parallel->end(parallel->user);
  mg_pool_destroy(pool);
  llvm::sort(microseconds);
  os << llvm::format("fork and join of 2 workers %11.2f us (median; least %.2f us)\n", microseconds[rounds / 2],
                     microseconds.front());
  return llvm::Error::success();
}
