//===- ArenaBoundTest.cpp - an arena for every allowed shape --------------===//

#include "codegen/emit/ArenaBound.h"
#include "test/unit/codegen/entry/Fixture.h"

using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

/// Whether the range of `dim`, with A in -7..9 and B in 1..5, holds all its values there, and (if it should) no more.
static testing::AssertionResult holdsAllValues(DimAttr dim, bool exact) {
  auto rangeOf = [](llvm::StringRef name) { return name == "A" ? DimRange{-7, 9} : DimRange{1, 5}; };
  std::optional<DimRange> range = rangeOfDim(dim, rangeOf);
  if (!range)
    return testing::AssertionFailure() << dim.str() << " has no range";
  int64_t least = INT64_MAX, most = INT64_MIN;
  for (int64_t a = -7; a <= 9; ++a)
    for (int64_t b = 1; b <= 5; ++b) {
      int64_t value = *nn::evaluate(dim, [&](llvm::StringRef name) { return name == "A" ? a : b; });
      least = std::min(least, value);
      most = std::max(most, value);
    }
  bool fits = exact ? range->min == least && range->max == most : range->min <= least && range->max >= most;
  if (fits)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << dim.str() << " is in " << least << ".." << most << ", not " << range->min
                                     << ".." << range->max;
}

TEST(DimRange, IsExactWhereSymbolsPullOneWay) {
  DimAttr a = symbol("A"), b = symbol("B");
  for (DimAttr dim : {constant(7), a, a + b, a - b, b * -3 + 2, b * b * 4, a * b, roundUp(b * 100), nn::floorDiv(a, 4),
                      nn::floorDiv(a, b), nn::min(a, b * 2), nn::max(a, b), nn::mod(b + 16, 16)})
    EXPECT_TRUE(holdsAllValues(dim, /*exact=*/true));
}

TEST(DimRange, IsNeverTooNarrow) {
  DimAttr a = symbol("A"), b = symbol("B");
  for (DimAttr dim : {nn::mod(a, 4), nn::mod(a, b), a * a - a * b, nn::max(a - b, b - a), nn::floorDiv(a - b * b, b)})
    EXPECT_TRUE(holdsAllValues(dim, /*exact=*/false));
}

TEST(DimRange, SaysWhatItCannotKnow) {
  auto known = [](llvm::StringRef) -> std::optional<DimRange> { return DimRange{0, INT64_MAX / 2}; };
  auto unknown = [](llvm::StringRef) -> std::optional<DimRange> { return std::nullopt; };
  DimAttr a = symbol("A"), b = symbol("B");
  EXPECT_FALSE(rangeOfDim(a + 1, unknown));
  EXPECT_FALSE(rangeOfDim(a * b, known));              // may overflow
  EXPECT_FALSE(rangeOfDim(nn::floorDiv(a, b), known)); // may divide by 0
  EXPECT_TRUE(rangeOfDim(constant(3), unknown));
}

TEST(MaxArenaBytes, AddsBothPartsAtTheGreatestAllowedSymbols) {
  Interface interface{.name = "net", .version = "1"};
  interface.symbols = {{.name = "N", .min = 1, .max = 30, .multiple = 4}, {.name = "T", .min = 1, .max = 10}};
  DimAttr n = symbol("N"), t = symbol("T");
  EXPECT_EQ(maxArenaBytes(interface, roundUp(n * 100), constant(0)), 2816u); // 28 * 100
  EXPECT_EQ(maxArenaBytes(interface, n * t * 64, constant(128)), 28u * 10 * 64 + 128);
  EXPECT_EQ(maxArenaBytes(interface, constant(640) - t * 64, constant(64)), 640u); // at T = 1
  EXPECT_EQ(maxArenaBytes(interface, constant(0), constant(0)), 64u);
  EXPECT_EQ(maxArenaBytes(interface, n * INT64_MAX, constant(0)), std::nullopt);
  interface.symbols[1].max = std::nullopt;
  EXPECT_EQ(maxArenaBytes(interface, n * 64, constant(0)), std::nullopt);
}
