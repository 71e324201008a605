//===- ExpandMath.cpp - 16-bit floats, the larger and the smaller ---------===//

#include "Compiled.h"
#include "Measure.h"
#include "llvm/ADT/APFloat.h"

using namespace llvm;
using namespace margay::codegen;

namespace {

/// The value of a 16-bit float, and the 16-bit float that is nearest to a value, as LLVM has it.
float valueOf(uint16_t bits, const fltSemantics &semantics) {
  APFloat value(semantics, APInt(16, bits));
  bool inexact;
  value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &inexact);
  return value.convertToFloat();
}
template <typename Float> uint16_t nearest(Float number, const fltSemantics &semantics) {
  APFloat value(number);
  bool inexact;
  value.convert(semantics, APFloat::rmNearestTiesToEven, &inexact);
  return static_cast<uint16_t>(value.bitcastToAPInt().getZExtValue());
}

struct HalfCase {
  const char *type;
  const fltSemantics &(*semantics)();
};

class Half : public testing::TestWithParam<HalfCase> {};

TEST_P(Half, ExtendsEveryValue) {
  const fltSemantics &semantics = GetParam().semantics();
  for (const Level &level : runnableLevels())
    for (unsigned width : {0u, 8u}) {
      Compiled extend(level, "arith.extf", GetParam().type, "f32", width);
      std::vector<uint16_t> inputs(1 << 16);
      std::vector<uint32_t> results(1 << 16);
      for (size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<uint16_t>(i);
      extend(inputs.data(), results.data(), inputs.size());
      for (size_t i = 0; i < inputs.size(); ++i) {
        uint32_t expected = bit_cast<uint32_t>(valueOf(inputs[i], semantics));
        // A signalling bf16 NaN is only moved.
        ASSERT_EQ(results[i] | (std::isnan(fromBits(expected)) ? 0x400000 : 0), expected)
            << level.name.str() << ", " << i;
      }
    }
}

TEST_P(Half, TruncatesToTheNearest) {
  const fltSemantics &semantics = GetParam().semantics();
  for (const Level &level : runnableLevels())
    for (unsigned width : {0u, 8u}) {
      Compiled truncate(level, "arith.truncf", "f32", GetParam().type, width);
      std::vector<uint16_t> results;
      auto check = [&](const std::vector<float> &inputs) {
        results.assign(inputs.size(), 0xdead);
        truncate(inputs.data(), results.data(), inputs.size());
        for (size_t i = 0; i < inputs.size(); ++i) {
          uint16_t expected = nearest(inputs[i], semantics);
          if (std::isnan(inputs[i]))
            ASSERT_TRUE(std::isnan(valueOf(results[i], semantics)))
                << level.name.str() << ", " << bit_cast<uint32_t>(inputs[i]);
          else
            ASSERT_EQ(results[i], expected) << level.name.str() << ", " << inputs[i];
        }
      };
      sweep(check);
      // Every value that can be represented, what is half-way to the next one, and the floats beside that.
      std::vector<float> edges;
      for (uint32_t bits = 0; bits < 0xffff; ++bits) {
        float low = valueOf(static_cast<uint16_t>(bits), semantics),
              high = valueOf(static_cast<uint16_t>(bits + 1), semantics);
        if (!std::isfinite(low))
          continue;
        float middle = std::isinf(high) ? std::copysign(65520.0f, low) : low / 2 + high / 2;
        edges.insert(edges.end(), {low, middle, std::nextafter(middle, -INFINITY), std::nextafter(middle, INFINITY)});
      }
      edges.resize(alignTo(edges.size(), 8));
      check(edges);
    }
}

// Rounding to f32 first would make ties of what lies beside them.
TEST_P(Half, TruncatesDoublesOnce) {
  const fltSemantics &semantics = GetParam().semantics();
  std::vector<double> inputs = {0.0, -0.0, INFINITY, -INFINITY, 1e300, -1e300, 1e-300, -1e-300, 3.4028235677973366e38};
  for (uint32_t bits = 0; bits < 0xffff; ++bits) {
    double low = valueOf(static_cast<uint16_t>(bits), semantics),
           high = valueOf(static_cast<uint16_t>(bits + 1), semantics);
    if (!std::isfinite(low) || !std::isfinite(high))
      continue;
    double middle = (low + high) / 2;
    inputs.insert(inputs.end(), {low, middle, std::nextafter(middle, -INFINITY), std::nextafter(middle, INFINITY),
                                 std::nextafter(low, high), std::nextafter(high, low)});
  }
  inputs.resize(alignTo(inputs.size(), 4));
  for (const Level &level : runnableLevels())
    for (unsigned width : {0u, 4u}) {
      Compiled truncate(level, "arith.truncf", "f64", GetParam().type, width);
      std::vector<uint16_t> results(inputs.size(), 0xdead);
      truncate(inputs.data(), results.data(), inputs.size());
      for (size_t i = 0; i < inputs.size(); ++i)
        ASSERT_EQ(results[i], nearest(inputs[i], semantics)) << level.name.str() << ", " << inputs[i];
      double nan[4] = {NAN, -NAN, NAN, NAN};
      truncate(nan, results.data(), 4);
      EXPECT_TRUE(std::isnan(valueOf(results[0], semantics)) && std::isnan(valueOf(results[1], semantics)));
    }
}

INSTANTIATE_TEST_SUITE_P(Types, Half,
                         testing::Values(HalfCase{"f16", APFloat::IEEEhalf}, HalfCase{"bf16", APFloat::BFloat}),
                         [](const auto &info) { return std::string(info.param.type); });

TEST(ExpandMath, ComputesHalvesInF32) {
  for (const Level &level : runnableLevels())
    for (const HalfCase &half : {HalfCase{"f16", APFloat::IEEEhalf}, HalfCase{"bf16", APFloat::BFloat}}) {
      Compiled function(level, "math.exp", half.type, half.type, 8);
      uint16_t inputs[8], results[8];
      for (int i = 0; i < 8; ++i)
        inputs[i] = nearest(static_cast<float>(i - 4), half.semantics());
      function(inputs, results, 8);
      for (int i = 0; i < 8; ++i)
        EXPECT_EQ(results[i], nearest(std::exp(static_cast<float>(i - 4)), half.semantics()));
    }
}

TEST(ExpandMath, DoesArithmeticOnHalvesInF32) {
  for (const Level &level : runnableLevels())
    for (const HalfCase &half : {HalfCase{"f16", APFloat::IEEEhalf}, HalfCase{"bf16", APFloat::BFloat}}) {
      std::string type = std::string("vector<8x") + half.type + ">";
      Compiled square(level, "arith.negf %x : " + type + "\n %y = arith.mulf %x, %s : " + type, half.type, half.type, 8,
                      Compiled::Statements);
      Compiled larger(level, "arith.negf %x : " + type + "\n %y = arith.maximumf %x, %s : " + type, half.type,
                      half.type, 8, Compiled::Statements);
      Compiled integer(level, "arith.fptosi", half.type, "i32", 8), real(level, "arith.sitofp", "i32", half.type, 8);
      uint16_t inputs[8], squares[8], sizes[8], back[8];
      int32_t integers[8];
      for (int i = 0; i < 8; ++i)
        inputs[i] = nearest(1.2345f * static_cast<float>(i - 4), half.semantics());
      square(inputs, squares, 8);
      larger(inputs, sizes, 8);
      integer(inputs, integers, 8);
      real(integers, back, 8);
      for (int i = 0; i < 8; ++i) {
        float input = valueOf(inputs[i], half.semantics());
        EXPECT_EQ(squares[i] & 0x7fff, nearest(input * input, half.semantics())) << half.type;
        EXPECT_EQ(sizes[i] & 0x7fff, inputs[i] & 0x7fff) << half.type;
        EXPECT_EQ(integers[i], static_cast<int32_t>(input)) << half.type;
        EXPECT_EQ(back[i], nearest(static_cast<float>(integers[i]), half.semantics())) << half.type;
      }
    }
}

TEST(ExpandMath, TakesTheLargerAndTheSmallerAndKeepsNan) {
  const float nan = NAN;
  std::vector<float> pairs;
  for (float a : {-1.0f, 0.0f, 2.0f, nan, INFINITY, -INFINITY})
    for (float b : {-1.0f, 0.0f, 2.0f, nan, INFINITY, -INFINITY})
      pairs.insert(pairs.end(), {a, b});
  for (const Level &level : runnableLevels())
    for (bool maximum : {false, true}) {
      std::string op = maximum ? "arith.maximumf" : "arith.minimumf";
      // Each vector is a pair; its reverse is the other operand.
      Compiled function(
          level, "vector.shuffle %x, %x [1, 0] : vector<2xf32>, vector<2xf32>\n %y = " + op + " %x, %s : vector<2xf32>",
          "f32", "f32", 2, Compiled::Statements);
      // A constant as either operand.
      Compiled constant(level, "arith.constant dense<0.0> : vector<2xf32>\n %y = " + op + " %x, %s : vector<2xf32>",
                        "f32", "f32", 2, Compiled::Statements);
      std::vector<float> results(pairs.size()), bounded(pairs.size());
      function(pairs.data(), results.data(), pairs.size());
      constant(pairs.data(), bounded.data(), pairs.size());
      for (size_t i = 0; i < pairs.size(); ++i) {
        float a = pairs[i], b = pairs[i ^ 1];
        if (std::isnan(a) || std::isnan(b))
          EXPECT_TRUE(std::isnan(results[i])) << a << ", " << b;
        else
          EXPECT_EQ(results[i], maximum ? std::max(a, b) : std::min(a, b)) << op;
        if (std::isnan(a))
          EXPECT_TRUE(std::isnan(bounded[i]));
        else
          EXPECT_EQ(bounded[i], maximum ? std::max(a, 0.0f) : std::min(a, 0.0f)) << op;
      }
    }
}

} // namespace
