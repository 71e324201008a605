//===- Conversions.cpp - floats to integers, and back; whole numbers ------===//

#include "Compiled.h"
#include "Measure.h"

using namespace llvm;
using namespace margay::codegen;

namespace {

template <typename T> constexpr const char *typeName() {
  if constexpr (std::is_same_v<T, float>)
    return "f32";
  else if constexpr (std::is_same_v<T, double>)
    return "f64";
  else
    return sizeof(T) == 1 ? "i8" : sizeof(T) == 2 ? "i16" : sizeof(T) == 4 ? "i32" : "i64";
}

/// The nearest integer without the fraction, 0 of NaN.
template <typename Integer, typename Real> Integer saturated(Real value) {
  constexpr Integer least = std::numeric_limits<Integer>::min(), most = std::numeric_limits<Integer>::max();
  if (std::isnan(value))
    return 0;
  if (value <= static_cast<Real>(least))
    return least;
  return value >= std::ldexp(Real(1), std::numeric_limits<Integer>::digits) ? most : static_cast<Integer>(value);
}

template <typename T> class Integers : public testing::Test {
public:
  static constexpr bool isSigned = std::is_signed_v<T>;

  template <typename Real> void fromReal() {
    std::vector<Real> inputs = reals<Real>();
    std::vector<T> results(inputs.size());
    for (const Level &level : runnableLevels())
      for (unsigned width : {0u, 8u}) {
        Compiled convert(level, isSigned ? "arith.fptosi" : "arith.fptoui", typeName<Real>(), typeName<T>(), width);
        convert(inputs.data(), results.data(), inputs.size());
        for (size_t i = 0; i < inputs.size(); ++i)
          ASSERT_EQ(results[i], saturated<T>(inputs[i])) << level.name.str() << ", " << inputs[i];
      }
  }

  template <typename Real> void toReal() {
    std::vector<T> inputs = integers();
    std::vector<Real> results(inputs.size());
    for (const Level &level : runnableLevels())
      for (unsigned width : {0u, 8u}) {
        Compiled convert(level, isSigned ? "arith.sitofp" : "arith.uitofp", typeName<T>(), typeName<Real>(), width);
        convert(inputs.data(), results.data(), inputs.size());
        for (size_t i = 0; i < inputs.size(); ++i)
          ASSERT_EQ(results[i], static_cast<Real>(inputs[i])) << level.name.str() << ", " << +inputs[i];
      }
  }

private:
  /// The edges of all types, what is beside them, and random numbers.
  template <typename Real> static std::vector<Real> reals() {
    std::vector<Real> result{Real(NAN), Real(INFINITY), Real(-INFINITY), std::numeric_limits<Real>::max(),
                             0,         Real(0.5)};
    for (int power = 0; power < 70; ++power)
      for (Real sign : {1, -1})
        for (Real offset : {Real(-1), Real(-0.5), Real(0), Real(0.5), Real(1)}) {
          Real edge = sign * std::ldexp(Real(1), power) + offset;
          result.insert(result.end(), {edge, std::nextafter(edge, Real(0)), std::nextafter(edge, Real(INFINITY))});
        }
    std::mt19937_64 random(3);
    std::uniform_real_distribution<Real> unit(-1, 1);
    for (int i = 0; i < 100'000; ++i)
      result.push_back(std::ldexp(unit(random), static_cast<int>(random() % 70)));
    result.resize(alignTo(result.size(), 8));
    return result;
  }

  static std::vector<T> integers() {
    std::vector<T> result;
    for (uint64_t i = 0; i < 1 << 16; ++i)
      result.push_back(static_cast<T>(i));
    std::mt19937_64 random(4);
    for (int i = 0; i < 100'000; ++i)
      result.push_back(static_cast<T>(random() >> (i % 64)));
    for (int power = 0; power < 64; ++power)
      for (int64_t offset = -70; offset <= 70; ++offset)
        for (uint64_t middle : {uint64_t(0), uint64_t(1) << (power > 24 ? power - 24 : 0)})
          result.push_back(static_cast<T>((uint64_t(1) << power) + middle + offset));
    result.resize(alignTo(result.size(), 8));
    return result;
  }
};

using Types = testing::Types<int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t>;
TYPED_TEST_SUITE(Integers, Types);

TYPED_TEST(Integers, SaturateFromFloats) { this->template fromReal<float>(); }
TYPED_TEST(Integers, SaturateFromDoubles) { this->template fromReal<double>(); }
TYPED_TEST(Integers, BecomeTheNearestFloats) { this->template toReal<float>(); }
TYPED_TEST(Integers, BecomeTheNearestDoubles) { this->template toReal<double>(); }

/// C's functions of whole numbers, which no level calls; and what moves signs.
struct Whole {
  const char *operation;
  double (*exact)(double);
};

TEST(Rounding, IsThatOfC) {
  const Whole functions[] = {{"math.absf", std::fabs},     {"math.ceil", std::ceil},   {"math.floor", std::floor},
                             {"math.round", std::round},   {"math.trunc", std::trunc}, {"math.sqrt", std::sqrt},
                             {"math.roundeven", std::rint}};
  std::vector<double> doubles = sampleDoubles();
  for (int i = -1000; i < 1000; ++i)
    for (double fraction : {0.25, 0.5, 0x1.fffffffffffffp-2})
      doubles.push_back(i + fraction);
  std::vector<float> floats(doubles.begin(), doubles.end()), results(doubles.size());
  std::vector<double> wide(doubles.size());
  for (const Level &level : runnableLevels())
    for (const Whole &function : functions)
      for (unsigned width : {0u, 8u}) {
        Compiled(level, function.operation, "f32", "f32", width)(floats.data(), results.data(), floats.size());
        Compiled(level, function.operation, "f64", "f64", width)(doubles.data(), wide.data(), doubles.size());
        for (size_t i = 0; i < doubles.size(); ++i) {
          ASSERT_LE(ulps(results[i], function.exact(floats[i])), 0.5) << function.operation << ", " << floats[i];
          ASSERT_LE(ulps(wide[i], static_cast<long double>(function.exact(doubles[i]))), 0.5)
              << function.operation << ", " << doubles[i];
        }
      }
}

TEST(Rounding, CopiesSigns) {
  std::vector<float> inputs{1, -2, 3, 4, -5, -0.0f, 0, -NAN}, results(8);
  for (const Level &level : runnableLevels()) {
    Compiled copy(level,
                  "vector.shuffle %x, %x [1, 0, 3, 2, 5, 4, 7, 6] : vector<8xf32>, vector<8xf32>\n %y = math.copysign "
                  "%x, %s : vector<8xf32>",
                  "f32", "f32", 8, Compiled::Statements);
    copy(inputs.data(), results.data(), 8);
    for (size_t i = 0; i < 8; ++i)
      EXPECT_EQ(bit_cast<uint32_t>(results[i]), bit_cast<uint32_t>(std::copysign(inputs[i], inputs[i ^ 1])));
  }
}

} // namespace
