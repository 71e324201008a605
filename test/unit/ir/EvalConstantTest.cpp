//===- EvalConstantTest.cpp - constants, parameters and constant subgraphs ===//

#include "Evaluating.h"

using namespace margay;
using namespace margay::test;

/// The value that the function's first result is computed from.
static llvm::Expected<reference::Tensor> constantIn(llvm::StringRef text) {
  auto module = parseModule(text);
  auto function = module->lookupSymbol<mlir::func::FuncOp>("main");
  return reference::evaluateConstant(function.getBody().front().getTerminator()->getOperand(0));
}

TEST(EvalConstant, Parameters) {
  auto value = constantIn(R"(
    nn.param @w : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
    func.func @main() -> tensor<2xf32> {
      %w = nn.get @w : tensor<2xf32>
      return %w : tensor<2xf32>
    })");
  ASSERT_TRUE(static_cast<bool>(value)) << messageOf(value.takeError());
  EXPECT_EQ(textOf(*value), "dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>");
}

TEST(EvalConstant, ResourceParametersAtAnyAddress) {
  // The blob's alignment is 1 and its elements are unaligned in the text's bytes.
  auto value = constantIn(R"(
    nn.param @w : tensor<3xi16> = dense_resource<bytes> : tensor<3xi16>
    func.func @main() -> tensor<3xi16> {
      %w = nn.get @w : tensor<3xi16>
      return %w : tensor<3xi16>
    }
    {-# dialect_resources: { builtin: { bytes: "0x010000000100FFFF0201" } } #-})");
  ASSERT_TRUE(static_cast<bool>(value)) << messageOf(value.takeError());
  EXPECT_EQ(textOf(*value), "dense<[1, -1, 258]> : tensor<3xi16>");
}

TEST(EvalConstant, SharedValuesAreUsedTwice) {
  auto value = constantIn(R"(
    nn.param @w : tensor<2x2xf32> = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
    func.func @main() -> tensor<2x2xf32> {
      %w = nn.get @w : tensor<2x2xf32>
      %t = nn.transpose %w {permutation = array<i64: 1, 0>} : tensor<2x2xf32> -> tensor<2x2xf32>
      %s = nn.add %w, %t : tensor<2x2xf32>
      %d = nn.mul %s, %s : tensor<2x2xf32>
      %e = nn.sub %d, %w : tensor<2x2xf32>
      return %e : tensor<2x2xf32>
    })");
  ASSERT_TRUE(static_cast<bool>(value)) << messageOf(value.takeError());
  EXPECT_EQ(textOf(*value), "dense<[[3.000000e+00, 2.300000e+01], [2.200000e+01, 6.000000e+01]]> : tensor<2x2xf32>");
}

TEST(EvalConstant, RunTimeValuesAreRefused) {
  auto value = constantIn(R"(
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %c = nn.constant dense<1.0> : tensor<2xf32>
      %s = nn.add %x, %c : tensor<2xf32>
      return %s : tensor<2xf32>
    })");
  EXPECT_EQ(messageOf(std::move(value)), "a constant was wanted of a value that is only known at run time");
}

TEST(EvalConstant, MissingBytesAreNamed) {
  auto value = constantIn(R"(
    nn.param @w : tensor<3xi16> = dense_resource<lost> : tensor<3xi16>
    func.func @main() -> tensor<3xi16> {
      %w = nn.get @w : tensor<3xi16>
      return %w : tensor<3xi16>
    })");
  EXPECT_EQ(messageOf(std::move(value)), "the bytes of 'lost' are missing");
}

TEST(EvalConstant, TooFewBytesAreCounted) {
  auto value = constantIn(R"(
    nn.param @w : tensor<4xi16> = dense_resource<short> : tensor<4xi16>
    func.func @main() -> tensor<4xi16> {
      %w = nn.get @w : tensor<4xi16>
      return %w : tensor<4xi16>
    }
    {-# dialect_resources: { builtin: { short: "0x010000000100FFFF" } } #-})");
  EXPECT_EQ(messageOf(std::move(value)), "a tensor of shape 4 needs 8 bytes, 4 are there");
}

TEST(EvalConstant, DeepChainsDoNotOverflowTheStack) {
  std::string text = "func.func @main() -> tensor<1xi64> {\n%v0 = nn.constant dense<1> : tensor<1xi64>\n";
  for (int i = 1; i <= 20000; ++i) {
    std::string last = "%v" + std::to_string(i - 1);
    text += "%v" + std::to_string(i) + " = nn.add " + last + ", %v0 : tensor<1xi64>\n";
  }
  auto value = constantIn(text + "return %v20000 : tensor<1xi64>\n}");
  ASSERT_TRUE(static_cast<bool>(value)) << messageOf(value.takeError());
  EXPECT_EQ(textOf(*value), "dense<20001> : tensor<1xi64>");
}
