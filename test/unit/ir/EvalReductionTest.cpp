//===- EvalReductionTest.cpp - the values of reductions, windows and softmax ===//

#include "Evaluating.h"

using namespace margay::test;

static const char *sixFloats = "%x = nn.constant dense<[[1.0, 2.0, 4.0], [-1.0, 0.5, -3.0]]> : tensor<2x3xf32>\n";

static void expectReduced(llvm::StringRef kind, llvm::StringRef rows, llvm::StringRef columns) {
  expectValue(
      (sixFloats + ("%y = nn.reduce " + kind).str() + " %x {axes = array<i64: 1>} : tensor<2x3xf32> -> tensor<2xf32>"),
      "%y", ("dense<" + rows + "> : tensor<2xf32>").str());
  expectValue(
      (sixFloats + ("%y = nn.reduce " + kind).str() + " %x {axes = array<i64: 0>} : tensor<2x3xf32> -> tensor<3xf32>"),
      "%y", ("dense<" + columns + "> : tensor<3xf32>").str());
}

TEST(EvalReduce, Kinds) {
  expectReduced("sum", "[7.0, -3.5]", "[0.0, 2.5, 1.0]");
  expectReduced("mean", "[2.3333333333333335, -1.1666666666666667]", "[0.0, 1.25, 0.5]");
  expectReduced("max", "[4.0, 0.5]", "[1.0, 2.0, 4.0]");
  expectReduced("min", "[1.0, -3.0]", "[-1.0, 0.5, -3.0]");
  expectReduced("prod", "[8.0, 1.5]", "[-1.0, 1.0, -12.0]");
}

TEST(EvalReduce, AllAxesAndNone) {
  expectValue(std::string(sixFloats) +
                  "%y = nn.reduce sum %x {axes = array<i64: 0, 1>} : tensor<2x3xf32> -> tensor<f32>",
              "%y", "dense<3.5> : tensor<f32>");
  expectValue(std::string(sixFloats) + "%y = nn.reduce max %x {axes = array<i64>} : tensor<2x3xf32> -> tensor<2x3xf32>",
              "%y", "dense<[[1.0, 2.0, 4.0], [-1.0, 0.5, -3.0]]> : tensor<2x3xf32>");
}

TEST(EvalReduce, MiddleAxis) {
  expectValue(R"(%x = nn.constant dense<[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]> : tensor<2x2x2xi32>
                 %y = nn.reduce sum %x {axes = array<i64: 1>} : tensor<2x2x2xi32> -> tensor<2x2xi32>)",
              "%y", "dense<[[4, 6], [12, 14]]> : tensor<2x2xi32>");
}

TEST(EvalReduce, OfNothing) {
  auto expect = [](llvm::StringRef kind, llvm::StringRef element, llvm::StringRef value) {
    expectValue(("%x = nn.constant dense<> : tensor<2x0x" + element + ">\n%y = nn.reduce " + kind +
                 " %x {axes = array<i64: 1>} : tensor<2x0x" + element + "> -> tensor<2x" + element + ">")
                    .str(),
                "%y", ("dense<" + value + "> : tensor<2x" + element + ">").str());
  };
  expect("sum", "f32", "0.0");
  expect("max", "f32", "0xFF800000");
  expect("min", "f32", "0x7F800000");
  expect("prod", "f32", "1.0");
  expect("sum", "i32", "0");
  expect("mean", "i32", "0");
  expect("max", "i8", "-128");
  expect("min", "i8", "127");
  expect("max", "ui8", "0");
  expect("min", "ui8", "255");
}

TEST(EvalReduce, NaNOfNothing) {
  expectValue(R"(%x = nn.constant dense<> : tensor<1x0xf32>
                 %y = nn.reduce mean %x {axes = array<i64: 1>} : tensor<1x0xf32> -> tensor<1xf32>
                 %z = nn.sub %y, %y : tensor<1xf32>
                 %isnan = nn.cast %z : tensor<1xf32> to tensor<1xi1>)",
              "%isnan", "dense<true> : tensor<1xi1>");
}

TEST(EvalReduce, NaNWinsInMaxAndMin) {
  for (const char *kind : {"max", "min"})
    expectValue(std::string("%x = nn.constant dense<[0x7FC00000, 1.0]> : tensor<2xf32>\n%y = nn.reduce ") + kind +
                    " %x {axes = array<i64: 0>} : tensor<2xf32> -> tensor<f32>",
                "%y", "dense<0x7FC00000> : tensor<f32>");
}

