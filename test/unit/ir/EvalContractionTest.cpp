//===- EvalContractionTest.cpp - the values of contractions and convolutions ===//

#include "Evaluating.h"

using namespace margay::test;

//===----------------------------------------------------------------------===//
// Contract
//===----------------------------------------------------------------------===//

TEST(EvalContract, MatrixTimesMatrix) {
  expectValue(R"(%a = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
                 %b = nn.constant dense<[[5.0, 6.0, 7.0], [8.0, 9.0, 10.0]]> : tensor<2x3xf32>
                 %c = nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x2xf32>, tensor<2x3xf32> -> tensor<2x3xf32>)",
              "%c", "dense<[[21.0, 24.0, 27.0], [47.0, 54.0, 61.0]]> : tensor<2x3xf32>");
}

TEST(EvalContract, TransposedOperands) {
  expectValue(R"(%a = nn.constant dense<[[1, 3], [2, 4]]> : tensor<2x2xi32>
                 %b = nn.constant dense<[[5, 8], [6, 9], [7, 10]]> : tensor<3x2xi32>
                 %c = nn.contract %a, %b {lhs_roles = "km", rhs_roles = "nk"} : tensor<2x2xi32>, tensor<3x2xi32> -> tensor<2x3xi32>)",
              "%c", "dense<[[21, 24, 27], [47, 54, 61]]> : tensor<2x3xi32>");
}

TEST(EvalContract, Batches) {
  // The batch is lhs's first and rhs's last dimension.
  expectValue(R"(%a = nn.constant dense<[[[1, 2]], [[3, 4]]]> : tensor<2x1x2xi32>
                 %b = nn.constant dense<[[5, 6], [7, 8]]> : tensor<2x2xi32>
                 %c = nn.contract %a, %b {lhs_roles = "bmk", rhs_roles = "kb"} : tensor<2x1x2xi32>, tensor<2x2xi32> -> tensor<2x1xi32>)",
              "%c", "dense<[[19], [50]]> : tensor<2x1xi32>");
}

TEST(EvalContract, TwoSummedDimensionsGoTogetherInOrder) {
  expectValue(R"(%a = nn.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
                 %b = nn.constant dense<[[1, 0, 0], [0, 0, 1]]> : tensor<2x3xi32>
                 %c = nn.contract %a, %b {lhs_roles = "kk", rhs_roles = "kk"} : tensor<2x3xi32>, tensor<2x3xi32> -> tensor<i32>)",
              "%c", "dense<7> : tensor<i32>");
}

TEST(EvalContract, OuterProductAndTwoRows) {
  expectValue(R"(%a = nn.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
                 %b = nn.constant dense<[1, 10]> : tensor<2xi32>
                 %c = nn.contract %a, %b {lhs_roles = "mm", rhs_roles = "n"} : tensor<2x2xi32>, tensor<2xi32> -> tensor<2x2x2xi32>)",
              "%c", "dense<[[[1, 10], [2, 20]], [[3, 30], [4, 40]]]> : tensor<2x2x2xi32>");
}

TEST(EvalContract, NothingSummedIsZero) {
  expectValue(R"(%a = nn.constant dense<> : tensor<2x0xf32>
                 %b = nn.constant dense<> : tensor<0x2xf32>
                 %c = nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x0xf32>, tensor<0x2xf32> -> tensor<2x2xf32>)",
              "%c", "dense<0.0> : tensor<2x2xf32>");
}

TEST(EvalContract, IntegersWrap) {
  expectValue(R"(%a = nn.constant dense<[100, 100]> : tensor<2xi8>
                 %c = nn.contract %a, %a {lhs_roles = "k", rhs_roles = "k"} : tensor<2xi8>, tensor<2xi8> -> tensor<i8>)",
              "%c", "dense<32> : tensor<i8>");
}

TEST(EvalContract, SumsInF64) {
  expectValue(R"(%a = nn.constant dense<[16777216.0, 1.0, 1.0]> : tensor<3xf32>
                 %b = nn.constant dense<1.0> : tensor<3xf32>
                 %c = nn.contract %a, %b {lhs_roles = "k", rhs_roles = "k"} : tensor<3xf32>, tensor<3xf32> -> tensor<f32>)",
              "%c", "dense<16777218.0> : tensor<f32>");
}

TEST(EvalContract, ManyTilesAndTwoThreads) {
  // Elements of lhs are 1, of rhs 0.5: each sum is depth / 2, whatever the tiles.
  auto module = parseModule(R"(
    func.func @main(%a: tensor<129x300xf32>, %b: tensor<300x301xf32>) -> tensor<129x301xf32> {
      %c = nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "kn"} : tensor<129x300xf32>, tensor<300x301xf32> -> tensor<129x301xf32>
      return %c : tensor<129x301xf32>
    })");
  auto results = margay::reference::evaluate(
      *module, {tensor("dense<1.0> : tensor<129x300xf32>"), tensor("dense<0.5> : tensor<300x301xf32>")});
  ASSERT_TRUE(static_cast<bool>(results)) << messageOf(results.takeError());
  EXPECT_EQ(textOf(results->front()), "dense<1.500000e+02> : tensor<129x301xf32>");
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// A convolution of [1, 2, 3, 4, 5] with [1, 10, 100] (one image of one row, one channel).
static void expectConv(llvm::StringRef attributes, llvm::ArrayRef<int> expected) {
  std::string nested, type = "tensor<1x" + std::to_string(expected.size()) + "x1xi32>";
  for (int value : expected)
    nested += (nested.empty() ? "[" : ", [") + std::to_string(value) + "]";
  expectValue(("%x = nn.constant dense<[[[1], [2], [3], [4], [5]]]> : tensor<1x5x1xi32>\n"
               "%f = nn.constant dense<[[[1]], [[10]], [[100]]]> : tensor<3x1x1xi32>\n"
               "%y = nn.conv %x, %f {" +
               attributes + "} : tensor<1x5x1xi32>, tensor<3x1x1xi32> -> " + type)
                  .str(),
              "%y", "dense<[[" + nested + "]]> : " + type);
}

