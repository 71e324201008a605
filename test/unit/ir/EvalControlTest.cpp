//===- EvalControlTest.cpp - the values of what runs by values ------------===//

#include "Evaluating.h"

using namespace margay::test;

static std::string chosen(llvm::StringRef condition) {
  return ("%c = nn.constant dense<" + condition + R"(> : tensor<i1>
    %x = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %y = nn.if %c(%x) : (tensor<i1>, tensor<2xf32>) -> tensor<2xf32> {
    ^bb0(%a: tensor<2xf32>):
      nn.yield %a : tensor<2xf32>
    } else {
    ^bb0(%a: tensor<2xf32>):
      %b = nn.neg %a : tensor<2xf32>
      nn.yield %b : tensor<2xf32>
    })")
      .str();
}

TEST(EvalIf, OneOfTwo) {
  expectValue(chosen("true"), "%y", "dense<[1.0, 2.0]> : tensor<2xf32>");
  expectValue(chosen("false"), "%y", "dense<[-1.0, -2.0]> : tensor<2xf32>");
}

/// Doubles 1 as long as it is less than 20, at most `trips` times; the values before each trip are collected.
static std::string doubled(llvm::StringRef trips, llvm::StringRef condition, llvm::StringRef collected) {
  return ("%n = nn.constant dense<" + trips + "> : tensor<i64>\n%go = nn.constant dense<" + condition +
          R"(> : tensor<i1>
    %x = nn.constant dense<1.0> : tensor<f32>
    %limit = nn.constant dense<20.0> : tensor<f32>
    %y, %all = nn.loop trips %n while %go carried(%x) inputs(%limit) : (tensor<i64>, tensor<i1>, tensor<f32>, tensor<f32>) -> (tensor<f32>, )" +
          collected + R"() {
    ^bb0(%i: tensor<i64>, %a: tensor<f32>, %most: tensor<f32>):
      %b = nn.add %a, %a : tensor<f32>
      %t = nn.compare lt %b, %most : tensor<f32> -> tensor<i1>
      nn.yield %t, %b, %a : tensor<i1>, tensor<f32>, tensor<f32>
    })")
      .str();
}

TEST(EvalLoop, TripsAndConditions) {
  expectValue(doubled("3", "true", "tensor<3xf32>"), "%y", "dense<8.0> : tensor<f32>");
  expectValue(doubled("3", "true", "tensor<3xf32>"), "%all", "dense<[1.0, 2.0, 4.0]> : tensor<3xf32>");
  // The condition is looked at before each trip: 32 is the first that is not less.
  expectValue(doubled("100", "true", "tensor<5xf32>"), "%y", "dense<32.0> : tensor<f32>");
  expectValue(doubled("0", "true", "tensor<0xf32>"), "%y", "dense<1.0> : tensor<f32>");
  expectValue(doubled("3", "false", "tensor<0xf32>"), "%y", "dense<1.0> : tensor<f32>");
}