TEST(EvalReduce, Integers) {
  expectValue(R"(%x = nn.constant dense<[-7, 0]> : tensor<2xi32>
                 %y = nn.reduce mean %x {axes = array<i64: 0>} : tensor<2xi32> -> tensor<i32>)",
              "%y", "dense<-3> : tensor<i32>");
  expectValue(R"(%x = nn.constant dense<[200, 100]> : tensor<2xui8>
                 %y = nn.reduce max %x {axes = array<i64: 0>} : tensor<2xui8> -> tensor<ui8>)",
              "%y", "dense<200> : tensor<ui8>");
  expectValue(R"(%x = nn.constant dense<[100, 100]> : tensor<2xi8>
                 %y = nn.reduce sum %x {axes = array<i64: 0>} : tensor<2xi8> -> tensor<i8>)",
              "%y", "dense<-56> : tensor<i8>");
}

TEST(EvalReduce, SumsInF64) {
  // In f32 one after the other, 2^24 + 1 + 1 would stay 2^24.
  expectValue(R"(%x = nn.constant dense<[16777216.0, 1.0, 1.0]> : tensor<3xf32>
                 %y = nn.reduce sum %x {axes = array<i64: 0>} : tensor<3xf32> -> tensor<f32>)",
              "%y", "dense<16777218.0> : tensor<f32>");
}

//===----------------------------------------------------------------------===//
// Window
//===----------------------------------------------------------------------===//

/// A window on [1, 2, 3, 4, 5] (one image of one row, one channel).
static void expectWindow(llvm::StringRef attributes, llvm::StringRef kind, llvm::StringRef expected, unsigned size) {
  std::string type = "tensor<1x" + std::to_string(size) + "x1xf32>";
  std::string nested;
  llvm::SmallVector<llvm::StringRef> values;
  expected.split(values, ' ');
  for (llvm::StringRef value : values)
    nested += (nested.empty() ? "[" : ", [") + value.str() + "]";
  expectValue(("%x = nn.constant dense<[[[1.0], [2.0], [3.0], [4.0], [5.0]]]> : tensor<1x5x1xf32>\n%y = nn.window " +
               kind + " %x {" + attributes + "} : tensor<1x5x1xf32> -> " + type)
                  .str(),
              "%y", "dense<[[" + nested + "]]> : " + type);
}

static const char *plain =
    "kernel = array<i64: 2>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>";
static const char *padded =
    "kernel = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 1, 1>";
static const char *dilated =
    "kernel = array<i64: 2>, strides = array<i64: 1>, dilations = array<i64: 3>, pads = array<i64: 0, 0>";
static const char *paddedCounted = "kernel = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = "
                                   "array<i64: 1, 1>, count_include_pad";

TEST(EvalWindow, Kinds) {
  expectWindow(plain, "max", "2.0 3.0 4.0 5.0", 4);
  expectWindow(plain, "sum", "3.0 5.0 7.0 9.0", 4);
  expectWindow(plain, "mean", "1.5 2.5 3.5 4.5", 4);
}

TEST(EvalWindow, Padding) {
  expectWindow(padded, "max", "2.0 4.0 5.0", 3);
  expectWindow(padded, "mean", "1.5 3.0 4.5", 3);
  expectWindow(paddedCounted, "mean", "1.0 3.0 3.0", 3);
}

TEST(EvalWindow, Dilation) { expectWindow(dilated, "sum", "5.0 7.0", 2); }

TEST(EvalWindow, CeilMode) {
  // Windows begin at 0, 2, 4; the last one has one position inside.
  const char *ceiled =
      "kernel = array<i64: 2>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, ceil_mode";
  expectWindow(ceiled, "max", "2.0 4.0 5.0", 3);
  expectWindow(ceiled, "mean", "1.5 3.5 5.0", 3);
  expectWindow(ceiled, "sum", "3.0 7.0 5.0", 3);
}

