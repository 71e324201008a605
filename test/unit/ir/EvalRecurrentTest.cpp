//===- EvalRecurrentTest.cpp - the values of recurrent cells --------------===//
//
// Activations of affine 1 * x + 0 make them sums that a hand can do.
//
//===----------------------------------------------------------------------===//

#include "Evaluating.h"

using namespace margay::test;

static std::string lists(llvm::StringRef names, int count) {
  std::string ones, zeros;
  for (int i = 0; i < count; ++i) {
    ones += i ? ", 1.0" : "1.0";
    zeros += i ? ", 0.0" : "0.0";
  }
  return ("activations = [" + names + "], alphas = array<f64: " + ones + ">, betas = array<f64: " + zeros + ">").str();
}

/// Three steps of one sequence with one hidden unit, whose recurrent weight is 2 and whose first state is 1.
static std::string rnn(llvm::StringRef extra) {
  return "%g = nn.constant dense<[[[1.0]], [[2.0]], [[3.0]]]> : tensor<3x1x1xf32>\n"
         "%w = nn.constant dense<[[2.0]]> : tensor<1x1xf32>\n%h = nn.constant dense<[[1.0]]> : tensor<1x1xf32>\n"
         "%n = nn.constant dense<[2]> : tensor<1xi32>\n"
         "%y, %last = nn.recurrent rnn %g, %w, %h lengths %n {" +
         lists("\"affine\"", 1) + extra.str() +
         "} : (tensor<3x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xi32>) -> (tensor<3x1x1xf32>, "
         "tensor<1x1xf32>)";
}

TEST(EvalRecurrent, RnnEndsWithItsSequence) {
  expectValue(rnn(""), "%y", "dense<[[[3.0]], [[8.0]], [[0.0]]]> : tensor<3x1x1xf32>");
  expectValue(rnn(""), "%last", "dense<[[8.0]]> : tensor<1x1xf32>");
}

TEST(EvalRecurrent, RnnBackwardsFromTheSequencesEnd) {
  expectValue(rnn(", reverse"), "%y", "dense<[[[9.0]], [[4.0]], [[0.0]]]> : tensor<3x1x1xf32>");
  expectValue(rnn(", reverse"), "%last", "dense<[[9.0]]> : tensor<1x1xf32>");
}

TEST(EvalRecurrent, Clip) {
  expectValue(rnn(", clip = 4.0 : f64"), "%y", "dense<[[[3.0]], [[4.0]], [[0.0]]]> : tensor<3x1x1xf32>");
}

static std::string gru(llvm::StringRef bias, llvm::StringRef extra) {
  return ("%g = nn.constant dense<[[[0.5, 0.25, 3.0]]]> : tensor<1x1x3xf32>\n"
          "%w = nn.constant dense<[[0.0, 0.0, 8.0]]> : tensor<1x3xf32>\n%h = nn.constant dense<[[2.0]]> : "
          "tensor<1x1xf32>\n"
          "%b = nn.constant dense<[4.0]> : tensor<1xf32>\n%y, %last = nn.recurrent gru %g, %w, %h " +
          bias + " {" + lists("\"affine\", \"affine\"", 2) + extra +
          "} : (tensor<1x1x3xf32>, tensor<1x3xf32>, tensor<1x1xf32>" + (bias.empty() ? "" : ", tensor<1xf32>") +
          ") -> (tensor<1x1x1xf32>, tensor<1x1xf32>)")
      .str();
}

TEST(EvalRecurrent, Gru) {
  // z = 0.5, r = 0.25, n = 3 + (0.25 * 2) * 8 = 7, h' = 0.5 * 7 + 0.5 * 2
  expectValue(gru("", ""), "%last", "dense<[[4.5]]> : tensor<1x1xf32>");
  // n = 3 + 0.25 * (2 * 8 + 4) = 8, h' = 0.5 * 8 + 0.5 * 2
  expectValue(gru("bias %b", ", linear_before_reset"), "%last", "dense<[[5.0]]> : tensor<1x1xf32>");
}

static std::string lstm(llvm::StringRef peepholes, llvm::StringRef extra) {
  return ("%g = nn.constant dense<[[[0.5, 2.0, 0.25, 3.0]]]> : tensor<1x1x4xf32>\n"
          "%w = nn.constant dense<[[0.0, 1.0, 0.0, 1.0]]> : tensor<1x4xf32>\n%h = nn.constant dense<[[1.0]]> : "
          "tensor<1x1xf32>\n"
          "%c = nn.constant dense<[[8.0]]> : tensor<1x1xf32>\n%p = nn.constant dense<[[0.125], [1.0], [0.0]]> : "
          "tensor<3x1xf32>\n"
          "%y, %last, %cell = nn.recurrent lstm %g, %w, %h cell %c " +
          peepholes + " {" + lists("\"affine\", \"affine\", \"affine\"", 3) + extra +
          "} : (tensor<1x1x4xf32>, tensor<1x4xf32>, tensor<1x1xf32>, tensor<1x1xf32>" +
          (peepholes.empty() ? "" : ", tensor<3x1xf32>") + ") -> (tensor<1x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>)")
      .str();
}

TEST(EvalRecurrent, Lstm) {
  // i = 0.5, o = 2 + 1, f = 0.25, n = 3 + 1: c' = 0.25 * 8 + 0.5 * 4, h' = 3 * 4
  expectValue(lstm("", ""), "%cell", "dense<[[4.0]]> : tensor<1x1xf32>");
  expectValue(lstm("", ""), "%last", "dense<[[12.0]]> : tensor<1x1xf32>");
  // Peepholes in the order input, output, forget: i = 0.5 + 0.125 * 8 = 1.5, c' = 0.25 * 8 + 1.5 * 4 = 8, o = 3 + 8
  expectValue(lstm("peepholes %p", ""), "%cell", "dense<[[8.0]]> : tensor<1x1xf32>");
  expectValue(lstm("peepholes %p", ""), "%last", "dense<[[88.0]]> : tensor<1x1xf32>");
  // f = 1 - 0.5: c' = 0.5 * 8 + 0.5 * 4
  expectValue(lstm("", ", input_forget"), "%cell", "dense<[[6.0]]> : tensor<1x1xf32>");
}