TEST(EvalConv, CrossCorrelation) {
  expectConv("strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>", {321, 432, 543});
}

TEST(EvalConv, Padding) {
  expectConv("strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>", {210, 321, 432, 543, 54});
  expectConv("strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 2, 0>", {100, 210, 321, 432, 543});
}

TEST(EvalConv, Strides) {
  expectConv("strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>", {321, 543});
  expectConv("strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 1, 1>", {210, 432, 54});
}

TEST(EvalConv, Dilation) {
  expectConv("strides = array<i64: 1>, dilations = array<i64: 2>, pads = array<i64: 0, 0>", {531});
  expectConv("strides = array<i64: 1>, dilations = array<i64: 2>, pads = array<i64: 1, 1>", {420, 531, 42});
}

TEST(EvalConv, SumsOverChannels) {
  expectValue(R"(%x = nn.constant dense<[[[1, 2], [3, 4]]]> : tensor<1x2x2xi32>
                 %f = nn.constant dense<[[[1, 0, 1], [0, 1, 10]]]> : tensor<1x2x3xi32>
                 %y = nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
                   : tensor<1x2x2xi32>, tensor<1x2x3xi32> -> tensor<1x2x3xi32>)",
              "%y", "dense<[[[1, 2, 21], [3, 4, 43]]]> : tensor<1x2x3xi32>");
}

TEST(EvalConv, Groups) {
  // Two groups of one input and two output channels.
  expectValue(R"(%x = nn.constant dense<[[[1, 2]]]> : tensor<1x1x2xi32>
                 %f = nn.constant dense<[[[1, 10, 100, 1000]]]> : tensor<1x1x4xi32>
                 %y = nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 2 : i64}
                   : tensor<1x1x2xi32>, tensor<1x1x4xi32> -> tensor<1x1x4xi32>)",
              "%y", "dense<[[[1, 10, 200, 2000]]]> : tensor<1x1x4xi32>");
}

TEST(EvalConv, Depthwise) {
  expectValue(R"(%x = nn.constant dense<[[[1.0, 2.0], [3.0, 4.0]]]> : tensor<1x2x2xf32>
                 %f = nn.constant dense<[[[1.0, 2.0]], [[10.0, 20.0]]]> : tensor<2x1x2xf32>
                 %y = nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 2 : i64}
                   : tensor<1x2x2xf32>, tensor<2x1x2xf32> -> tensor<1x1x2xf32>)",
              "%y", "dense<[[[31.0, 84.0]]]> : tensor<1x1x2xf32>");
}

TEST(EvalConv, TwoDimensionsAreNotMixedUp) {
  // A filter of 1 x 2 and unequal strides and pads.
  expectValue(R"(%x = nn.constant dense<[[[[1], [2], [3]], [[4], [5], [6]], [[7], [8], [9]]]]> : tensor<1x3x3x1xi32>
                 %f = nn.constant dense<[[[[1]], [[10]]]]> : tensor<1x2x1x1xi32>
                 %y = nn.conv %x, %f {strides = array<i64: 2, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 1>}
                   : tensor<1x3x3x1xi32>, tensor<1x2x1x1xi32> -> tensor<1x2x3x1xi32>)",
              "%y", "dense<[[[[21], [32], [3]], [[87], [98], [9]]]]> : tensor<1x2x3x1xi32>");
}

TEST(EvalConv, ThreeDimensions) {
  expectValue(R"(%x = nn.constant dense<[[[[[1], [2]], [[3], [4]]], [[[5], [6]], [[7], [8]]]]]> : tensor<1x2x2x2x1xi32>
                 %f = nn.constant dense<1> : tensor<2x2x2x1x1xi32>
                 %y = nn.conv %x, %f {strides = array<i64: 1, 1, 1>, dilations = array<i64: 1, 1, 1>, pads = array<i64: 0, 0, 0, 0, 0, 0>}
                   : tensor<1x2x2x2x1xi32>, tensor<2x2x2x1x1xi32> -> tensor<1x1x1x1x1xi32>)",
              "%y", "dense<36> : tensor<1x1x1x1x1xi32>");
}

TEST(EvalConv, Batches) {
  expectValue(R"(%x = nn.constant dense<[[[1], [2]], [[3], [4]]]> : tensor<2x2x1xi32>
                 %f = nn.constant dense<[[[1]], [[10]]]> : tensor<2x1x1xi32>
                 %y = nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
                   : tensor<2x2x1xi32>, tensor<2x1x1xi32> -> tensor<2x1x1xi32>)",
              "%y", "dense<[[[21]], [[43]]]> : tensor<2x1x1xi32>");
}

TEST(EvalConv, PaddedInfinityTakesNoPart) {
  // A padded position is not 0 * infinity: the tap is left out.
  expectValue(R"(%x = nn.constant dense<[[[1.0], [2.0]]]> : tensor<1x2x1xf32>
                 %f = nn.constant dense<[[[0x7F800000]], [[1.0]]]> : tensor<2x1x1xf32>
                 %y = nn.conv %x, %f {strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 1, 0>}
                   : tensor<1x2x1xf32>, tensor<2x1x1xf32> -> tensor<1x1x1xf32>)",
              "%y", "dense<1.0> : tensor<1x1x1xf32>");
}
