//===- WinogradTest.cpp - blocks and register tiles of Winograd convolutions ===//

#include "codegen/plans/Winograd.h"
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

} // namespace
