//===- EvalAlongAxisTest.cpp - the values of arg_reduce, scan and topk ----===//

#include "Evaluating.h"

using namespace margay::test;

static const char *rows =
    "%x = nn.constant dense<[[2.0, 5.0, 5.0, -1.0], [3.0, 0x7FC00000, 9.0, 0x7FC00000]]> : tensor<2x4xf32>\n";

static void expectPositions(llvm::StringRef kind, llvm::StringRef last, llvm::StringRef expected) {
  expectValue(
      (rows +
       ("%y = nn.arg_reduce " + kind + " %x {axis = 1 : i64" + last + "} : tensor<2x4xf32> -> tensor<2xi64>").str()),
      "%y", ("dense<" + expected + "> : tensor<2xi64>").str());
}

TEST(EvalArgReduce, TiesAndNaN) {
  expectPositions("max", "", "[1, 1]");
  expectPositions("max", ", last", "[2, 3]");
  expectPositions("min", "", "[3, 1]");
}

TEST(EvalArgReduce, Unsigned) {
  expectValue("%x = nn.constant dense<[1, 255, 128]> : tensor<3xui8>\n"
              "%y = nn.arg_reduce max %x {axis = 0 : i64} : tensor<3xui8> -> tensor<i64>",
              "%y", "dense<1> : tensor<i64>");
}

static void expectScan(llvm::StringRef kind, llvm::StringRef how, llvm::StringRef expected) {
  expectValue(("%x = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>\n%y = nn.scan " + kind +
               " %x {axis = 0 : i64" + how + "} : tensor<4xf32>")
                  .str(),
              "%y", ("dense<" + expected + "> : tensor<4xf32>").str());
}

TEST(EvalScan, AllWays) {
  expectScan("sum", "", "[1.0, 3.0, 6.0, 10.0]");
  expectScan("sum", ", exclusive", "[0.0, 1.0, 3.0, 6.0]");
  expectScan("sum", ", reverse", "[10.0, 9.0, 7.0, 4.0]");
  expectScan("prod", ", exclusive, reverse", "[24.0, 12.0, 4.0, 1.0]");
}

TEST(EvalScan, IntegersWrap) {
  expectValue("%x = nn.constant dense<[100, 100]> : tensor<2xi8>\n%y = nn.scan sum %x {axis = 0 : i64} : tensor<2xi8>",
              "%y", "dense<[100, -56]> : tensor<2xi8>");
}

static std::string topK(llvm::StringRef smallest) {
  return (rows +
          ("%v, %i = nn.topk %x {axis = 1 : i64" + smallest + "} : tensor<2x4xf32> -> tensor<2x3xf32>, tensor<2x3xi64>")
              .str());
}

TEST(EvalTopK, SortedWithTheFirstOfEqualOnesFirst) {
  expectValue(topK(""), "%i", "dense<[[1, 2, 0], [1, 3, 2]]> : tensor<2x3xi64>");
  expectValue(topK(""), "%v", "dense<[[5.0, 5.0, 2.0], [0x7FC00000, 0x7FC00000, 9.0]]> : tensor<2x3xf32>");
  expectValue(topK(", smallest"), "%i", "dense<[[3, 0, 1], [0, 2, 1]]> : tensor<2x3xi64>");
}

TEST(EvalNormalize, MeanAndVariance) {
  // The mean is 3, the variance 4, with epsilon 4.
  expectValue("%x = nn.constant dense<[1.0, 5.0]> : tensor<2xf64>\n"
              "%y = nn.normalize %x {axes = array<i64: 0>, epsilon = 12.0 : f64} : tensor<2xf64>",
              "%y", "dense<[-0.5, 0.5]> : tensor<2xf64>");
  // The mean of squares is 25.
  expectValue("%x = nn.constant dense<[1.0, 7.0]> : tensor<2xf64>\n"
              "%y = nn.normalize %x {axes = array<i64: 0>, epsilon = 0.0 : f64, rms} : tensor<2xf64>",
              "%y", "dense<[0.2, 1.4]> : tensor<2xf64>");
}

TEST(EvalNormalize, OverOneAxisOfTwo) {
  expectValue("%x = nn.constant dense<[[1.0, 10.0], [3.0, 10.0]]> : tensor<2x2xf64>\n"
              "%y = nn.normalize %x {axes = array<i64: 0>, epsilon = 3.0 : f64} : tensor<2x2xf64>",
              "%y", "dense<[[-0.5, 0.0], [0.5, 0.0]]> : tensor<2x2xf64>");
}
