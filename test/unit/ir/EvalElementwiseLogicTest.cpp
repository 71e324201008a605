//===- EvalElementwiseLogicTest.cpp - values of comparisons, choices, bits and remainders ===//

#include "EvaluatingElementwise.h"

using namespace margay::test;

static void expectCompare(llvm::StringRef kind, llvm::StringRef element, llvm::StringRef lhs, llvm::StringRef rhs,
                          llvm::StringRef expected) {
  std::string type = ("tensor<4x" + element + ">").str();
  expectValue("%x = nn.constant dense<" + lhs.str() + "> : " + type + "\n%y = nn.constant dense<" + rhs.str() +
                  "> : " + type + "\n%z = nn.compare " + kind.str() + " %x, %y : " + type + " -> tensor<4xi1>",
              "%z", "dense<" + expected.str() + "> : tensor<4xi1>");
}

TEST(EvalElementwiseLogic, CompareFloats) {
  const char *x = "[1.0, 0.0, 0x7FC00000, 2.0]", *y = "[2.0, -0.0, 0x7FC00000, 1.0]";
  expectCompare("eq", "f32", x, y, "[false, true, false, false]");
  expectCompare("ne", "f32", x, y, "[true, false, true, true]"); // NaN is not even equal to itself.
  expectCompare("lt", "f32", x, y, "[true, false, false, false]");
  expectCompare("le", "f32", x, y, "[true, true, false, false]");
  expectCompare("gt", "f32", x, y, "[false, false, false, true]");
  expectCompare("ge", "f32", x, y, "[false, true, false, true]");
}

TEST(EvalElementwiseLogic, CompareIntegers) {
  const char *x = "[-1, 3, 3, 127]", *y = "[1, 3, 4, -128]";
  expectCompare("eq", "i8", x, y, "[false, true, false, false]");
  expectCompare("ne", "i8", x, y, "[true, false, true, true]");
  expectCompare("lt", "i8", x, y, "[true, false, true, false]");
  expectCompare("le", "i8", x, y, "[true, true, true, false]");
  expectCompare("gt", "i8", x, y, "[false, false, false, true]");
  expectCompare("ge", "i8", x, y, "[false, true, false, true]");
}

TEST(EvalElementwiseLogic, CompareWithoutSign) {
  expectCompare("gt", "ui8", "[255, 1, 128, 0]", "[1, 255, 127, 0]", "[true, false, true, false]");
  expectCompare("lt", "ui64", "[18446744073709551615, 1, 0, 5]", "[1, 18446744073709551615, 0, 5]",
                "[false, true, false, false]");
  expectCompare("lt", "i1", "[true, false, true, false]", "[true, true, false, false]", "[false, true, false, false]");
  // Beyond what an f64 tells apart.
  expectCompare("lt", "i64", "[9007199254740992, 0, 0, 0]", "[9007199254740993, 0, 0, 0]",
                "[true, false, false, false]");
}

TEST(EvalElementwiseLogic, Select) {
  expectValue(R"(%c = nn.constant dense<[true, false]> : tensor<2xi1>
                 %x = nn.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
                 %y = nn.constant dense<[0x7FC00000, 2.0]> : tensor<2xf32>
                 %z = nn.select %c, %x, %y : tensor<2xi1>, tensor<2xf32>)",
              "%z", "dense<[1.0, 2.0]> : tensor<2xf32>");
  expectValue(R"(%c = nn.constant dense<[true, false]> : tensor<2xi1>
                 %x = nn.constant dense<[9223372036854775807, 3]> : tensor<2xi64>
                 %y = nn.constant dense<[4, -9223372036854775808]> : tensor<2xi64>
                 %z = nn.select %c, %x, %y : tensor<2xi1>, tensor<2xi64>)",
              "%z", "dense<[9223372036854775807, -9223372036854775808]> : tensor<2xi64>");
}

