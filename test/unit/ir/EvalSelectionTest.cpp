//===- EvalSelectionTest.cpp - the values of results whose size depends on data ===//

#include "Evaluating.h"

using namespace margay::test;

static const char *twoByThree =
    "%x = nn.constant dense<[[0.0, 2.0, -0.0], [0x7FC00000, 0.0, -3.0]]> : tensor<2x3xf32>\n"
    "%p, %c = nn.nonzero %x : tensor<2x3xf32> -> tensor<6x2xi64>, tensor<i64>\n";

TEST(EvalNonZero, RowsInOrderAndNaNCounts) {
  expectValue(twoByThree, "%p", "dense<[[0, 1], [1, 0], [1, 2], [0, 0], [0, 0], [0, 0]]> : tensor<6x2xi64>");
  expectValue(twoByThree, "%c", "dense<3> : tensor<i64>");
}

TEST(EvalNonZero, OfAScalar) {
  expectValue(
      "%x = nn.constant dense<true> : tensor<i1>\n%p, %c = nn.nonzero %x : tensor<i1> -> tensor<1x0xi64>, tensor<i64>",
      "%c", "dense<1> : tensor<i64>");
}

/// Four boxes of 2 × 2: the second a third over the first, the third as the first, the fourth apart; corners in any
/// order.
static std::string suppressed(llvm::StringRef limit, llvm::StringRef overlap, llvm::StringRef least) {
  return (R"(%b = nn.constant dense<[[[0.0, 0.0, 2.0, 2.0], [2.0, 3.0, 0.0, 1.0], [2.0, 2.0, 0.0, 0.0], [5.0, 5.0, 7.0, 7.0]]]> : tensor<1x4x4xf32>
             %s = nn.constant dense<[[[0.5, 0.75, 0.5, 0.25]]]> : tensor<1x1x4xf32>
             %limit = nn.constant dense<)" +
          limit + R"(> : tensor<i64>
             %overlap = nn.constant dense<)" +
          overlap + R"(> : tensor<f32>
             %least = nn.constant dense<)" +
          least + R"(> : tensor<f32>
             %n, %l = nn.nms %b, %s limit %limit above %overlap, %least : (tensor<1x4x4xf32>, tensor<1x1x4xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> (tensor<1x1x3xi64>, tensor<1x1x4xf32>)
)")
      .str();
}

TEST(EvalNms, DropsWhatOverlapsABetterOne) {
  expectValue(suppressed("3", "0.25", "0.0"), "%n", "dense<[[[1, 3, -1]]]> : tensor<1x1x3xi64>");
}

TEST(EvalNms, OfEqualScoresTheFirst) {
  // A third of two areas less what they share: 2 / 6, which is not above 0.5.
  expectValue(suppressed("3", "0.5", "0.0"), "%n", "dense<[[[1, 0, 3]]]> : tensor<1x1x3xi64>");
}

TEST(EvalNms, LimitAndScores) {
  expectValue(suppressed("1", "0.5", "0.0"), "%n", "dense<[[[1, -1, -1]]]> : tensor<1x1x3xi64>");
  expectValue(suppressed("3", "0.5", "0.25"), "%n", "dense<[[[1, 0, -1]]]> : tensor<1x1x3xi64>");
  expectValue(suppressed("1", "0.5", "0.0"), "%l", "dense<[[[0.5, 0xFF800000, 0.5, 0.25]]]> : tensor<1x1x4xf32>");
}

TEST(EvalPrefix, GivesItsSymbolAValue) {
  auto module = parseModule(R"(
    func.func @main(%x: tensor<3xf32>) -> (tensor<?xi64, #nn.shape<K>>, tensor<2xi64>) attributes {nn.symbols = [#nn.symbol<"K", 0, 3 data <3>>]} {
      %p, %c = nn.nonzero %x : tensor<3xf32> -> tensor<3x1xi64>, tensor<i64>
      %k = nn.prefix %p, %c : tensor<3x1xi64>, tensor<i64> to tensor<?x1xi64, #nn.shape<K, 1>>
      %r = nn.reshape %k : tensor<?x1xi64, #nn.shape<K, 1>> to tensor<?xi64, #nn.shape<K>>
      %d = nn.dims <K, K * 2 + 1> : tensor<2xi64>
      return %r, %d : tensor<?xi64, #nn.shape<K>>, tensor<2xi64>
    })");
  auto results = margay::reference::evaluate(*module, {tensor("dense<[1.0, 0.0, 2.0]> : tensor<3xf32>")});
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  EXPECT_EQ(textOf((*results)[0]), "dense<[0, 2]> : tensor<2xi64>");
  EXPECT_EQ(textOf((*results)[1]), "dense<[2, 5]> : tensor<2xi64>");
}

TEST(EvalPrefix, MoreThanThereAre) {
  auto module = parseModule(R"(
    func.func @main(%x: tensor<3xf32>, %c: tensor<i64>) -> tensor<?xf32, #nn.shape<K>> attributes {nn.symbols = [#nn.symbol<"K", 0, 3 data <3>>]} {
      %k = nn.prefix %x, %c : tensor<3xf32>, tensor<i64> to tensor<?xf32, #nn.shape<K>>
      return %k : tensor<?xf32, #nn.shape<K>>
    })");
  auto results = margay::reference::evaluate(
      *module, {tensor("dense<[1.0, 0.0, 2.0]> : tensor<3xf32>"), tensor("dense<4> : tensor<i64>")});
  ASSERT_FALSE(bool(results));
  EXPECT_EQ(llvm::toString(results.takeError()), "nn.prefix: there are 3 slices, not 4");
}
