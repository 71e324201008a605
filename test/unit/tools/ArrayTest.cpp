//===- ArrayTest.cpp - the values of one tensor ---------------------------===//

#include "tools/driver/data/Array.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace margay::driver;

static Array of(Dtype dtype, std::vector<double> values) {
  Array array = Array::zeros(dtype, {static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i)
    array.set(i, values[i]);
  return array;
}

TEST(ArrayTest, everyTypeHoldsItsValues) {
  for (Dtype dtype : {Dtype::F32, Dtype::F64, Dtype::F16, Dtype::BF16, Dtype::I8, Dtype::I16, Dtype::I32, Dtype::I64}) {
    Array array = of(dtype, {-3, 0, 100});
    EXPECT_EQ(array.bytes.size(), 3 * dtypeBytes(dtype));
    EXPECT_EQ(array.at(0), -3) << dtypeName(dtype).str();
    EXPECT_EQ(array.at(2), 100) << dtypeName(dtype).str();
  }
}

TEST(ArrayTest, elementsBeginWithACacheLine) {
  for (int64_t size : {1, 3, 100, 5000, 100000})
    EXPECT_EQ(reinterpret_cast<uintptr_t>(Array::zeros(Dtype::F32, {size}).bytes.data()) % 64, 0u) << size;
}

TEST(ArrayTest, halvesAreRoundedToNearestEven) {
  EXPECT_EQ(of(Dtype::F16, {1 + 1.0 / 2048}).at(0), 1);
  EXPECT_EQ(of(Dtype::F16, {1 + 3.0 / 2048}).at(0), 1 + 2.0 / 1024);
  EXPECT_EQ(of(Dtype::BF16, {1 + 1.0 / 256}).at(0), 1);
  EXPECT_TRUE(std::isinf(of(Dtype::F16, {70000}).at(0)));
  EXPECT_TRUE(std::isnan(of(Dtype::BF16, {NAN}).at(0)));
}

TEST(ArrayTest, integersAreRoundedAndSaturate) {
  EXPECT_EQ(of(Dtype::U8, {300, -5, 2.6}).bytes, (decltype(Array::bytes){255, 0, 3}));
  EXPECT_EQ(of(Dtype::I8, {-200, NAN}).at(0), -128);
  EXPECT_EQ(of(Dtype::I8, {-200, NAN}).at(1), 0);
  EXPECT_EQ(of(Dtype::Bool, {0, -2}).bytes, (decltype(Array::bytes){0, 1}));
}

TEST(ArrayTest, shapesAreCountedWithoutOverflow) {
  EXPECT_EQ(countElements({}), 1);
  EXPECT_EQ(countElements({2, 0, 3}), 0);
  EXPECT_EQ(countElements({-1, 3}), -1);
  EXPECT_EQ(countElements({int64_t(1) << 40, int64_t(1) << 40}), -1);
}

TEST(ArrayTest, typesAreWrittenAsInTheHeader) { EXPECT_EQ(typeText(Dtype::BF16, {1, 28, 28}), "bf16[1,28,28]"); }

TEST(ArrayTest, onlyNumbersOfKnownTypesAreTypes) {
  EXPECT_EQ(dtypeFromNumber(1), Dtype::F32);
  EXPECT_EQ(dtypeFromNumber(16), Dtype::BF16);
  for (int32_t number : {-1, 0, 8, 14, 15, 17, 99})
    EXPECT_EQ(dtypeFromNumber(number), std::nullopt) << number;
}
