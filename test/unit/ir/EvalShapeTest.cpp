//===- EvalShapeTest.cpp - the values of rearrangements -------------------===//

#include "Evaluating.h"

using namespace margay::test;

TEST(EvalShape, Broadcast) {
  expectValue(R"(%x = nn.constant dense<[[1], [2]]> : tensor<2x1xi32>
                 %y = nn.broadcast %x : tensor<2x1xi32> to tensor<2x3xi32>)",
              "%y", "dense<[[1, 1, 1], [2, 2, 2]]> : tensor<2x3xi32>");
  expectValue(R"(%x = nn.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
                 %y = nn.broadcast %x : tensor<1x2xf32> to tensor<2x2xf32>)",
              "%y", "dense<[[1.0, 2.0], [1.0, 2.0]]> : tensor<2x2xf32>");
}

TEST(EvalShape, BroadcastToNothing) {
  expectValue(R"(%x = nn.constant dense<5> : tensor<1x2xi32>
                 %y = nn.broadcast %x : tensor<1x2xi32> to tensor<0x2xi32>)",
              "%y", "dense<> : tensor<0x2xi32>");
}

TEST(EvalShape, Concat) {
  expectValue(R"(%x = nn.constant dense<[[1], [2]]> : tensor<2x1xi32>
                 %y = nn.constant dense<[[3, 4], [5, 6]]> : tensor<2x2xi32>
                 %z = nn.concat %x, %y {axis = 1 : i64} : tensor<2x1xi32>, tensor<2x2xi32> -> tensor<2x3xi32>)",
              "%z", "dense<[[1, 3, 4], [2, 5, 6]]> : tensor<2x3xi32>");
  expectValue(R"(%x = nn.constant dense<[[1, 2]]> : tensor<1x2xi32>
                 %y = nn.constant dense<> : tensor<0x2xi32>
                 %z = nn.concat %x, %y, %x {axis = 0 : i64} : tensor<1x2xi32>, tensor<0x2xi32>, tensor<1x2xi32> -> tensor<2x2xi32>)",
              "%z", "dense<[[1, 2], [1, 2]]> : tensor<2x2xi32>");
}

TEST(EvalShape, ConcatOfNoRows) {
  expectValue(R"(%x = nn.constant dense<> : tensor<0x2xf32>
                 %z = nn.concat %x, %x {axis = 1 : i64} : tensor<0x2xf32>, tensor<0x2xf32> -> tensor<0x4xf32>)",
              "%z", "dense<> : tensor<0x4xf32>");
}

TEST(EvalShape, Reshape) {
  expectValue(R"(%x = nn.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
                 %y = nn.reshape %x : tensor<2x3xi32> to tensor<3x2x1xi32>)",
              "%y", "dense<[[[1], [2]], [[3], [4]], [[5], [6]]]> : tensor<3x2x1xi32>");
  expectValue(R"(%x = nn.constant dense<[7]> : tensor<1xi32>
                 %y = nn.reshape %x : tensor<1xi32> to tensor<i32>)",
              "%y", "dense<7> : tensor<i32>");
}

TEST(EvalShape, Transpose) {
  expectValue(R"(%x = nn.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
                 %y = nn.transpose %x {permutation = array<i64: 1, 0>} : tensor<2x3xi32> -> tensor<3x2xi32>)",
              "%y", "dense<[[1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>");
  // Not its own inverse: result dimension i is operand dimension permutation[i].
  expectValue(R"(%x = nn.constant dense<[[[1, 2, 3], [4, 5, 6]]]> : tensor<1x2x3xi32>
                 %y = nn.transpose %x {permutation = array<i64: 1, 2, 0>} : tensor<1x2x3xi32> -> tensor<2x3x1xi32>)",
              "%y", "dense<[[[1], [2], [3]], [[4], [5], [6]]]> : tensor<2x3x1xi32>");
  expectValue(R"(%x = nn.constant dense<[[[1, 2, 3], [4, 5, 6]]]> : tensor<1x2x3xi32>
                 %y = nn.transpose %x {permutation = array<i64: 2, 0, 1>} : tensor<1x2x3xi32> -> tensor<3x1x2xi32>)",
              "%y", "dense<[[[1, 4]], [[2, 5]], [[3, 6]]]> : tensor<3x1x2xi32>");
}
