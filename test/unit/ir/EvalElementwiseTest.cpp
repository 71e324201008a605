//===- EvalElementwiseTest.cpp - the values of elementwise operations -----===//
//
// `inf` and NaN of f32 are written as their bits: 0x7F800000, 0xFF800000, 0x7FC00000.
//
//===----------------------------------------------------------------------===//

#include "EvaluatingElementwise.h"

using namespace margay::test;

static void expectCast(llvm::StringRef from, llvm::StringRef operand, llvm::StringRef to, llvm::StringRef expected) {
  expectConversion("cast", from, operand, to, expected);
}

TEST(EvalElementwise, Abs) {
  expectUnary("abs", "tensor<3xf32>", "[-1.5, -0.0, 2.0]", "[1.5, 0.0, 2.0]");
  expectUnary("abs", "tensor<2xi8>", "[-128, -7]", "[-128, 7]"); // 128 wraps.
  expectUnary("abs", "tensor<2xui8>", "[200, 7]", "[200, 7]");
}

TEST(EvalElementwise, CeilAndFloor) {
  expectUnary("ceil", "tensor<4xf32>", "[-1.5, -0.5, 0.2, 3.0]", "[-1.0, -0.0, 1.0, 3.0]");
  expectUnary("floor", "tensor<4xf32>", "[-1.5, -0.0, 0.2, 3.0]", "[-2.0, -0.0, 0.0, 3.0]");
}

TEST(EvalElementwise, Erf) {
  expectUnary("erf", "tensor<3xf32>", "[0.0, 1.0, -6.0]", "[0.0, 0.84270079294971489, -1.0]");
}

TEST(EvalElementwise, Exp) {
  expectUnary("exp", "tensor<3xf32>", "[0.0, 1.0, 1000.0]", "[1.0, 2.7182818284590452, 0x7F800000]");
}

TEST(EvalElementwise, Log) {
  expectUnary("log", "tensor<3xf32>", "[1.0, 0.0, 10.0]", "[0.0, 0xFF800000, 2.3025850929940457]");
}

TEST(EvalElementwise, LogBelowZeroIsNaN) {
  expectValue(R"(%x = nn.constant dense<[-1.0, 4.0]> : tensor<2xf32>
                 %y = nn.log %x : tensor<2xf32>
                 %isnan = nn.sub %y, %y : tensor<2xf32>
                 %z = nn.cast %isnan : tensor<2xf32> to tensor<2xi1>)",
              "%z", "dense<[true, false]> : tensor<2xi1>");
}

TEST(EvalElementwise, Neg) {
  expectUnary("neg", "tensor<2xf32>", "[1.5, 0.0]", "[-1.5, -0.0]");
  expectUnary("neg", "tensor<2xi64>", "[9223372036854775807, -9223372036854775808]",
              "[-9223372036854775807, -9223372036854775808]");
}

TEST(EvalElementwise, Reciprocal) {
  expectUnary("reciprocal", "tensor<3xf32>", "[4.0, 0.0, -0.0]", "[0.25, 0x7F800000, 0xFF800000]");
}

TEST(EvalElementwise, Relu) {
  expectUnary("relu", "tensor<4xf32>", "[-1.0, 0.0, 2.0, 0x7FC00000]", "[0.0, 0.0, 2.0, 0x7FC00000]");
  expectUnary("relu", "tensor<2xi32>", "[-3, 3]", "[0, 3]");
  expectUnary("relu", "tensor<2xui8>", "[200, 3]", "[200, 3]");
}

TEST(EvalElementwise, Sigmoid) {
  expectUnary("sigmoid", "tensor<4xf32>", "[0.0, 1.0, -1000.0, 1000.0]", "[0.5, 0.7310585786300049, 0.0, 1.0]");
}

TEST(EvalElementwise, Sqrt) { expectUnary("sqrt", "tensor<3xf32>", "[2.25, 0.0, -0.0]", "[1.5, 0.0, -0.0]"); }

TEST(EvalElementwise, Tanh) {
  expectUnary("tanh", "tensor<3xf32>", "[0.0, 0.5, -100.0]", "[0.0, 0.46211715726000979, -1.0]");
}

TEST(EvalElementwise, Add) {
  expectBinary("add", "tensor<2xf32>", "[1.0, 16777216.0]", "[0.5, 1.0]", "[1.5, 16777216.0]");
  expectBinary("add", "tensor<2xi8>", "[100, -100]", "[100, -100]", "[-56, 56]");
  expectBinary("add", "tensor<1xi64>", "[9223372036854775807]", "[1]", "[-9223372036854775808]");
  expectBinary("add", "tensor<1xi64>", "[9007199254740993]", "[2]", "[9007199254740995]"); // Beyond f64.
}

TEST(EvalElementwise, Sub) {
  expectBinary("sub", "tensor<2xf16>", "[1.0, 2048.0]", "[0.5, 0.5]", "[0.5, 2048.0]"); // 2047.5 is a tie.
  expectBinary("sub", "tensor<2xui8>", "[1, 7]", "[2, 3]", "[255, 4]");
}

