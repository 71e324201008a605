//===- DataSizesTest.cpp - bounds of sizes that depend on data ------------===//

#include "Evaluating.h"
#include "ir/DimBounds.h"

using namespace margay;
using namespace margay::nn;
using namespace margay::test;

static DimAttr dim(llvm::StringRef text) {
  return llvm::cast<DimAttr>(mlir::parseAttribute(("#nn.dim<" + text + ">").str(), context()));
}

/// N is a symbol, K at most N, L at most 2 * K.
static SymbolRanges ranges() {
  SymbolRanges ranges;
  for (llvm::StringRef symbol : {"<\"N\", 1, -1>", "<\"K\", 0, -1 data <N>>", "<\"L\", 0, -1 data <2 * K>>"})
    ranges.add(llvm::cast<SymbolAttr>(mlir::parseAttribute(("#nn.symbol" + symbol).str(), context())));
  return ranges;
}

static std::string upperBound(llvm::StringRef text) { return ranges().upperBound(dim(text)).str(); }

TEST(DataSizes, UpperBounds) {
  EXPECT_EQ(upperBound("N"), "N");
  EXPECT_EQ(upperBound("3 * K + 1"), dim("3 * N + 1").str());
  EXPECT_EQ(upperBound("K * L"), dim("2 * N * N").str());
  EXPECT_EQ(upperBound("5 + -1 * K"), "5");
  EXPECT_EQ(upperBound("N + -1 * K + L"), dim("3 * N").str());
  EXPECT_EQ(upperBound("min(K, 10)"), dim("min(N, 10)").str());
  EXPECT_EQ(upperBound("(K + 1) floordiv 2"), dim("(N + 1) floordiv 2").str());
  EXPECT_EQ(upperBound("N floordiv K"), "N");
  EXPECT_EQ(upperBound("K mod 4"), "4");
}

TEST(DataSizes, DependOnData) {
  EXPECT_TRUE(ranges().dependsOnData(dim("N + K")));
  EXPECT_FALSE(ranges().dependsOnData(dim("N + 1")));
  EXPECT_FALSE(ranges().dataBound("N"));
  EXPECT_EQ(ranges().dataBound("L"), dim("2 * K"));
}

TEST(DataSizes, WhatHoldsForAll) {
  // K is never more than N, however large that is.
  EXPECT_EQ(ranges().boundsOf(dim("N + -1 * K")).min, 0);
  EXPECT_EQ(ranges().isLess(dim("N"), dim("K")), false);
  EXPECT_EQ(ranges().isLess(dim("K"), dim("N + 1")), true);
  EXPECT_EQ(ranges().isLess(dim("K"), dim("N")), std::nullopt);
  EXPECT_EQ(ranges().boundsOf(dim("K")).min, 0);
  EXPECT_EQ(ranges().isLess(dim("N"), dim("min(5, N)")), false);
  EXPECT_EQ(ranges().isLess(dim("max(5, L)"), dim("L")), false);
  EXPECT_EQ(ranges().isLess(dim("min(5, N)"), dim("N")), std::nullopt);
}
