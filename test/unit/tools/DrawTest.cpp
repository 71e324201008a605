//===- DrawTest.cpp - pictures, bars and classes, in characters -----------===//

#include "tools/margay/Draw.h"
#include "tools/margay/Results.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::cli;
using driver::Array;
using driver::Dtype;

/// A picture of 8x8 with a diagonal.
static Array diagonal(std::vector<int64_t> shape) {
  Array array = Array::zeros(Dtype::F32, std::move(shape));
  for (int64_t i = 0; i < 8; ++i)
    array.set(i * 9, 1);
  return array;
}

static Array of(std::vector<double> values) {
  Array array = Array::zeros(Dtype::F32, {1, static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i)
    array.set(i, values[i]);
  return array;
}

TEST(DrawTest, twoRowsOfPixelsMakeALine) {
  auto picture = drawImage(diagonal({1, 1, 8, 8}), {.unicode = true});
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->width, 8u);
  EXPECT_EQ(picture->lines, (std::vector<std::string>{"▀▄      ", "  ▀▄    ", "    ▀▄  ", "      ▀▄"}));
}

TEST(DrawTest, withoutUnicodeInShades) {
  auto picture = drawImage(diagonal({8, 8}), {});
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->lines[0], "++      ");
}

TEST(DrawTest, onlySmallPicturesOfOneChannelAreDrawn) {
  EXPECT_TRUE(drawImage(diagonal({1, 8, 8, 1}), {}));
  EXPECT_FALSE(drawImage(Array::zeros(Dtype::F32, {1, 3, 8, 8}), {}));
  EXPECT_FALSE(drawImage(Array::zeros(Dtype::F32, {1, 1, 224, 224}), {}));
  EXPECT_FALSE(drawImage(Array::zeros(Dtype::F32, {1, 1, 8, 8}), {})) << "all pixels are equal";
  EXPECT_FALSE(drawImage(of({1, 2, 3}), {}));
}

TEST(DrawTest, barsAreAsLongAsTheirFraction) {
  EXPECT_EQ(bar(0.5, 4, {}), "##");
  EXPECT_EQ(bar(1.5, 4, {}), "####");
  EXPECT_EQ(bar(0.53, 4, {.unicode = true}), "██▏");
}

TEST(ResultsTest, probabilitiesStayAsTheyAre) {
  EXPECT_EQ(classProbabilities(of({0.25, 0.75}), false), (std::vector<double>{0.25, 0.75}));
}

TEST(ResultsTest, logitsOfAPictureGoThroughSoftmax) {
  std::vector<double> probabilities = classProbabilities(of({1, 1, 1, 1}), true);
  EXPECT_EQ(probabilities, (std::vector<double>{0.25, 0.25, 0.25, 0.25}));
  EXPECT_TRUE(classProbabilities(of({5, 1}), false).empty()) << "without a picture, scores are only numbers";
}

TEST(ResultsTest, aDigitIsDrawnBesideItsClasses) {
  std::vector<std::string> lines = describeRun({{"image", diagonal({1, 1, 8, 8})}}, {{"digit", of({0, 0, 8})}}, {});
  EXPECT_EQ(lines[0], "image  f32[1,1,8,8]");
  EXPECT_EQ(lines[1], "++         digit  f32[1,3]");
  EXPECT_EQ(lines[4], "      ++   > 2  99.93 %  ########################");
}

TEST(ResultsTest, ofManyClassesTheBestAreShown) {
  std::vector<double> scores(1000);
  scores[417] = 20;
  std::vector<std::string> lines =
      describeRun({{"image", Array::zeros(Dtype::F32, {1, 3, 32, 32})}}, {{"class", of(scores)}}, {});
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_TRUE(llvm::StringRef(lines[2]).starts_with("> 417 100.00 %")) << lines[2];
}

TEST(ResultsTest, otherOutputsAreValuesOrStatistics) {
  EXPECT_EQ(describeRun({}, {{"y", of({3, -1})}}, {})[1], "  3 -1");
  EXPECT_EQ(describeRun({}, {{"y", of(std::vector<double>(100, 2.5))}}, {})[1], "  min 2.5  mean 2.5  max 2.5");
}
