//===- ChooseWinogradTest.cpp - tiles are taken where they pay and are exact enough ===//

#include "codegen/plans/ChooseWinograd.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::codegen;

namespace {

class ChooseWinogradTest : public testing::Test {
protected:
  ChooseWinogradTest() { context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>(); }

  /// The tile for a 3×3 filter over an image of `size`² pixels; the filter repeats the nine numbers `taps`.
  std::optional<WinogradTile> choose(int64_t size, int64_t channels, int64_t outputs, llvm::StringRef taps,
                                     llvm::StringRef otherParams = "") {
    auto number = [](int64_t value) { return std::to_string(value); };
    std::string image = "tensor<1x" + number(size) + "x" + number(size) + "x",
                filter = "tensor<3x3x" + number(channels) + "x" + number(outputs) + "xf32>";
    std::string text = otherParams.str() + "func.func @main(%x: " + image + number(channels) + "xf32>) -> " + image +
                       number(outputs) + "xf32> {\n%k = nn.constant dense<" + taps.str() +
                       "> : tensor<3x3x1x1xf32>\n%w = nn.broadcast %k : tensor<3x3x1x1xf32> to " + filter +
                       "\n%y = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = "
                       "array<i64: 1, 1, 1, 1>} : " +
                       image + number(channels) + "xf32>, " + filter + " -> " + image + number(outputs) +
                       "xf32>\nreturn %y : " + image + number(outputs) + "xf32>\n}";
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module)
      return std::nullopt;
    nn::ConvOp conv;
    module->walk([&](nn::ConvOp op) { conv = op; });
    considered.clear();
    return chooseWinograd(conv, conv.getFilter(), directTime(convSizes(conv)), considered);
  }

  static constexpr llvm::StringLiteral uneven =
      "[[[[1.0]], [[-0.5]], [[0.25]]], [[[0.5]], [[-1.0]], [[0.75]]], [[[-0.25]], [[0.5]], [[-0.75]]]]";

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::SmallVector<Estimate> considered;
};

TEST_F(ChooseWinogradTest, LargeTilesWhereThereAreMany) {
  std::optional<WinogradTile> tile = choose(28, 64, 64, uneven);
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->height.outputs, 4);
  EXPECT_EQ(tile->width.outputs, 4);
  ASSERT_EQ(considered.size(), 1u);
  EXPECT_EQ(considered[0].plan, "winograd 4×4");
}

TEST_F(ChooseWinogradTest, FewerWeightsWhereTheyWouldComeFromMemory) {
  // Of 4×4 results there would be 38 MB, of 2×4 25 MB.
  std::optional<WinogradTile> tile = choose(7, 512, 512, uneven);
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->height.outputs, 2);
  EXPECT_EQ(tile->width.outputs, 2);
}

TEST_F(ChooseWinogradTest, FewerWeightsWhereTheModelIsLarge) {
  // Alone, 9 MB stay in the last cache from one call to the next.
  EXPECT_EQ(choose(14, 256, 256, uneven)->width.outputs, 4);
  EXPECT_FALSE(choose(14, 256, 256, uneven)->fromMemory);
  std::optional<WinogradTile> tile =
      choose(14, 256, 256, uneven, "nn.param @other : tensor<8388608xf32> = dense<1.0> : tensor<8388608xf32>\n");
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->height.outputs * tile->width.outputs, 8);
  EXPECT_TRUE(tile->fromMemory);
}

TEST_F(ChooseWinogradTest, NoneForOneChannel) { EXPECT_FALSE(choose(28, 1, 16, uneven)); }

TEST_F(ChooseWinogradTest, SmallerTilesWhereSumsAreLong) {
  // The table's error grows with the number of channels: beyond the budget for large tiles.
  std::optional<WinogradTile> tile = choose(28, 4096, 16, uneven);
  EXPECT_FALSE(considered[0].isExact);
  ASSERT_TRUE(tile);
  EXPECT_LT(tile->height.outputs * tile->width.outputs, 16);
}

TEST_F(ChooseWinogradTest, SmallerTilesForFiltersThatAmplify) {
  // 1024 channels of independent weights keep to the budget (7.2e-6). Corners alone are the most that points make of a
  // filter: 1.7 times as much.
  ASSERT_TRUE(choose(28, 1024, 16, uneven));
  EXPECT_EQ(choose(28, 1024, 16, uneven)->height.outputs, 4);
  std::optional<WinogradTile> tile =
      choose(28, 1024, 16, "[[[[1.0]], [[0.0]], [[1.0]]], [[[0.0]], [[0.0]], [[0.0]]], [[[1.0]], [[0.0]], [[1.0]]]]");
  ASSERT_TRUE(tile);
  EXPECT_LT(tile->height.outputs * tile->width.outputs, 16);
}

TEST_F(ChooseWinogradTest, NoneForFiltersWithoutAnErrorBound) {
  EXPECT_FALSE(choose(28, 64, 64, "0.0"));
  EXPECT_FALSE(choose(28, 64, 64, "0x7F800000"));
}

} // namespace
