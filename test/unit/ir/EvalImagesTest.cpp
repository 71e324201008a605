//===- EvalImagesTest.cpp - the values of transposed convolutions and resized tensors ===//

#include "Evaluating.h"

using namespace margay::test;

static void expectTransposed(llvm::StringRef attributes, llvm::StringRef expected) {
  std::string type = expected.substr(expected.find("tensor<")).str();
  expectValue(("%x = nn.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32>\n"
               "%w = nn.constant dense<[[[1.0]], [[10.0]]]> : tensor<2x1x1xf32>\n"
               "%y = nn.conv_transpose %x, %w {" +
               attributes + "} : tensor<1x3x1xf32>, tensor<2x1x1xf32> -> " + type)
                  .str(),
              "%y", expected);
}

TEST(EvalConvTranspose, StridesDilationsAndPads) {
  expectTransposed(
      "strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: 0>",
      "dense<[[[1.0], [12.0], [23.0], [30.0]]]> : tensor<1x4x1xf32>");
  expectTransposed(
      "strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: 1>",
      "dense<[[[1.0], [10.0], [2.0], [20.0], [3.0], [30.0], [0.0]]]> : tensor<1x7x1xf32>");
  expectTransposed(
      "strides = array<i64: 1>, dilations = array<i64: 2>, pads = array<i64: 1, 0>, output_padding = array<i64: 0>",
      "dense<[[[2.0], [13.0], [20.0], [30.0]]]> : tensor<1x4x1xf32>");
}

TEST(EvalConvTranspose, Groups) {
  // Each input channel has two output channels of its own.
  expectValue(
      "%x = nn.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>\n"
      "%w = nn.constant dense<[[[3.0, 4.0], [5.0, 6.0]]]> : tensor<1x2x2xf32>\n"
      "%y = nn.conv_transpose %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, "
      "output_padding = array<i64: 0>, groups = 2 : i64} : tensor<1x1x2xf32>, tensor<1x2x2xf32> -> tensor<1x1x4xf32>",
      "%y", "dense<[[[3.0, 4.0, 10.0, 12.0]]]> : tensor<1x1x4xf32>");
}

static void expectResized(llvm::StringRef kind, llvm::StringRef attributes, llvm::StringRef expected) {
  std::string type = expected.substr(expected.find("tensor<")).str();
  expectValue(("%x = nn.constant dense<[0.0, 4.0, 8.0, 16.0]> : tensor<4xf64>\n%y = nn.resize " + kind +
               " %x {axes = array<i64: 0>, " + attributes + "} : tensor<4xf64> to " + type)
                  .str(),
              "%y", expected);
}

TEST(EvalResize, Nearest) {
  expectResized("nearest", "scales = array<f64: 2.0>, coordinates = \"asymmetric\", nearest = \"floor\"",
                "dense<[0.0, 0.0, 4.0, 4.0, 8.0, 8.0, 16.0, 16.0]> : tensor<8xf64>");
  // Coordinates 0.5 and 2.5: halves round down, or up.
  expectResized("nearest", "scales = array<f64: 0.5>", "dense<[0.0, 8.0]> : tensor<2xf64>");
  expectResized("nearest", "scales = array<f64: 0.5>, nearest = \"round_prefer_ceil\"",
                "dense<[4.0, 16.0]> : tensor<2xf64>");
}

TEST(EvalResize, Linear) {
  // (i + 0.5) / 2 - 0.5: -0.25, 0.25, 0.75 … 3.25, and constant beyond the ends.
  expectResized("linear", "scales = array<f64: 2.0>",
                "dense<[0.0, 1.0, 3.0, 5.0, 7.0, 10.0, 14.0, 16.0]> : tensor<8xf64>");
  // 0, 1.5, 3
  expectResized("linear", "scales = array<f64: 0.75>, coordinates = \"align_corners\"",
                "dense<[0.0, 6.0, 16.0]> : tensor<3xf64>");
}

TEST(EvalResize, CropsAndExtrapolates) {
  // The region from 0 to twice the last position: 0, 3 and 6.
  expectResized("linear",
                "scales = array<f64: 0.75>, coordinates = \"tf_crop_and_resize\", roi = array<f64: 0.0, 2.0>, "
                "extrapolation = -1.0 : f64",
                "dense<[0.0, 16.0, -1.0]> : tensor<3xf64>");
}

TEST(EvalResize, Cubic) {
  // Between 4 and 8 with a = -0.5: (-0 + 9 * 4 + 9 * 8 - 16) / 16.
  expectResized("cubic", "scales = array<f64: 0.75>, coordinates = \"align_corners\", cubic_a = -0.5 : f64",
                "dense<[0.0, 5.75, 16.0]> : tensor<3xf64>");
}
