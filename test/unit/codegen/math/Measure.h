//===- Measure.h - where functions are tried, and how far off they are ----===//
//
// At a sample of all floats and around the places where something changes, or, if MARGAY_EXHAUSTIVE is set, at all of
// them (minutes per function); of doubles always at a sample.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TEST_UNIT_CODEGEN_MATH_MEASURE_H
#define MARGAY_TEST_UNIT_CODEGEN_MATH_MEASURE_H

#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

/// Numbers from 0 to infinity where functions change their ways, or their results their kind.
constexpr double corners[] = {
    0,          0x1p-149,   0x1p-126,   0x1p-54,         0x1p-27,     0x1p-25,    0x1p-24,   0x1p-12, 0.292893219,
    0.34657359, 0.41421356, 0.5,        0.5625,          0.707106781, 0.78539816, 0.921875,  1,       1.4142,
    1.57079633, 2,          2.41421356, 3.9192059,       4,           6,          9.0109133, 20,      40,
    64,         88.722839,  87.336544,  103.97208,       127,         128,        149,       0x1p+20, 0x1p+23,
    0x1p+24,    0x1p+60,    0x1p+61,    0x1.fffffep+127, INFINITY};

inline float fromBits(uint32_t bits) { return llvm::bit_cast<float>(bits); }
inline bool isExhaustive() { return std::getenv("MARGAY_EXHAUSTIVE"); }

/// Calls `visit` with arrays of inputs that cover what is to be tested.
template <typename Visit> void sweep(Visit visit) {
  std::vector<float> batch;
  auto add = [&](uint32_t bits) {
    batch.push_back(fromBits(bits));
    if (batch.size() == 1 << 16) {
      visit(batch);
      batch.clear();
    }
  };
  uint64_t step = isExhaustive() ? 1 : 4099;
  for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += step)
    add(static_cast<uint32_t>(bits));
  for (double corner : corners)
    for (uint32_t sign : {0u, 0x80000000u})
      for (int32_t near = -300; near <= 300; ++near)
        add((llvm::bit_cast<uint32_t>(static_cast<float>(corner)) + near) ^ sign);
  for (uint32_t nan : {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0x7fffffffu})
    add(nan);
  batch.resize(llvm::alignTo(batch.size(), 8));
  visit(batch);
}

/// Doubles of all sizes and of usual ones, around corners, and near multiples of pi/2; always the same.
inline std::vector<double> sampleDoubles() {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> usual(-10, 10), unit(-1.0, 1.0), larger(-800, 800);
  std::vector<double> result;
  for (int i = 0; i < 100'000; ++i) {
    uint64_t bits = random();
    double multiple = 0x1.921fb54442d18p+0 * static_cast<double>(bits >> (bits % 60 + 4));
    result.insert(result.end(), {llvm::bit_cast<double>(bits), usual(random), unit(random), larger(random), multiple,
                                 std::ldexp(unit(random), -static_cast<int>(bits % 64))});
  }
  for (double corner : corners)
    for (double sign : {1.0, -1.0})
      for (int64_t near = -100; near <= 100; ++near)
        result.push_back(sign * llvm::bit_cast<double>(llvm::bit_cast<uint64_t>(corner) + near));
  for (double corner : {0x1p-1074, 0x1p-1022, 709.782712893384, 710.475860073944, 745.133219101941, 1024.0, 1074.0,
                        0x1.fffffffffffffp+1023, 0x1.6ac5b262ca1ffp+849}) // the last one is nearest to n pi/2
    for (double near : {corner, std::nextafter(corner, 0), std::nextafter(corner, INFINITY)})
      result.insert(result.end(), {near, -near});
  result.push_back(NAN);
  result.resize(llvm::alignTo(result.size(), 8));
  return result;
}

/// How far a result is from the exact one, in units of the last place that the exact one has as such a float; infinity
/// if it is of another kind.
template <typename T, typename Exact> double ulps(T result, Exact exact) {
  constexpr int digits = std::numeric_limits<T>::digits - 1, least = std::numeric_limits<T>::min_exponent - 1 - digits;
  T nearest = static_cast<T>(exact);
  if (result == nearest && std::signbit(result) == std::signbit(nearest))
    return 0.5;
  if (std::isnan(nearest) || std::isnan(result))
    return std::isnan(nearest) && std::isnan(result) ? 0 : INFINITY;
  if (std::isinf(nearest) || std::isinf(result) || std::signbit(result) != std::signbit(nearest))
    return INFINITY;
  int exponent = std::max(nearest == 0 ? least : std::ilogb(nearest) - digits, least);
  return static_cast<double>(std::fabs(result - exact) / std::ldexp(Exact(1), exponent));
}

/// The largest distance, and where it is.
template <typename T> struct Worst {
  double distance = 0;
  T at = 0;

  void add(double found, T input) {
    if (found > distance) {
      distance = found;
      at = input;
    }
  }
};

#endif // MARGAY_TEST_UNIT_CODEGEN_MATH_MEASURE_H
