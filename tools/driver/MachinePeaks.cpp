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
#include <ctime>
#include <functional>
#include <thread>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace margay::driver;

static constexpr int chains = 12;
static constexpr int64_t rounds = 4096; // Some 10 us: short enough to fall between two interruptions.

/// A function that does `chains * rounds` vector multiply-adds, and how many products each adds. The result keeps
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

/// Pairs of bf16: each lane takes two products.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static float burstPairs512(float factor, float term) {
  auto f = reinterpret_cast<__m512bh>(_mm512_set1_ps(factor)), t = reinterpret_cast<__m512bh>(_mm512_set1_ps(term));
  __m512 sums[chains];
  for (int c = 0; c < chains; ++c)
    sums[c] = _mm512_set1_ps(static_cast<float>(c));
  for (int64_t i = 0; i < rounds; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm512_dpbf16_ps(sums[c], f, t);
  float sum = 0;
  for (int c = 0; c < chains; ++c)
    sum += _mm512_reduce_add_ps(sums[c]);
  return sum;
}

static Burst burstOf(int32_t isa) {
  if (isa == MG_ISA_X86_64_V4 || isa == MG_ISA_X86_64_V4_BF16)
    return {burst512, 16};
  if (isa == MG_ISA_X86_64_V3)
    return {burst256, 8};
  return {burst128, 4};
}

static Burst pairBurstOf(int32_t isa) { return isa == MG_ISA_X86_64_V4_BF16 ? Burst{burstPairs512, 32} : burstOf(isa); }
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
static Burst pairBurstOf(int32_t isa) { return burstOf(isa); }
#endif

using Clock = std::chrono::steady_clock;

/// Seconds in which this thread ran: others on this machine do not count.
static double threadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Repeats a piece of work, a few times at least, and gives that quantile of its rates, or the rate of all together.
/// `work` is what a piece does.
static double sampleRates(Sampling sampling, double work, const std::function<void()> &piece) {
  constexpr size_t fewest = 4; // The first pass over a region may have to fetch it into the cache.
  std::vector<double> rates;
  double first = threadSeconds();
  for (Clock::time_point end = Clock::now() + sampling.duration; rates.size() < fewest || Clock::now() < end;) {
    Clock::time_point begin = Clock::now();
    piece();
    rates.push_back(work / std::chrono::duration<double>(Clock::now() - begin).count());
  }
  if (!sampling.quantile)
    return work * static_cast<double>(rates.size()) / (threadSeconds() - first);
  auto chosen = rates.begin() + static_cast<ptrdiff_t>(*sampling.quantile * static_cast<double>(rates.size() - 1));
  std::nth_element(rates.begin(), chosen, rates.end());
  return *chosen;
}

