//===- WinogradTest.cpp - blocks and register tiles of Winograd convolutions ===//

#include "codegen/plans/Winograd.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace margay::codegen;

namespace {

WinogradRegisters registersOf(unsigned level, int64_t tiles, int64_t outputs) {
  WinogradTiling tiling;
  tiling.rowsTogether = 1;
  tiling.columnBlocks = evenSplit(tiles, tiles);
  tiling.outputs = outputs;
  return winogradRegisters(tiling, x86Levels()[level - 2]);
}

TEST(WinogradTest, TilesAreSquareWhereARegisterHoldsAPanel) {
  EXPECT_EQ(registersOf(4, 28, 64).rows, 6);
  EXPECT_EQ(registersOf(4, 28, 64).panels, 4);
  EXPECT_EQ(registersOf(4, 28, 96).rows, 8);
  EXPECT_EQ(registersOf(4, 28, 96).panels, 3);
  EXPECT_EQ(registersOf(4, 28, 32).rows, 12);
  EXPECT_EQ(registersOf(4, 28, 32).panels, 2);
}

TEST(WinogradTest, TilesFillSixteenRegisters) {
  EXPECT_EQ(registersOf(3, 28, 64).rows, 6);
  EXPECT_EQ(registersOf(3, 28, 64).panels, 1);
  EXPECT_EQ(registersOf(3, 2, 64).panels, 2);
}

TEST(WinogradTest, ImagesAreFetchedWhereMultiplyAddsAreFasterThanMemory) {
  EXPECT_TRUE(registersOf(4, 28, 64).fetchesImages);
  EXPECT_FALSE(registersOf(3, 28, 64).fetchesImages);
}

TEST(WinogradTest, WeightsAreFetchedAPointAhead) {
  WinogradTiling tiling;
  tiling.rowsTogether = 1;
  tiling.columnBlocks = evenSplit(49, 49);
  tiling.outputs = tiling.channels = 512;
  EXPECT_EQ(winogradRegisters(tiling, x86Levels()[2]).ahead, 512);
  tiling.channels = 64;
  EXPECT_EQ(winogradRegisters(tiling, x86Levels()[2]).ahead, 256);
}

TEST(WinogradTest, FewTilesReadManyWeightsOnce) {
  auto registersOf = [](int64_t tiles, int64_t channels, const Level &level) {
    WinogradTiling tiling;
    tiling.height = tiling.width = {2, 3};
    tiling.rowsTogether = 1;
    tiling.columnBlocks = evenSplit(tiles, tiles);
    tiling.outputs = tiling.channels = channels;
    return winogradRegisters(tiling, level);
  };
  EXPECT_TRUE(registersOf(16, 512, x86Levels()[2]).readsOnce);
  EXPECT_GE(registersOf(28, 512, x86Levels()[2]).rows, 28);
  EXPECT_EQ(registersOf(28, 512, x86Levels()[2]).panels, 1);
  EXPECT_FALSE(registersOf(29, 512, x86Levels()[2]).readsOnce);
  EXPECT_FALSE(registersOf(16, 64, x86Levels()[2]).readsOnce); // 256 KB stay in the second-level cache.
  EXPECT_FALSE(registersOf(16, 512, x86Levels()[1]).readsOnce);
}

/// The tiling of a 3×3 convolution in tiles of 4×4 that has as many input channels as output channels.
WinogradTiling tilingOf(int64_t size, int64_t channels, const Level *level) {
  mlir::MLIRContext context;
  context.loadDialect<margay::nn::NNDialect, mlir::func::FuncDialect>();
  auto number = [](int64_t value) { return std::to_string(value); };
  std::string image = "tensor<1x" + number(size) + "x" + number(size) + "x" + number(channels) + "xf32>",
              filter = "tensor<3x3x" + number(channels) + "x" + number(channels) + "xf32>";
  std::string text = "func.func @main(%x: " + image + ", %w: " + filter + ") -> " + image +
                     " {\n%k = nn.kernel \"k\" (%a = %x : " + image + ", %b = %w : " + filter + ") -> " + image +
                     " plan #nn.plan<\"winograd\", {tile_h = 4 : i64, tile_w = 4 : i64}> {\n%y = nn.conv %a, %b "
                     "{strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : " +
                     image + ", " + filter + " -> " + image + "\nnn.yield %y : " + image + "\n}\nreturn %k : " + image +
                     "\n}";
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  WinogradTiling tiling;
  if (module)
    module->walk(
        [&](margay::nn::KernelOp kernel) { tiling = level ? winogradTiling(kernel, *level) : winogradTiling(kernel); });
  return tiling;
}

TEST(WinogradTest, WeightsBeyondTheSecondCacheAreReadOnce) {
  EXPECT_EQ(tilingOf(28, 128, nullptr).blocks(), 1);
  // These would not fit beside their inputs; those are read again from the second-level cache.
  EXPECT_GT(tilingOf(32, 128, nullptr).blocks(), 1);
  EXPECT_GT(tilingOf(28, 64, nullptr).blocks(), 1);
}

TEST(WinogradTest, SmallCachesTakeFewerTilesTogether) {
  EXPECT_EQ(tilingOf(28, 128, &x86Levels()[2]).tilesTogether(), 49);
  EXPECT_EQ(tilingOf(28, 128, &x86Levels()[1]).tilesTogether(), 28);
}

} // namespace