TEST(EvalElementwise, Mul) {
  expectBinary("mul", "tensor<2xf32>", "[1.5, 1.0e30]", "[-2.0, 1.0e30]", "[-3.0, 0x7F800000]");
  expectBinary("mul", "tensor<2xi32>", "[65536, -3]", "[65536, 5]", "[0, -15]");
  expectBinary("mul", "tensor<2xbf16>", "[1.0078125, 2.0]", "[1.0078125, 3.0]", "[1.015625, 6.0]");
}

TEST(EvalElementwise, Div) {
  expectBinary("div", "tensor<3xf32>", "[1.0, -1.0, 7.0]", "[0.0, 0.0, 2.0]", "[0x7F800000, 0xFF800000, 3.5]");
  expectBinary("div", "tensor<5xi32>", "[7, -7, 7, 5, -2147483648]", "[2, 2, -2, 0, -1]",
               "[3, -3, -3, 0, -2147483648]");
  expectBinary("div", "tensor<1xi64>", "[-9223372036854775808]", "[-1]", "[-9223372036854775808]");
  expectBinary("div", "tensor<2xui64>", "[18446744073709551615, 5]", "[2, 0]", "[9223372036854775807, 0]");
}

TEST(EvalElementwise, MaxAndMin) {
  expectBinary("max", "tensor<4xf32>", "[1.0, -0.0, 0x7FC00000, 2.0]", "[2.0, 0.0, 1.0, 0x7FC00000]",
               "[2.0, 0.0, 0x7FC00000, 0x7FC00000]");
  expectBinary("min", "tensor<4xf32>", "[1.0, -0.0, 0x7FC00000, 2.0]", "[2.0, 0.0, 1.0, 0x7FC00000]",
               "[1.0, -0.0, 0x7FC00000, 0x7FC00000]");
  expectBinary("max", "tensor<2xi8>", "[-1, 3]", "[1, 2]", "[1, 3]");
  expectBinary("max", "tensor<2xui64>", "[18446744073709551615, 3]", "[1, 4]", "[18446744073709551615, 4]");
  expectBinary("min", "tensor<2xui8>", "[255, 3]", "[1, 4]", "[1, 3]");
  expectBinary("max", "tensor<2xi1>", "[true, false]", "[false, false]", "[true, false]");
}

TEST(EvalElementwise, CastToInteger) {
  expectCast("tensor<4xf32>", "[1.9, -1.9, 0.5, -0.5]", "tensor<4xi32>", "[1, -1, 0, 0]");
  expectCast("tensor<2xf64>", "[9.0e18, -9.0e18]", "tensor<2xi64>", "[9000000000000000000, -9000000000000000000]");
  expectCast("tensor<1xf64>", "[1.8e19]", "tensor<1xui64>", "[18000000000000000000]");
  expectCast("tensor<3xi32>", "[300, -1, 127]", "tensor<3xi8>", "[44, -1, 127]");
  expectCast("tensor<2xi8>", "[-1, 1]", "tensor<2xui16>", "[65535, 1]");
  expectCast("tensor<2xui8>", "[255, 1]", "tensor<2xi32>", "[255, 1]");
  expectCast("tensor<2xi1>", "[true, false]", "tensor<2xi64>", "[1, 0]");
}

TEST(EvalElementwise, CastBeyondTheRangeIsTheNearest) {
  expectCast("tensor<3xf32>", "[300.0, -300.0, 0x7FC00000]", "tensor<3xi8>", "[127, -128, 0]");
  expectCast("tensor<2xf32>", "[300.0, -1.0]", "tensor<2xui8>", "[255, 0]");
}

TEST(EvalElementwise, CastToFloat) {
  expectCast("tensor<2xi1>", "[true, false]", "tensor<2xf32>", "[1.0, 0.0]");
  expectCast("tensor<1xui64>", "[18446744073709551615]", "tensor<1xf64>", "[18446744073709551615.0]");
  // 2^53 + 2^29 + 1 is just above a tie of f32; a stop at f64 would lose the 1.
  expectCast("tensor<1xi64>", "[9007199791611905]", "tensor<1xf32>", "[9007200328482816.0]");
  expectCast("tensor<3xf32>", "[65520.0, 1.00048828125, 1.0e-8]", "tensor<3xf16>", "[0x7C00, 1.0, 0.0]");
  expectCast("tensor<2xf64>", "[1.00390625, 3.4e38]", "tensor<2xbf16>", "[1.0, 0x7F80]");
}

TEST(EvalElementwise, CastToTruth) {
  expectCast("tensor<4xf32>", "[0.0, -0.0, 0.1, 0x7FC00000]", "tensor<4xi1>", "[false, false, true, true]");
  expectCast("tensor<3xi32>", "[0, 2, -1]", "tensor<3xi1>", "[false, true, true]");
}