static double burstRate(Burst burst, Sampling sampling) {
  volatile float factor = 0.5f, term = 1.0f, sink;
  double rate = sampleRates(sampling, 2.0 * chains * rounds * burst.lanes, [&] { sink = burst.run(factor, term); });
  (void)sink;
  return rate;
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

double margay::driver::measurePeak(int32_t isa, unsigned threads, Sampling sampling) {
  return sumOverThreads(threads, [&] { return burstRate(burstOf(isa), sampling); });
}

double margay::driver::measurePairPeak(int32_t isa, unsigned threads, Sampling sampling) {
  return sumOverThreads(threads, [&] { return burstRate(pairBurstOf(isa), sampling); });
}

/// Reads `streams` parts of `count` blocks of 64 bytes, `repeats` times over. A few streams at once get more out of
/// memory than one, as each is slow where a page begins.
using Read = uint64_t (*)(const void *region, size_t count, size_t repeats);
static constexpr size_t streams = 4;

#define MARGAY_READ(name, bytes, target)                                                                               \
  target static uint64_t name(const void *region, size_t count, size_t repeats) {                                      \
    using Vector = uint64_t __attribute__((vector_size(bytes)));                                                       \
    constexpr size_t perBlock = 64 / (bytes);                                                                          \
    Vector sums[streams] = {};                                                                                         \
    for (size_t repeat = 0; repeat < repeats; ++repeat) {                                                              \
      const auto *vectors = static_cast<const Vector *>(region);                                                       \
      for (size_t i = 0; i < count * perBlock; i += perBlock)                                                          \
        for (size_t stream = 0; stream < streams; ++stream)                                                            \
          for (size_t v = 0; v < perBlock; ++v)                                                                        \
            sums[stream] += vectors[stream * count * perBlock + i + v];                                                \
      __asm__ volatile("" ::: "memory"); /* The next round has to read again. */                                       \
    }                                                                                                                  \
    uint64_t sum = 0;                                                                                                  \
    for (Vector part : sums)                                                                                           \
      sum += part[0];                                                                                                  \
    return sum;                                                                                                        \
  }

MARGAY_READ(read128, 16, )
#if defined(__x86_64__)
MARGAY_READ(read256, 32, __attribute__((target("avx2"))))
MARGAY_READ(read512, 64, __attribute__((target("avx512f"))))
#endif
#undef MARGAY_READ

static Read readOf(int32_t isa) {
#if defined(__x86_64__)
  if (isa == MG_ISA_X86_64_V4 || isa == MG_ISA_X86_64_V4_BF16)
    return read512;
  if (isa == MG_ISA_X86_64_V3)
    return read256;
#endif
  return read128;
}

/// Copies `common` blocks of 64 bytes, in `steps` parts, and behind each part reads its share of `moreRead` further
/// blocks, and writes its share of `moreWritten`.
struct CopyShape {
  size_t common, moreRead, moreWritten, steps;
};
using Copy = uint64_t (*)(const void *source, void *target, CopyShape shape, size_t repeats);

#define MARGAY_COPY(name, bytes, target_)                                                                              \
  target_ static uint64_t name(const void *source, void *target, CopyShape shape, size_t repeats) {                    \
    using Vector = uint64_t __attribute__((vector_size(bytes)));                                                       \
    constexpr size_t perBlock = 64 / (bytes);                                                                          \
    Vector sums[perBlock] = {};                                                                                        \
    for (size_t repeat = 0; repeat < repeats; ++repeat) {                                                              \
      const auto *from = static_cast<const Vector *>(source);                                                          \
      auto *to = static_cast<Vector *>(target);                                                                        \
      for (size_t step = 0; step < shape.steps; ++step) {                                                              \
        auto share = [&](size_t all) { return all * (step + 1) / shape.steps - all * step / shape.steps; };            \
        size_t both = share(shape.common) * perBlock, read = share(shape.moreRead);                                    \
        size_t written = share(shape.moreWritten) * perBlock;                                                          \
        _Pragma("clang loop vectorize(disable)") for (size_t i = 0; i < both; ++i) to[i] = from[i];                    \
        from += both;                                                                                                  \
        to += both;                                                                                                    \
        for (; read > 0; --read)                                                                                       \
          for (size_t v = 0; v < perBlock; ++v)                                                                        \
            sums[v] += *from++;                                                                                        \
        _Pragma("clang loop vectorize(disable)") for (size_t i = 0; i < written; ++i) to[i] = sums[i % perBlock];      \
        to += written;                                                                                                 \
      }                                                                                                                \
      __asm__ volatile("" ::: "memory"); /* The next round has to do it again. */                                      \
    }                                                                                                                  \
    uint64_t sum = 0;                                                                                                  \
    for (Vector part : sums)                                                                                           \
      sum += part[0];                                                                                                  \
    return sum;                                                                                                        \
  }

MARGAY_COPY(copy128, 16, )
#if defined(__x86_64__)
MARGAY_COPY(copy256, 32, __attribute__((target("avx2"))))
MARGAY_COPY(copy512, 64, __attribute__((target("avx512f"))))
#endif
#undef MARGAY_COPY

static Copy copyOf(int32_t isa) {
#if defined(__x86_64__)
  if (isa == MG_ISA_X86_64_V4 || isa == MG_ISA_X86_64_V4_BF16)
    return copy512;
  if (isa == MG_ISA_X86_64_V3)
    return copy256;
#endif
  return copy128;
}

namespace {
struct alignas(64) Block {
  uint64_t words[8] = {};
};
} // namespace

/// Kept for the next time: fresh memory would first have to find its way into the caches.
static std::vector<Block> &regionOfThread() {
  static thread_local std::vector<Block> region;
  return region;
}

/// Passes over a region of so many blocks: small ones are passed often enough for the clock to tell.
static size_t repeatsOf(size_t blocks) { return 1 + (1 << 12) / blocks; }

/// Passes of this thread over a region of its own.
static double readRate(Read read, size_t bytes, Sampling sampling) {
  std::vector<Block> &region = regionOfThread();
  region.resize(std::max<size_t>(16, bytes / sizeof(Block)));
  size_t repeats = repeatsOf(region.size());
  volatile uint64_t sink;
  size_t count = region.size() / streams;
  double work = static_cast<double>(repeats * count * streams * sizeof(Block));
  double rate = sampleRates(sampling, work, [&] { sink = read(region.data(), count, repeats); });
  (void)sink;
  return rate;
}

double margay::driver::measureBandwidth(int32_t isa, size_t bytes, unsigned threads, Sampling sampling) {
  return sumOverThreads(threads, [&] { return readRate(readOf(isa), bytes / threads, sampling); });
}

static double copyRate(Copy copy, size_t readBytes, size_t writtenBytes, Sampling sampling) {
  constexpr size_t page = 4096 / sizeof(Block), fewestBlocks = 16, perStep = 32;
  auto blocksOf = [&](size_t bytes) { return std::max(fewestBlocks, bytes / sizeof(Block)); };
  size_t read = blocksOf(readBytes), written = blocksOf(writtenBytes), common = std::min(read, written);
  CopyShape shape{common, read - common, written - common, std::max<size_t>(1, common / perStep)};
  // The target begins where the source does within a page: loads then do not wait for stores a little before them,
  // which a CPU takes for those of the same place while all that it knows is the place within a page.
  size_t target = (read + page - 1) / page * page;
  std::vector<Block> &region = regionOfThread();
  region.resize(target + written);
  size_t repeats = repeatsOf(read + written);
  volatile uint64_t sink;
  double work = static_cast<double>(repeats * (read + written) * sizeof(Block));
  double rate =
      sampleRates(sampling, work, [&] { sink = copy(region.data(), region.data() + target, shape, repeats); });
  (void)sink;
  return rate;
}

double margay::driver::measureCopyBandwidth(int32_t isa, size_t readBytes, size_t writtenBytes, unsigned threads,
                                            Sampling sampling) {
  return sumOverThreads(threads,
                        [&] { return copyRate(copyOf(isa), readBytes / threads, writtenBytes / threads, sampling); });
}
