//===- CompareTest.cpp - are two results the same within a tolerance ------===//

#include "tools/driver/Compare.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace margay::driver;

static Array of(Dtype dtype, std::vector<double> values) {
  Array array = Array::zeros(dtype, {1, static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i)
    array.set(i, values[i]);
  return array;
}

static Comparison floats(std::vector<double> actual, std::vector<double> expected, Tolerance tolerance = {}) {
  return compare(of(Dtype::F32, std::move(actual)), of(Dtype::F32, std::move(expected)), tolerance);
}

TEST(CompareTest, theToleranceIsAbsolutePlusRelative) {
  EXPECT_TRUE(floats({100.09}, {100}).same);
  EXPECT_FALSE(floats({100.2}, {100}).same);
  EXPECT_TRUE(floats({0.00009}, {0}).same);
  EXPECT_FALSE(floats({0.0002}, {0}).same);
  EXPECT_TRUE(floats({101}, {100}, {0, 1}).same);
}

TEST(CompareTest, theWorstElementIsNamed) {
  Comparison result = floats({1, 5, 2}, {1, 2, 3});
  EXPECT_EQ(result.why, "[0,1] is 5, expected 2");
  EXPECT_EQ(result.maxAbsolute, 3);
  EXPECT_EQ(result.maxRelative, 1.5);
}

TEST(CompareTest, integersMustBeEqual) {
  EXPECT_FALSE(compare(of(Dtype::I32, {1000001}), of(Dtype::I32, {1000000}), {}).same);
  // Beyond the precision of a double.
  Array a = Array::zeros(Dtype::I64, {1}), b = a;
  a.bytes = {1, 0, 0, 0, 0, 0, 0x40, 0};
  b.bytes = {2, 0, 0, 0, 0, 0, 0x40, 0};
  EXPECT_FALSE(compare(a, b, {}).same);
}

TEST(CompareTest, notANumberIsTheSameAsItselfOnly) {
  EXPECT_TRUE(floats({NAN, INFINITY}, {NAN, INFINITY}).same);
  EXPECT_EQ(floats({NAN}, {1}).why, "[0,0] is nan, expected 1");
  EXPECT_FALSE(floats({INFINITY}, {-INFINITY}).same);
  EXPECT_FALSE(floats({3e38}, {INFINITY}).same);
}

TEST(CompareTest, typesAndShapesAreCompared) {
  EXPECT_EQ(compare(of(Dtype::F32, {1}), of(Dtype::F64, {1}), {}).why, "is f32[1,1], expected f64[1,1]");
  EXPECT_EQ(floats({1, 2}, {1}).why, "is f32[1,2], expected f32[1,1]");
}

TEST(CompareTest, normWiseASmallElementMayBeFarOff) {
  Array expected = of(Dtype::F32, {1000, 0.001}), actual = of(Dtype::F32, {1000, 0.05});
  Comparison result = compare(actual, expected, {.rtol = 0, .atol = 0, .norm = 1e-4});
  EXPECT_TRUE(result.same) << result.why;
  EXPECT_NEAR(result.norm, 4.9e-5, 1e-6);
  EXPECT_EQ(compare(actual, expected, {.norm = 1e-5}).why,
            "the greatest difference is 0.049000001, the greatest expected value is 1000");
  EXPECT_FALSE(compare(of(Dtype::F32, {0.5}), of(Dtype::F32, {0}), {.norm = 0.1}).same);
  EXPECT_FALSE(compare(of(Dtype::F32, {NAN}), of(Dtype::F32, {0}), {.norm = 0.1}).same);
}
