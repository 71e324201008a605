//===- TileShapeTest.cpp - what shapes of register tiles are chosen --------===//

#include "codegen/plans/TileShape.h"
#include "gtest/gtest.h"

using namespace margay::codegen;

namespace {

TileShape shapeOf(unsigned level, TileUse use) {
  const Level &at = x86Levels()[level - 2];
  return tileShape(at, at.lanes(sizeof(float)), use);
}

void expect(TileShape shape, int64_t rows, int64_t panels) {
  EXPECT_EQ(shape.rows, rows);
  EXPECT_EQ(shape.panels, panels);
}

TEST(TileShape, IsSquareWhereThereAreManyPanels) {
  expect(shapeOf(4, {.rows = 12, .columns = 768}), 6, 4);
  expect(shapeOf(4, {.rows = 10, .columns = 64}), 5, 4);
}

TEST(TileShape, IsLongWhereThereAreFewPanels) {
  expect(shapeOf(4, {.rows = 12, .columns = 30}), 12, 2);
  expect(shapeOf(4, {.rows = 12, .columns = 16}), 12, 1);
}

TEST(TileShape, DividesPanels) { expect(shapeOf(4, {.rows = 12, .columns = 96}), 6, 3); }

TEST(TileShape, EndsWithAUnit) {
  expect(shapeOf(4, {.rows = 12, .columns = 96, .unitColumns = 128}), 12, 2);
  expect(shapeOf(4, {.rows = 12, .columns = 112, .unitColumns = 128}), 6, 4);
}

TEST(TileShape, MultipliesEnoughWithPanelsFromTheSecondLevelCache) {
  expect(shapeOf(4, {.rows = 7, .columns = 512, .panelBytes = int64_t{9} * 512 * 64}), 7, 3);
  expect(shapeOf(4, {.rows = 8, .columns = 768, .panelBytes = int64_t{768} * 64}), 8, 3);
  expect(shapeOf(4, {.rows = 12, .columns = 768, .panelBytes = int64_t{768} * 64}), 6, 4);
}

TEST(TileShape, GroupsAreCutForTheRegisters) {
  const Level &v4 = x86Levels()[2];
  TileUse use{.rows = 12, .columns = 2048, .unitColumns = 128, .panelBytes = int64_t{512} * 64};
  // Four tiles of 13 or 12 rows and two panels, rather than ten of 5 and four: panels are read less often.
  EXPECT_EQ(groupRows(v4, 16, 49, use), 13);
  use.rows = 13;
  expect(tileShape(v4, 16, use), 13, 2);
  EXPECT_EQ(groupRows(v4, 16, 48, use), 12);
  EXPECT_EQ(groupRows(v4, 16, 64, use), 12);
}

TEST(TileShape, SaysWhatWasConsidered) {
  const Level &v4 = x86Levels()[2], &v3 = x86Levels()[1];
  llvm::SmallVector<TileEstimate> considered;
  TileShape chosen = tileShape(v4, 16, {.rows = 12, .columns = 768}, &considered);
  ASSERT_EQ(considered.size(), 2u);
  expect(considered[0].shape, 12, 2);
  expect(considered[1].shape, chosen.rows, chosen.panels);
  EXPECT_LT(considered[1].time, considered[0].time);
  considered.clear();
  tileShape(v3, 8, {.rows = 12, .columns = 768}, &considered);
  EXPECT_EQ(considered.size(), 1u);
}

TEST(TileShape, HasAllRowsWherePanelsAreToBeReadOnce) {
  expect(shapeOf(4, {.rows = 8, .columns = 768, .unitColumns = 128, .readsOnce = true}), 8, 2);
  expect(shapeOf(4, {.rows = 8, .columns = 768, .unitColumns = 128}), 4, 4);
}

TEST(TileShape, FillsSixteenRegisters) {
  expect(shapeOf(3, {.rows = 12, .columns = 768}), 6, 1);
  expect(shapeOf(3, {.rows = 3, .columns = 768}), 3, 2);
  expect(shapeOf(3, {.rows = 1, .columns = 768}), 1, 4);
  expect(shapeOf(2, {.rows = 12, .columns = 768}), 2, 1);
}

} // namespace
