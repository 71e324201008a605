//===- Functions.cpp - how exact the functions of one argument are --------===//
//
// Each is compiled as a model would have it, loaded, and compared with the C library's in double precision; those of
// doubles with its long doubles. docs/math.md has what this prints.
//
//===----------------------------------------------------------------------===//

#include "Compiled.h"
#include "Measure.h"
#include "llvm/ADT/APFloat.h"
#include <list>
#include <xmmintrin.h>

using namespace llvm;
using namespace margay::codegen;

namespace {

/// What is promised of every function: this many units of the last place.
constexpr double promised = 2, promisedWide = 4;

struct Function {
  const char *operation; ///< Of the math dialect, or one that expansionOf knows.
  double (*exact)(double);
  long double (*exactWide)(long double);
};

template <typename T> T exactSigmoid(T x) { return 1 / (1 + std::exp(-x)); }

#define FUNCTION(operation, name)                                                                                      \
  Function {                                                                                                           \
    operation, [](double x) -> double { return name(x); }, [](long double x) -> long double { return name(x); }        \
  }

const Function functions[] = {
    FUNCTION("acos", std::acos),   FUNCTION("acosh", std::acosh),    FUNCTION("asin", std::asin),
    FUNCTION("asinh", std::asinh), FUNCTION("atan", std::atan),      FUNCTION("atanh", std::atanh),
    FUNCTION("cos", std::cos),     FUNCTION("cosh", std::cosh),      FUNCTION("erf", std::erf),
    FUNCTION("exp", std::exp),     FUNCTION("exp2", std::exp2),      FUNCTION("expm1", std::expm1),
    FUNCTION("log", std::log),     FUNCTION("log10", std::log10),    FUNCTION("log1p", std::log1p),
    FUNCTION("log2", std::log2),   FUNCTION("rsqrt", 1 / std::sqrt), FUNCTION("sigmoid", exactSigmoid),
    FUNCTION("sin", std::sin),     FUNCTION("sinh", std::sinh),      FUNCTION("sqrt", std::sqrt),
    FUNCTION("tan", std::tan),     FUNCTION("tanh", std::tanh)};

/// The functions of f32 that no operation of the math dialect has.
Compiled::Expansion expansionOf(StringRef operation) {
  return operation == "sigmoid" ? expandSigmoid : operation == "decay" ? expandDecay : nullptr;
}

Compiled compile(const Level &level, StringRef operation, const std::string &type, unsigned width) {
  Compiled::Expansion expansion = expansionOf(operation);
  return Compiled(level, expansion ? "math.absf" : "math." + operation.str(), type, type, width, Compiled::Operation,
                  expansion);
}

class Accuracy : public testing::TestWithParam<Function> {};

template <typename T> void report(const Function &test, const Level &level, const Worst<T> &worst, double limit) {
  const char *type = sizeof(T) == 4 ? "f32" : "f64";
  printf("| %s | %s | %s | %.3f | %a |\n", test.operation, type, level.name.str().c_str(), worst.distance,
         static_cast<double>(worst.at));
  EXPECT_LE(worst.distance, limit) << level.name.str() << ", " << worst.at;
}

TEST_P(Accuracy, OfFloats) {
  const Function &test = GetParam();
  SmallVector<Level> levels = runnableLevels();
  std::list<Compiled> compiled;
  for (const Level &level : levels)
    compiled.emplace_back(compile(level, test.operation, "f32", 8));
  std::vector<Worst<float>> worst(levels.size());
  std::vector<double> exact;
  std::vector<float> results;
  sweep([&](const std::vector<float> &inputs) {
    exact.resize(inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i)
      exact[i] = test.exact(inputs[i]);
    for (auto [function, found] : zip_equal(compiled, worst)) {
      results.assign(inputs.size(), -77);
      function(inputs.data(), results.data(), inputs.size());
      for (size_t i = 0; i < inputs.size(); ++i)
        found.add(ulps(results[i], exact[i]), inputs[i]);
    }
  });
  for (auto [level, found] : zip_equal(levels, worst))
    report(test, level, found, promised);
}

TEST(Decay, IsAsExactAsItsArgument) {
  for (const Level &level : runnableLevels()) {
    Compiled function = compile(level, "decay", "f32", 8);
    double worst = 0;
    std::vector<float> results;
    sweep([&](const std::vector<float> &inputs) {
      results.resize(inputs.size());
      function(inputs.data(), results.data(), inputs.size());
      for (size_t i = 0; i < inputs.size(); ++i) {
        double x = inputs[i], exact = std::exp(x);
        if (std::isnan(x))
          EXPECT_TRUE(std::isnan(results[i]));
        else if (exact < 0x1p-126)
          EXPECT_EQ(results[i], 0) << x;
        else if (x <= 0 && exact < 0x1p-125 && results[i] == 0)
          EXPECT_LT(exact, 0x1.6ap-126) << x; // 2^-125.5, nearly
        else if (x <= 0)
          worst = std::max(worst, std::abs(results[i] / exact - 1) * 0x1p+24 / (4 + 1.25 * std::abs(x)));
      }
    });
    printf("| decay | f32 | %s | %.3f of what is promised |\n", level.name.str().c_str(), worst);
    EXPECT_LE(worst, 1) << level.name.str();
  }
}

/// What is far away makes no denormal number on the way to its 0, for which CPUs take a hundred times as long.
TEST(Underflow, IsNone) {
  struct Case {
    StringRef operation;
    Compiled::Expansion expansion;
    double last; ///< From here on, downwards.
  };
  for (Case test : {Case{"decay", expandDecay, -1}, Case{"exp", nullptr, -104.7}, Case{"gelu", expandGelu, -10.25},
                    Case{"gelu by tanh", expandTanhGelu, -9}, Case{"expm1", nullptr, -1}, Case{"tanh", nullptr, -1},
                    Case{"erf", nullptr, -1}})
    for (const Level &level : runnableLevels()) {
      Compiled function(level, test.expansion ? "math.absf" : "math." + test.operation.str(), "f32", "f32", 8,
                        Compiled::Operation, test.expansion);
      sweep([&](const std::vector<float> &inputs) {
        std::vector<float> here, results;
        copy_if(inputs, std::back_inserter(here), [&](float x) { return x <= test.last && std::isnormal(x); });
        here.resize(alignTo(here.size(), 8), -1e30f);
        results.resize(here.size());
        constexpr unsigned denormalOperand = 0x02, underflow = 0x10;
        unsigned before = _mm_getcsr();
        _mm_setcsr(before & ~0x3fu);
        function(here.data(), results.data(), here.size());
        unsigned raised = _mm_getcsr() & 0x3f;
        _mm_setcsr(before);
        ASSERT_EQ(raised & (denormalOperand | underflow), 0u) << test.operation.str() << ", " << level.name.str();
      });
    }
}

TEST_P(Accuracy, OfDoubles) {
  if (expansionOf(GetParam().operation))
    GTEST_SKIP() << "of f32 only";
  const Function &test = GetParam();
  std::vector<double> inputs = sampleDoubles(), results(inputs.size());
  for (const Level &level : runnableLevels()) {
    Compiled function = compile(level, test.operation, "f64", 8);
    function(inputs.data(), results.data(), inputs.size());
    Worst<double> worst;
    for (size_t i = 0; i < inputs.size(); ++i)
      worst.add(ulps(results[i], test.exactWide(inputs[i])), inputs[i]);
    report(test, level, worst, promisedWide);
  }
}

TEST_P(Accuracy, IsTheSameForVectorsOfAnyLength) {
  for (const Level &level : runnableLevels()) {
    Compiled eight = compile(level, GetParam().operation, "f32", 8);
    // 105 values: whole vectors of 1, 5 and 35; of those of 8, the last one is cut off.
    std::vector<float> inputs(112), expected(112);
    for (size_t i = 0; i < inputs.size(); ++i)
      inputs[i] = (i % 7 == 3 ? 0x1p+22f : 0.25f) * (static_cast<float>(i) - 30);
    eight(inputs.data(), expected.data(), 112);
    for (unsigned width : {0u, 1u, 5u, 35u}) {
      Compiled other = compile(level, GetParam().operation, "f32", width);
      std::vector<float> results(105);
      other(inputs.data(), results.data(), 105);
      for (size_t i = 0; i < 105; ++i)
        EXPECT_TRUE(bit_cast<uint32_t>(results[i]) == bit_cast<uint32_t>(expected[i]) ||
                    (std::isnan(results[i]) && std::isnan(expected[i])))
            << GetParam().operation << ", vectors of " << width << ", of " << inputs[i];
    }
  }
}

TEST_P(Accuracy, OfHalves) {
  if (expansionOf(GetParam().operation))
    GTEST_SKIP() << "of f32 only";
  std::vector<uint16_t> inputs(1 << 16), results(1 << 16);
  for (size_t i = 0; i < inputs.size(); ++i)
    inputs[i] = static_cast<uint16_t>(i);
  for (const Level &level : runnableLevels())
    for (auto [type, semantics] : {std::pair<const char *, const fltSemantics *>("f16", &APFloat::IEEEhalf()),
                                   std::pair<const char *, const fltSemantics *>("bf16", &APFloat::BFloat())})
      for (unsigned width : {0u, 8u}) {
        Compiled function = compile(level, GetParam().operation, type, width);
        function(inputs.data(), results.data(), inputs.size());
        auto convert = [](APFloat value, const fltSemantics &to) {
          bool inexact;
          value.convert(to, APFloat::rmNearestTiesToEven, &inexact);
          return value;
        };
        for (size_t i = 0; i < inputs.size(); ++i) {
          double input = convert(APFloat(*semantics, APInt(16, inputs[i])), APFloat::IEEEdouble()).convertToDouble();
          double exact = GetParam().exact(input);
          APFloat result(*semantics, APInt(16, results[i]));
          // The nearest, as far as an f32 knows.
          bool isNearest = std::isnan(exact) && result.isNaN();
          for (double error : {-0x1p-22, 0.0, 0x1p-22})
            isNearest |= convert(APFloat(exact * (1 + error)), *semantics).bitwiseIsEqual(result);
          ASSERT_TRUE(isNearest) << level.name.str() << ", " << type << ", " << width << ": " << input << ", not "
                                 << exact;
        }
      }
}

/// GELU has differences of what is nearly the same where x is negative, so errors are measured beside x there.
TEST(Accuracy, OfGelu) {
  auto gelu = [](double x) { return x / 2 * std::erfc(-x / std::sqrt(2.0)); };
  auto byTanh = [](double x) { return x / (1 + std::exp(-std::sqrt(8 / M_PI) * (x + 0.044715 * x * x * x))); };
  struct Form {
    const char *name;
    Compiled::Expansion expansion;
    double (*exact)(double);
  };
  for (Form form : {Form{"gelu", expandGelu, gelu}, Form{"gelu by tanh", expandTanhGelu, byTanh}})
    for (const Level &level : runnableLevels()) {
      Compiled compiled(level, "math.absf", "f32", "f32", 8, Compiled::Operation, form.expansion);
      Worst<float> positive, negative;
      double tail = 0;
      std::vector<float> results;
      sweep([&](const std::vector<float> &inputs) {
        results.assign(inputs.size(), -77);
        compiled(inputs.data(), results.data(), inputs.size());
        for (size_t i = 0; i < inputs.size(); ++i) {
          double x = inputs[i], exact = form.exact(x);
          if (x == -std::numeric_limits<double>::infinity())
            exact = std::numeric_limits<double>::quiet_NaN(); // infinity * 0
          if (x >= 0 || std::isnan(x))
            positive.add(ulps(results[i], exact), inputs[i]);
          else
            negative.add(std::fabs(results[i] - exact) / std::max(-x, 0x1p-126) * 0x1p+24, inputs[i]);
          if (x < -1 && x > -4)
            tail = std::max(tail, std::fabs(results[i] / exact - 1));
        }
      });
      printf("| %s | f32 | %s | %.3f | %a | beside negative x: %.3f | %a | down to -4: %g |\n", form.name,
             level.name.str().c_str(), positive.distance, static_cast<double>(positive.at), negative.distance,
             static_cast<double>(negative.at), tail);
      EXPECT_LE(positive.distance, 2.5) << form.name << ", " << level.name.str() << ", " << positive.at;
      EXPECT_LE(negative.distance, 1.5) << form.name << ", " << level.name.str() << ", " << negative.at;
      EXPECT_LE(tail, 1e-4) << form.name << ", " << level.name.str();
    }
}

INSTANTIATE_TEST_SUITE_P(Functions, Accuracy, testing::ValuesIn(functions),
                         [](const auto &info) { return std::string(info.param.operation); });

} // namespace