TEST(EvalWindow, CeilModeCountsInsideThePaddedInputOnly) {
  // Padded to 7; windows of 4 begin at 0 and 3 and fit; one at 6 has a single position inside, which is padding: it
  // would begin in the end padding.
  const char *attributes = "kernel = array<i64: 4>, strides = array<i64: 3>, dilations = array<i64: 1>, pads = "
                           "array<i64: 1, 1>, ceil_mode, count_include_pad";
  expectWindow(attributes, "mean", "1.5 3.0", 2);
  // Padded to 6; windows of 4 begin at 0 and 3; the second reaches over the end by one: 3 + 4 + 5 over 3 positions.
  const char *over = "kernel = array<i64: 4>, strides = array<i64: 3>, dilations = array<i64: 1>, pads = array<i64: 1, "
                     "0>, ceil_mode, count_include_pad";
  expectWindow(over, "mean", "1.5 4.0", 2);
}

TEST(EvalWindow, NaNWins) {
  expectValue(R"(%x = nn.constant dense<[[[1.0], [0x7FC00000], [3.0], [4.0]]]> : tensor<1x4x1xf32>
                 %y = nn.window max %x {kernel = array<i64: 2>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
                   : tensor<1x4x1xf32> -> tensor<1x2x1xf32>)",
              "%y", "dense<[[[0x7FC00000], [4.0]]]> : tensor<1x2x1xf32>");
}

TEST(EvalWindow, TwoDimensionsAndChannels) {
  expectValue(R"(%x = nn.constant dense<[[[[1, 10], [2, 20]], [[3, 30], [4, 40]]]]> : tensor<1x2x2x2xi32>
                 %y = nn.window sum %x {kernel = array<i64: 2, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
                   : tensor<1x2x2x2xi32> -> tensor<1x1x2x2xi32>)",
              "%y", "dense<[[[[4, 40], [6, 60]]]]> : tensor<1x1x2x2xi32>");
}

TEST(EvalWindow, Batches) {
  expectValue(R"(%x = nn.constant dense<[[[1], [2]], [[3], [5]]]> : tensor<2x2x1xi8>
                 %y = nn.window max %x {kernel = array<i64: 2>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
                   : tensor<2x2x1xi8> -> tensor<2x1x1xi8>)",
              "%y", "dense<[[[2]], [[5]]]> : tensor<2x1x1xi8>");
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

TEST(EvalSoftmax, Axes) {
  // exp of log 1, log 3 is 1, 3.
  expectValue(R"(%x = nn.constant dense<[[0.0, 1.0986122886681098], [0.0, 0.0]]> : tensor<2x2xf64>
                 %y = nn.softmax %x {axis = 1 : i64} : tensor<2x2xf64>
                 %z = nn.cast %y : tensor<2x2xf64> to tensor<2x2xf32>)",
              "%z", "dense<[[0.25, 0.75], [0.5, 0.5]]> : tensor<2x2xf32>");
  expectValue(R"(%x = nn.constant dense<[[0.0, 1.0986122886681098], [0.0, 0.0]]> : tensor<2x2xf64>
                 %y = nn.softmax %x {axis = 0 : i64} : tensor<2x2xf64>
                 %z = nn.cast %y : tensor<2x2xf64> to tensor<2x2xf32>)",
              "%z", "dense<[[0.5, 0.75], [0.5, 0.25]]> : tensor<2x2xf32>");
}

TEST(EvalSoftmax, BigValuesDoNotOverflow) {
  expectValue(R"(%x = nn.constant dense<[1000.0, 1000.0]> : tensor<2xf32>
                 %y = nn.softmax %x {axis = 0 : i64} : tensor<2xf32>)",
              "%y", "dense<0.5> : tensor<2xf32>");
}

TEST(EvalSoftmax, Log) {
  expectValue(R"(%x = nn.constant dense<[1000.0, 1000.0]> : tensor<2xf32>
                 %y = nn.softmax %x {axis = 0 : i64, log} : tensor<2xf32>)",
              "%y", "dense<-0.69314718055994529> : tensor<2xf32>");
}

TEST(EvalSoftmax, MaskedElementsAreZero) {
  expectValue(R"(%x = nn.constant dense<[0.0, 0xFF800000, 0.0]> : tensor<3xf32>
                 %y = nn.softmax %x {axis = 0 : i64} : tensor<3xf32>)",
              "%y", "dense<[0.5, 0.0, 0.5]> : tensor<3xf32>");
}
