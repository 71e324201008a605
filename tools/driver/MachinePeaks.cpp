//===- MachinePeaks.cpp - what this machine can do at most --------------------===//
//
// Twelve independent chains of vector multiply-adds: more than latency times throughput of any processor that we know
// (8 to 10), few enough for the sixteen registers of AVX2.
//
//===----------------------------------------------------------------------===//

#include "tools/driver/MachinePeaks.h"
#include "runtime/include/margay.h"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace margay::driver;

static constexpr int chains = 12;
static constexpr int64_t rounds = 4096; // Some 10 us: short enough to fall between two interruptions.

/// A function that does `chains * rounds` vector multiply-adds, and how many lanes its vectors have. The result keeps
/// them from being optimised away.
struct Burst {
  float (*run)(float factor, float term);
  int lanes;
};

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static float burst512(float factor, float term) {
  __m512 f = _mm512_set1_ps(factor), t = _mm512_set1_ps(term), sums[chains];
  for (int c = 0; c < chains; ++c)
    sums[c] = _mm512_set1_ps(static_cast<float>(c));
  for (int64_t i = 0; i < rounds; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm512_fmadd_ps(sums[c], f, t);
  float sum = 0;
  for (int c = 0; c < chains; ++c)
    sum += _mm512_reduce_add_ps(sums[c]);
  return sum;
}

__attribute__((target("avx2,fma"))) static float burst256(float factor, float term) {
  __m256 f = _mm256_set1_ps(factor), t = _mm256_set1_ps(term), sums[chains];
  for (int c = 0; c < chains; ++c)
    sums[c] = _mm256_set1_ps(static_cast<float>(c));
  for (int64_t i = 0; i < rounds; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm256_fmadd_ps(sums[c], f, t);
  float sum = 0;
  for (int c = 0; c < chains; ++c)
    sum += _mm256_cvtss_f32(sums[c]);
  return sum;
}

/// Without a multiply-add instruction: a multiplication and an addition, which go to different units.
static float burst128(float factor, float term) {
  __m128 f = _mm_set1_ps(factor), t = _mm_set1_ps(term), sums[chains];
  for (int c = 0; c < chains; ++c)
    sums[c] = _mm_set1_ps(static_cast<float>(c));
  for (int64_t i = 0; i < rounds; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm_add_ps(_mm_mul_ps(sums[c], f), t);
  float sum = 0;
  for (int c = 0; c < chains; ++c)
    sum += _mm_cvtss_f32(sums[c]);
  return sum;
}

static Burst burstOf(int32_t isa) {
  if (isa == MG_ISA_X86_64_V4)
    return {burst512, 16};
  if (isa == MG_ISA_X86_64_V3)
    return {burst256, 8};
  return {burst128, 4};
}
#else
static float burstScalar(float factor, float term) {
  float sums[chains] = {};
  for (int64_t i = 0; i < rounds; ++i)
    for (int c = 0; c < chains; ++c)
      sums[c] = __builtin_fmaf(sums[c], factor, term);
  float sum = 0;
  for (float part : sums)
    sum += part;
  return sum;
}

static Burst burstOf(int32_t) { return {burstScalar, 1}; }
#endif

/// The best of many bursts on this thread, in operations per second.
static double bestBurst(Burst burst, std::chrono::milliseconds duration) {
  using Clock = std::chrono::steady_clock;
  volatile float factor = 0.5f, term = 1.0f, sink;
  double best = 0, operations = 2.0 * chains * rounds * burst.lanes;
  for (Clock::time_point end = Clock::now() + duration; Clock::now() < end;) {
    Clock::time_point begin = Clock::now();
    sink = burst.run(factor, term);
    best = std::max(best, operations / std::chrono::duration<double>(Clock::now() - begin).count());
  }
  (void)sink;
  return best;
}

/// Runs `measure` on so many threads at once, and adds up the rates that it gives.
static double sumOverThreads(unsigned threads, const std::function<double()> &measure) {
  std::vector<double> rates(threads);
  std::atomic<unsigned> ready = 0;
  auto work = [&](unsigned index) {
    // All begin together, so that they share what they would share in a call.
    for (++ready; ready < threads;)
      std::this_thread::yield();
    rates[index] = measure();
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i)
    others.emplace_back(work, i);
  work(0);
  double sum = rates[0];
  for (unsigned i = 1; i < threads; ++i) {
    others[i - 1].join();
    sum += rates[i];
  }
  return sum;
}

double margay::driver::measurePeak(int32_t isa, unsigned threads) {
  constexpr std::chrono::milliseconds duration(30);
  return sumOverThreads(threads, [&] { return bestBurst(burstOf(isa), duration); });
}

/// The best of many passes of this thread over a region of its own.
static double bestRead(size_t bytes) {
  using Clock = std::chrono::steady_clock;
  using Vector = uint64_t __attribute__((vector_size(16)));
  constexpr std::chrono::milliseconds duration(4);
  std::vector<Vector> region(std::max<size_t>(64, bytes / sizeof(Vector)));
  volatile uint64_t sink;
  double best = 0;
  for (Clock::time_point end = Clock::now() + duration; Clock::now() < end || best == 0;) {
    // Small regions are read often enough for the clock to tell.
    size_t repeats = 1 + (1 << 14) / region.size();
    Clock::time_point begin = Clock::now();
    Vector sums[4] = {};
    for (size_t repeat = 0; repeat < repeats; ++repeat) {
      for (size_t i = 0; i + 4 <= region.size(); i += 4)
        for (size_t lane = 0; lane < 4; ++lane)
          sums[lane] += region[i + lane];
      __asm__ volatile("" ::: "memory"); // The next round has to read again.
    }
    sink = sums[0][0] + sums[1][0] + sums[2][0] + sums[3][0];
    double read = static_cast<double>(repeats * region.size() * sizeof(Vector));
    best = std::max(best, read / std::chrono::duration<double>(Clock::now() - begin).count());
  }
  (void)sink;
  return best;
}

double margay::driver::measureBandwidth(size_t bytes, unsigned threads) {
  return sumOverThreads(threads, [&] { return bestRead(bytes / threads); });
}
