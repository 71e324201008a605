//===- ImageToArrayTest.cpp - a picture as the input of a network ---------===//

#include "tools/driver/data/ImageToArray.h"
#include "Faults.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::driver;

static Image image(int64_t width, int64_t height, int64_t channels, std::vector<uint8_t> samples) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.samples = std::move(samples);
  return image;
}

static Array fit(const Image &image, llvm::StringRef options, const InputType &type) {
  return test::value(
      imageToArray(image, options.empty() ? ReadOptions() : test::value(parseReadOptions(options)), type));
}

static std::vector<double> values(const Array &array) {
  std::vector<double> values;
  for (int64_t i = 0; i < array.elements(); ++i)
    values.push_back(array.at(i));
  return values;
}

static const Image twoPixels = image(2, 1, 3, {10, 20, 30, 40, 50, 60});

TEST(ImageToArrayTest, channelsComeFirstWhereTheShapeSaysSo) {
  EXPECT_EQ(values(fit(twoPixels, "scale=1", {Dtype::F32, {1, 3, 1, 2}})),
            (std::vector<double>{10, 40, 20, 50, 30, 60}));
}

TEST(ImageToArrayTest, channelsComeLastWhereTheShapeSaysSo) {
  Image twoRows = image(1, 2, 3, {10, 20, 30, 40, 50, 60});
  EXPECT_EQ(values(fit(twoRows, "scale=1", {Dtype::F32, {-1, 2, 1, 3}})),
            (std::vector<double>{10, 20, 30, 40, 50, 60}));
}

TEST(ImageToArrayTest, bgrExchangesRedAndBlue) {
  EXPECT_EQ(values(fit(twoPixels, "scale=1,bgr", {Dtype::F32, {1, 3, 1, 2}})),
            (std::vector<double>{30, 60, 20, 50, 10, 40}));
}

TEST(ImageToArrayTest, floatsAreFrom0To1AndIntegersFrom0To255) {
  EXPECT_EQ(values(fit(image(1, 1, 1, {255}), "", {Dtype::F32, {1, 1, 1, 1}})), std::vector<double>{1});
  EXPECT_EQ(values(fit(image(1, 1, 1, {255}), "", {Dtype::U8, {1, 1, 1, 1}})), std::vector<double>{255});
}

TEST(ImageToArrayTest, meanAndStdAreOneForAllOrOneEach) {
  EXPECT_EQ(values(fit(twoPixels, "scale=1,mean=10,20,30,std=10", {Dtype::F32, {1, 3, 1, 2}})),
            (std::vector<double>{0, 3, 0, 3, 0, 3}));
  test::Failure failure =
      test::failure(imageToArray(twoPixels, test::value(parseReadOptions("mean=1,2")), {Dtype::F32, {1, 3, 1, 2}}));
  EXPECT_EQ(failure.message, "mean has 2 values, but the picture has 3 channels");
}

TEST(ImageToArrayTest, colourBecomesGreyAndGreyColour) {
  EXPECT_EQ(values(fit(image(1, 1, 3, {100, 100, 100}), "scale=1", {Dtype::F32, {1, 1, 1, 1}})),
            std::vector<double>{100});
  EXPECT_EQ(values(fit(image(1, 1, 1, {7}), "scale=1", {Dtype::F32, {1, 3, 1, 1}})), (std::vector<double>{7, 7, 7}));
}

TEST(ImageToArrayTest, aFlatInputTakesThePixelsInOrder) {
  EXPECT_EQ(values(fit(image(2, 2, 1, {1, 2, 3, 4}), "scale=1", {Dtype::F32, {1, 4}})),
            (std::vector<double>{1, 2, 3, 4}));
}

TEST(ImageToArrayTest, invertExchangesBlackAndWhite) {
  EXPECT_EQ(values(fit(image(1, 1, 1, {255}), "invert", {Dtype::F32, {1, 1, 1, 1}})), std::vector<double>{0});
}

TEST(ImageToArrayTest, freeDimensionsTakeThePicturesSize) {
  EXPECT_EQ(fit(twoPixels, "", {Dtype::F32, {-1, 3, -1, -1}}).shape, (std::vector<int64_t>{1, 3, 1, 2}));
}

TEST(ImageToArrayTest, aPictureIsScaledToFit) {
  EXPECT_EQ(values(fit(image(4, 1, 1, {0, 0, 100, 100}), "scale=1", {Dtype::F32, {1, 1, 1, 2}})).size(), 2u);
  EXPECT_EQ(fit(twoPixels, "resize=5x4", {Dtype::F32, {1, 3, -1, -1}}).shape, (std::vector<int64_t>{1, 3, 4, 5}));
}

TEST(ImageToArrayTest, whatDoesNotFitIsAUsersMistake) {
  auto message = [](llvm::StringRef options, const InputType &type) {
    test::Failure failure = test::failure(
        imageToArray(twoPixels, options.empty() ? ReadOptions() : test::value(parseReadOptions(options)), type));
    EXPECT_EQ(failure.code, 2);
    return failure.message;
  };
  EXPECT_EQ(message("", {Dtype::F32, {1, 8, 4, 4}}),
            "a picture does not fit an input of f32[1,8,4,4]: it has 8 channels where a picture has 1 or 3");
  EXPECT_EQ(message("", {Dtype::F32, {2, 3, 4, 4}}),
            "a picture does not fit an input of f32[2,3,4,4]: it takes 2 pictures at once, and this is one");
  EXPECT_EQ(message("resize=8", {Dtype::F32, {1, 3, 4, 4}}),
            "a picture does not fit an input of f32[1,3,4,4]: resize says 8x8");
  EXPECT_EQ(message("", {Dtype::F32, {7}}), "a picture does not fit an input of f32[7]: the picture has 2x1x3 samples");
}

TEST(ResizeTest, aConstantStaysConstant) {
  Image resized = resizeImage(image(3, 5, 1, std::vector<uint8_t>(15, 42)), 7, 2);
  EXPECT_EQ(resized.samples, std::vector<uint8_t>(14, 42));
}

TEST(ResizeTest, shrinkingAveragesAndGrowingInterpolates) {
  // Half the size: each sample is the middle of a triangle over four.
  EXPECT_EQ(resizeImage(image(4, 1, 1, {0, 0, 80, 80}), 2, 1).samples, (std::vector<uint8_t>{11, 69}));
  EXPECT_EQ(resizeImage(image(2, 1, 1, {0, 80}), 4, 1).samples, (std::vector<uint8_t>{0, 20, 60, 80}));
}
