//===- WinogradAxisTest.cpp - tiles compute what filters do ---------------===//

#include "codegen/plans/WinogradAxis.h"
#include <gtest/gtest.h>

using namespace margay::codegen;

namespace {

double dot(llvm::ArrayRef<double> a, llvm::ArrayRef<double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += a[i] * b[i];
  return sum;
}

/// A^T [ (G g) ⊙ (B^T d) ] beside the filter itself, on numbers without a pattern.
void expectFilter(const WinogradAxis &axis) {
  llvm::SmallVector<double> taps, values, products;
  for (int64_t i = 0; i < axis.kernel; ++i)
    taps.push_back(static_cast<double>((7 * i + 3) % 11) - 4.5);
  for (int64_t i = 0; i < axis.points(); ++i)
    values.push_back(static_cast<double>((5 * i + 2) % 13) - 6.25);
  for (int64_t point = 0; point < axis.points(); ++point)
    products.push_back(dot(axis.filterRow(point), taps) * dot(axis.inputRow(point), values));
  for (int64_t output = 0; output < axis.outputs; ++output) {
    double expected = dot(taps, llvm::ArrayRef(values).slice(output, axis.kernel));
    EXPECT_NEAR(dot(axis.outputRow(output), products), expected, 1e-12) << output;
  }
}

TEST(WinogradAxisTest, TilesComputeWhatFiltersDo) {
  for (int64_t kernel : {1, 3, 5})
    for (const WinogradAxis &axis : winogradAxes(kernel)) {
      SCOPED_TRACE(testing::Message() << "F(" << axis.outputs << ", " << axis.kernel << ")");
      expectFilter(axis);
    }
}

TEST(WinogradAxisTest, LargestTilesComeFirst) {
  ASSERT_EQ(winogradAxes(3).size(), 2u);
  EXPECT_EQ(winogradAxes(3)[0].outputs, 4);
  EXPECT_EQ(winogradAxes(3)[1].outputs, 2);
}

TEST(WinogradAxisTest, OtherFiltersHaveNoTiles) {
  EXPECT_TRUE(winogradAxes(2).empty());
  EXPECT_TRUE(winogradAxes(7).empty());
}

TEST(WinogradAxisTest, PolynomialsHaveTheirRoots) {
  // (y - 2)(y + 3) = y² + y - 6
  EXPECT_EQ(polynomialOf({2.0, -3.0}), (llvm::SmallVector<double>{-6, 1, 1}));
  EXPECT_EQ(polynomialOf({}), (llvm::SmallVector<double>{1}));
}

} // namespace
