//===- ReadOptionsTest.cpp - "rgb,resize=224,mean=0.5,0.5,0.5" ------------===//

#include "Faults.h"
#include "tools/driver/data/ImageToArray.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::driver;

TEST(ReadOptionsTest, everything) {
  ReadOptions options =
      test::value(parseReadOptions("bgr,nhwc,resize=32x16,mean=1,2,3,std=0.5,scale=1/255,invert,index=7"));
  EXPECT_EQ(options.channels, ReadOptions::Channels::Bgr);
  EXPECT_EQ(options.layout, ReadOptions::Layout::Nhwc);
  EXPECT_EQ(options.resize, (std::pair<int64_t, int64_t>(32, 16)));
  EXPECT_EQ(options.mean, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(options.std, std::vector<double>{0.5});
  EXPECT_DOUBLE_EQ(*options.scale, 1.0 / 255);
  EXPECT_TRUE(options.invert);
  EXPECT_EQ(options.index, 7);
}

TEST(ReadOptionsTest, mistakesAreNamed) {
  auto message = [](llvm::StringRef text) {
    test::Failure failure = test::failure(parseReadOptions(text));
    EXPECT_EQ(failure.code, 2);
    return failure.message;
  };
  EXPECT_EQ(message("rbg"), "unknown input option 'rbg'; there are rgb, bgr, grey, nchw, nhwc, invert, resize=, "
                            "index=, scale=, mean= and std=");
  EXPECT_EQ(message("size=3"), "unknown input option 'size'; there are resize, index, scale, mean and std");
  EXPECT_EQ(message("resize=big"), "resize needs a size such as 224 or 320x240, not 'big'");
  EXPECT_EQ(message("mean=x"), "mean needs a number, not 'x'");
  EXPECT_EQ(message("std=1,0,1"), "std must not be 0: it is divided by");
  EXPECT_EQ(message("index=-1"), "index needs a whole number from 0, not '-1'");
  EXPECT_EQ(message("rgb,3"), "unknown input option '3'; there are rgb, bgr, grey, nchw, nhwc, invert, resize=, "
                              "index=, scale=, mean= and std=");
}
