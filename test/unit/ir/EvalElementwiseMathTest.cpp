//===- EvalElementwiseMathTest.cpp - values of functions of real numbers --===//
//
// What is expected was computed with 50 digits. Infinity and NaN are written as the bits that stand for them.
//
//===----------------------------------------------------------------------===//

#include "EvaluatingElementwise.h"

using namespace margay::test;

/// Compares in f64 where it is NaN only, whose bits nobody promises.
static void expectNaN(llvm::StringRef op, llvm::StringRef operand) {
  expectValue(("%x = nn.constant dense<" + operand + "> : tensor<1xf64>\n%y = nn." + op +
               " %x : tensor<1xf64>\n%z = nn.compare ne %y, %y : tensor<1xf64> -> tensor<1xi1>")
                  .str(),
              "%z", "dense<true> : tensor<1xi1>");
}

TEST(EvalElementwiseMath, Circular) {
  expectUnary("sin", "tensor<3xf32>", "[0.0, 1.0, -100.0]", "[0.0, 0.84147098480789651, 0.50636564110975879]");
  expectUnary("cos", "tensor<3xf32>", "[0.0, 1.0, -100.0]", "[1.0, 0.54030230586813972, 0.86231887228768393]");
  expectUnary("tan", "tensor<3xf32>", "[0.0, 1.0, -100.0]", "[0.0, 1.5574077246549022, 0.58721391515692907]");
  // Far out, where the distance to the next multiple of pi is all that counts.
  expectUnary("sin", "tensor<1xf64>", "[1.0e22]", "[-0.8522008497671888]");
  expectNaN("sin", "0x7FF0000000000000");
}

TEST(EvalElementwiseMath, InverseCircular) {
  expectUnary("asin", "tensor<3xf32>", "[-0.0, 0.5, -1.0]", "[-0.0, 0.52359877559829887, -1.5707963267948966]");
  expectUnary("acos", "tensor<3xf32>", "[1.0, 0.5, -1.0]", "[0.0, 1.0471975511965979, 3.1415926535897932]");
  expectUnary("atan", "tensor<3xf32>", "[-0.0, 1.0, 0x7F800000]", "[-0.0, 0.78539816339744831, 1.5707963267948966]");
  expectNaN("asin", "1.5");
  expectNaN("acos", "-1.5");
}

TEST(EvalElementwiseMath, Hyperbolic) {
  expectUnary("sinh", "tensor<3xf32>", "[-0.0, 1.0, 1000.0]", "[-0.0, 1.1752011936438014, 0x7F800000]");
  expectUnary("cosh", "tensor<3xf32>", "[0.0, -1.0, 1000.0]", "[1.0, 1.5430806348152437, 0x7F800000]");
}

TEST(EvalElementwiseMath, InverseHyperbolic) {
  expectUnary("asinh", "tensor<3xf32>", "[-0.0, 1.0, -1.0e30]", "[-0.0, 0.88137358701954303, -69.770699985428782]");
  expectUnary("acosh", "tensor<3xf32>", "[1.0, 2.0, 0x7F800000]", "[0.0, 1.3169578969248167, 0x7F800000]");
  expectUnary("atanh", "tensor<3xf32>", "[-0.0, 0.5, 1.0]", "[-0.0, 0.54930614433405485, 0x7F800000]");
  expectNaN("acosh", "0.5");
  expectNaN("atanh", "-1.5");
}

TEST(EvalElementwiseMath, ExponentialAndLogarithmNearZero) {
  expectUnary("expm1", "tensor<4xf32>", "[-0.0, 1.0e-30, 1.0, 0xFF800000]",
              "[-0.0, 1.0e-30, 1.7182818284590452, -1.0]");
  expectUnary("log1p", "tensor<4xf32>", "[-0.0, 1.0e-30, 1.0, -1.0]",
              "[-0.0, 1.0e-30, 0.69314718055994531, 0xFF800000]");
  expectNaN("log1p", "-2.0");
}

TEST(EvalElementwiseMath, Gelu) {
  expectUnary("gelu", "tensor<3xf32>", "[0.0, 1.0, -2.0]", "[0.0, 0.84134474606854293, -0.045500263896358417]");
  expectUnary("gelu", "tensor<2xf32>", "[100.0, -100.0]", "[100.0, -0.0]");
  expectValue(R"(%x = nn.constant dense<[0.0, 1.0, -2.0]> : tensor<3xf32>
                 %y = nn.gelu %x {tanh} : tensor<3xf32>)",
              "%y", "dense<[0.0, 0.84119199060827676, -0.045402305912429756]> : tensor<3xf32>");
}

TEST(EvalElementwiseMath, Pow) {
  expectBinary("pow", "tensor<5xf32>", "[2.0, 2.0, -2.0, 9.0, 10.0]", "[10.0, -1.0, 3.0, 0.5, 38.0]",
               "[1024.0, 0.5, -8.0, 3.0, 1.0e38]");
  // C's special cases.
  expectBinary("pow", "tensor<5xf32>", "[0.0, 0x7FC00000, 1.0, -0.0, -1.0]", "[0.0, 0.0, 0x7FC00000, -1.0, 0x7F800000]",
               "[1.0, 1.0, 1.0, 0xFF800000, 1.0]");
}

TEST(EvalElementwiseMath, Round) {
  expectUnary("round", "tensor<6xf32>", "[0.5, 1.5, 2.5, -0.5, -1.5, 2.7]", "[0.0, 2.0, 2.0, -0.0, -2.0, 3.0]");
  expectUnary("round", "tensor<2xf64>", "[4503599627370497.5, 0xFFF0000000000000]",
              "[4503599627370498.0, 0xFFF0000000000000]");
}
