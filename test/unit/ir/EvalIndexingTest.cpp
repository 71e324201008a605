//===- EvalIndexingTest.cpp - the values of operations on positions -------===//

#include "Evaluating.h"

using namespace margay::test;

static const char *twoByThree = "%x = nn.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>\n";

static void expectOfTwoByThree(const std::string &line, llvm::StringRef expected) {
  expectValue(twoByThree + line, "%y", expected);
}

TEST(EvalDims, OfConstants) {
  expectValue("%y = nn.dims <3, 4> : tensor<2xi64>", "%y", "dense<[3, 4]> : tensor<2xi64>");
}

TEST(EvalIota, AlongEachAxis) {
  expectValue("%y = nn.iota {axis = 0 : i64} : tensor<2x3xi32>", "%y",
              "dense<[[0, 0, 0], [1, 1, 1]]> : tensor<2x3xi32>");
  expectValue("%y = nn.iota {axis = 1 : i64} : tensor<2x3xf32>", "%y",
              "dense<[[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]> : tensor<2x3xf32>");
}

TEST(EvalSlice, StepsForwardsAndBackwards) {
  expectOfTwoByThree(
      "%y = nn.slice %x {starts = #nn.shape<1, 0>, steps = array<i64: 1, 2>} : tensor<2x3xf32> to tensor<1x2xf32>",
      "dense<[[4.0, 6.0]]> : tensor<1x2xf32>");
  expectOfTwoByThree(
      "%y = nn.slice %x {starts = #nn.shape<1, 2>, steps = array<i64: -1, -1>} : tensor<2x3xf32> to tensor<2x3xf32>",
      "dense<[[6.0, 5.0, 4.0], [3.0, 2.0, 1.0]]> : tensor<2x3xf32>");
}

static std::string padded(llvm::StringRef mode, int before, int behind) {
  std::string size = std::to_string(4 + before + behind);
  return ("%x = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>\n%v = nn.constant dense<9.0> : tensor<f32>\n"
          "%y = nn.pad " +
          mode + " %x, %v {low = #nn.shape<" + std::to_string(before) + ">, high = #nn.shape<" +
          std::to_string(behind) + ">} : tensor<4xf32>, tensor<f32> -> tensor<" + size + "xf32>")
      .str();
}

TEST(EvalPad, Modes) {
  expectValue(padded("constant", 1, 2), "%y", "dense<[9.0, 1.0, 2.0, 3.0, 4.0, 9.0, 9.0]> : tensor<7xf32>");
  expectValue(padded("edge", 2, 1), "%y", "dense<[1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 4.0]> : tensor<7xf32>");
  expectValue(padded("reflect", 3, 1), "%y", "dense<[4.0, 3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0]> : tensor<8xf32>");
  expectValue(padded("wrap", 1, 5), "%y", "dense<[4.0, 1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0, 1.0]> : tensor<10xf32>");
}

TEST(EvalGather, NegativeAndBeyondTheEnds) {
  expectOfTwoByThree("%i = nn.constant dense<[[2, -1], [7, -9]]> : tensor<2x2xi64>\n"
                     "%y = nn.gather %x, %i {axis = 1 : i64} : tensor<2x3xf32>, tensor<2x2xi64> -> tensor<2x2x2xf32>",
                     "dense<[[[3.0, 3.0], [3.0, 1.0]], [[6.0, 6.0], [6.0, 4.0]]]> : tensor<2x2x2xf32>");
}

TEST(EvalGather, InBatches) {
  expectOfTwoByThree(
      "%i = nn.constant dense<[[2, 0], [1, 1]]> : tensor<2x2xi32>\n"
      "%y = nn.gather %x, %i {axis = 1 : i64, batch_dims = 1 : i64} : tensor<2x3xf32>, tensor<2x2xi32> -> "
      "tensor<2x2xf32>",
      "dense<[[3.0, 1.0], [5.0, 5.0]]> : tensor<2x2xf32>");
}

TEST(EvalGatherElements, AlongTheFirstAxis) {
  expectOfTwoByThree(
      "%i = nn.constant dense<[[1, 0, -1]]> : tensor<1x3xi64>\n"
      "%y = nn.gather_elements %x, %i {axis = 0 : i64} : tensor<2x3xf32>, tensor<1x3xi64> -> tensor<1x3xf32>",
      "dense<[[4.0, 2.0, 6.0]]> : tensor<1x3xf32>");
}

TEST(EvalGatherNd, ElementsAndRows) {
  expectOfTwoByThree("%i = nn.constant dense<[[1, 0], [-2, 2]]> : tensor<2x2xi64>\n"
                     "%y = nn.gather_nd %x, %i : tensor<2x3xf32>, tensor<2x2xi64> -> tensor<2xf32>",
                     "dense<[4.0, 3.0]> : tensor<2xf32>");
  expectOfTwoByThree("%i = nn.constant dense<[[1], [0], [1]]> : tensor<3x1xi64>\n"
                     "%y = nn.gather_nd %x, %i : tensor<2x3xf32>, tensor<3x1xi64> -> tensor<3x3xf32>",
                     "dense<[[4.0, 5.0, 6.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<3x3xf32>");
}

/// Updates 10, 20, 30 at positions 0, -1 and 0 of the second row, and one that is beyond the end.
static std::string scattered(llvm::StringRef kind) {
  return ("%x = nn.constant dense<[1, 2, 3]> : tensor<3xi32>\n%i = nn.constant dense<[0, -1, 0, 3]> : tensor<4xi64>\n"
          "%u = nn.constant dense<[10, 20, 30, 40]> : tensor<4xi32>\n%y = nn.scatter_elements " +
          kind + " %x, %i, %u {axis = 0 : i64} : tensor<3xi32>, tensor<4xi64>, tensor<4xi32>")
      .str();
}

TEST(EvalScatterElements, InTheOrderOfTheUpdates) {
  expectValue(scattered("set"), "%y", "dense<[30, 2, 20]> : tensor<3xi32>");
  expectValue(scattered("sum"), "%y", "dense<[41, 2, 23]> : tensor<3xi32>");
  expectValue(scattered("prod"), "%y", "dense<[300, 2, 60]> : tensor<3xi32>");
  expectValue(scattered("max"), "%y", "dense<[30, 2, 20]> : tensor<3xi32>");
  expectValue(scattered("min"), "%y", "dense<[1, 2, 3]> : tensor<3xi32>");
}

TEST(EvalScatterNd, Rows) {
  expectOfTwoByThree("%i = nn.constant dense<[[-1], [2]]> : tensor<2x1xi64>\n"
                     "%u = nn.constant dense<[[7.0, 8.0, 9.0], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>\n"
                     "%y = nn.scatter_nd sum %x, %i, %u : tensor<2x3xf32>, tensor<2x1xi64>, tensor<2x3xf32>",
                     "dense<[[1.0, 2.0, 3.0], [11.0, 13.0, 15.0]]> : tensor<2x3xf32>");
}