TEST(EvalElementwiseLogic, Sign) {
  expectUnary("sign", "tensor<5xf32>", "[-3.0, -0.0, 0.0, 0.5, 0xFF800000]", "[-1.0, -0.0, 0.0, 1.0, -1.0]");
  expectUnary("sign", "tensor<1xf32>", "[0x7FC00000]", "[0x7FC00000]");
  expectUnary("sign", "tensor<3xi8>", "[-128, 0, 7]", "[-1, 0, 1]");
  expectUnary("sign", "tensor<3xui64>", "[18446744073709551615, 0, 7]", "[1, 0, 1]");
}

TEST(EvalElementwiseLogic, Bits) {
  expectBinary("and", "tensor<2xi8>", "[12, -1]", "[10, 5]", "[8, 5]");
  expectBinary("or", "tensor<2xui8>", "[12, 128]", "[10, 5]", "[14, 133]");
  expectBinary("xor", "tensor<2xi64>", "[12, -1]", "[10, 5]", "[6, -6]");
  expectUnary("not", "tensor<2xi8>", "[0, 5]", "[-1, -6]");
  expectUnary("not", "tensor<2xui16>", "[0, 5]", "[65535, 65530]");
}

TEST(EvalElementwiseLogic, TruthValues) {
  const char *x = "[false, false, true, true]", *y = "[false, true, false, true]";
  expectBinary("and", "tensor<4xi1>", x, y, "[false, false, false, true]");
  expectBinary("or", "tensor<4xi1>", x, y, "[false, true, true, true]");
  expectBinary("xor", "tensor<4xi1>", x, y, "[false, true, true, false]");
  expectUnary("not", "tensor<2xi1>", "[false, true]", "[true, false]");
}

TEST(EvalElementwiseLogic, Shifts) {
  expectBinary("shift_left", "tensor<4xui8>", "[1, 255, 255, 255]", "[7, 1, 8, 200]", "[128, 254, 0, 0]");
  expectBinary("shift_right", "tensor<4xui8>", "[128, 255, 255, 255]", "[7, 1, 8, 200]", "[1, 127, 0, 0]");
  expectBinary("shift_right", "tensor<2xui64>", "[18446744073709551615, 1]", "[63, 64]", "[1, 0]");
  expectBinary("shift_right", "tensor<2xi8>", "[-1, -128]", "[4, 7]", "[15, 1]"); // Zeros come from the left.
  expectBinary("shift_left", "tensor<2xi64>", "[1, 3]", "[63, -1]", "[-9223372036854775808, 0]");
}

TEST(EvalElementwiseLogic, ModOfIntegers) {
  const char *x = "[7, -7, 7, -7, 6]", *y = "[3, 3, -3, -3, 3]";
  expectBinary("mod", "tensor<5xi32>", x, y, "[1, 2, -2, -1, 0]");
  expectBinary("mod", "tensor<5xi32>", x, y, "[1, -1, 1, -1, 0]", "{truncated}");
  expectBinary("mod", "tensor<3xi8>", "[5, -128, 0]", "[0, -1, 3]", "[0, 0, 0]");
  expectBinary("mod", "tensor<2xui64>", "[18446744073709551615, 5]", "[10, 0]", "[5, 0]");
}

TEST(EvalElementwiseLogic, ModOfFloats) {
  expectBinary("mod", "tensor<4xf32>", "[5.5, -5.5, 5.5, 1.0]", "[2.0, 2.0, -2.0, 0x7F800000]", "[1.5, -1.5, 1.5, 1.0]",
               "{truncated}");
}

TEST(EvalElementwiseLogic, Bitcast) {
  expectConversion("bitcast", "tensor<2xf32>", "[1.0, -0.0]", "tensor<2xi32>", "[1065353216, -2147483648]");
  expectConversion("bitcast", "tensor<1xui64>", "[4607182418800017408]", "tensor<1xf64>", "[1.0]");
  expectConversion("bitcast", "tensor<2xi8>", "[-1, 1]", "tensor<2xui8>", "[255, 1]");
  expectConversion("bitcast", "tensor<1xbf16>", "[1.0]", "tensor<1xf16>", "[0x3F80]");
}
