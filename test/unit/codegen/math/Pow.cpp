//===- Pow.cpp - powers and remainders of floats --------------------------===//

#include "Compiled.h"
#include "Measure.h"

using namespace llvm;
using namespace margay::codegen;

namespace {

/// A function of the first and the second of each pair of inputs, and of the second and the first.
Compiled ofPairs(const Level &level, const std::string &operation, const std::string &type) {
  std::string lanes = "vector<4x" + type + ">";
  return Compiled(level,
                  "vector.shuffle %x, %x [1, 0, 3, 2] : " + lanes + ", " + lanes + "\n %y = " + operation +
                      " %x, %s : " + lanes,
                  type, type, 4, Compiled::Statements);
}

/// Pairs of everything special, of whole and half numbers, and of random ones.
template <typename T> std::vector<T> pairs() {
  constexpr T infinity = std::numeric_limits<T>::infinity(), least = std::numeric_limits<T>::denorm_min();
  constexpr T most = std::numeric_limits<T>::max(), normal = std::numeric_limits<T>::min();
  std::vector<T> special{0,          least,
                         normal,     normal / 2,
                         T(0.5),     std::nextafter(T(1), T(0)),
                         1,          std::nextafter(T(1), T(2)),
                         T(1.5),     2,
                         T(2.5),     3,
                         10,         16777215,
                         16777216,   T(0x1p+53) - 1,
                         T(0x1p+53), most,
                         infinity,   T(NAN)};
  for (int i = 4; i < 60; ++i)
    special.push_back(static_cast<T>(i) / 2);
  std::vector<T> result;
  for (T a : special)
    for (T b : special)
      for (T signOfA : {1, -1})
        for (T signOfB : {1, -1})
          result.insert(result.end(), {signOfA * a, signOfB * b});
  std::mt19937_64 random(2);
  std::uniform_real_distribution<T> usual(-20, 20), unit(0, 2);
  for (int i = 0; i < 500'000; ++i) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    T anything = bit_cast<T>(static_cast<Bits>(random())), other = bit_cast<T>(static_cast<Bits>(random()));
    // A base near 1 with a large exponent, and a pair whose power is of any size.
    T near = 1 + unit(random) * std::ldexp(T(1), -static_cast<int>(random() % 24));
    T exponent = usual(random) * T(4) / std::log(near);
    T base = std::fabs(anything), fitting = usual(random) * T(sizeof(T) == 4 ? 5 : 38) / std::log(base);
    result.insert(result.end(),
                  {anything, other, std::fabs(usual(random)), usual(random), near, exponent, base, fitting,
                   std::floor(usual(random)), std::floor(usual(random)), anything, unit(random)});
  }
  return result;
}

template <typename T, typename Exact> void testPow(const std::string &type, double promised) {
  std::vector<T> inputs = pairs<T>(), results(inputs.size());
  for (const Level &level : runnableLevels()) {
    Compiled function = ofPairs(level, "math.powf", type);
    function(inputs.data(), results.data(), inputs.size());
    double worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      T x = inputs[i], y = inputs[i ^ 1];
      Exact exact = std::pow(static_cast<Exact>(x), static_cast<Exact>(y));
      double distance = ulps(results[i], exact);
      if (distance > worst) {
        worst = distance;
        at = i;
      }
      // Powers that are floats are found exactly if they are small.
      if (std::fabs(y) <= 64 && std::floor(y) == y && std::fabs(exact) < Exact(0x1p+24) && std::floor(exact) == exact)
        ASSERT_EQ(results[i], exact) << x << ", " << y;
    }
    printf("| pow | %s | %s | %.3f | %a, %a |\n", type.c_str(), level.name.str().c_str(), worst,
           static_cast<double>(inputs[at]), static_cast<double>(inputs[at ^ 1]));
    EXPECT_LE(worst, promised) << level.name.str();
  }
}

TEST(Pow, OfFloats) { testPow<float, double>("f32", 2); }
TEST(Pow, OfDoubles) { testPow<double, long double>("f64", 4); }

template <typename T> void testRemainder(const std::string &type) {
  std::vector<T> inputs = pairs<T>(), results(inputs.size());
  for (const Level &level : runnableLevels()) {
    Compiled function = ofPairs(level, "arith.remf", type);
    function(inputs.data(), results.data(), inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i) {
      T exact = std::fmod(inputs[i], inputs[i ^ 1]);
      if (std::isnan(exact))
        ASSERT_TRUE(std::isnan(results[i])) << inputs[i] << ", " << inputs[i ^ 1];
      else
        ASSERT_TRUE(exact == results[i] && std::signbit(exact) == std::signbit(results[i]))
            << inputs[i] << ", " << inputs[i ^ 1] << ": " << results[i] << ", not " << exact;
    }
  }
}

TEST(Remainder, OfFloats) { testRemainder<float>("f32"); }
TEST(Remainder, OfDoubles) { testRemainder<double>("f64"); }

} // namespace
