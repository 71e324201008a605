//===- EvaluatorTest.cpp - running a module, and what can be wrong with that ===//

#include "Evaluating.h"
#include "ir/Ops.h"

using namespace margay;
using namespace margay::test;

static const char *pairs = R"(
  func.func @main(%x: tensor<?x2xf32, #nn.shape<N, 2>> {nn.name = "left"}, %y: tensor<?xf32, #nn.shape<N * 2>>)
      -> (tensor<?xf32, #nn.shape<N * 2>>, tensor<?x2xf32, #nn.shape<N, 2>>) attributes {nn.symbols = [#nn.symbol<"N", 1, 4>]} {
    %r = nn.reshape %x : tensor<?x2xf32, #nn.shape<N, 2>> to tensor<?xf32, #nn.shape<N * 2>>
    %s = nn.add %r, %y : tensor<?xf32, #nn.shape<N * 2>>
    return %s, %x : tensor<?xf32, #nn.shape<N * 2>>, tensor<?x2xf32, #nn.shape<N, 2>>
  })";

static llvm::Expected<std::vector<reference::Tensor>> runPairs(std::vector<reference::Tensor> inputs) {
  auto module = parseModule(pairs);
  return reference::evaluate(*module, std::move(inputs));
}

TEST(Evaluator, BindsSymbolsFromTheInputs) {
  auto results =
      runPairs({tensor("dense<[[1.0, 2.0]]> : tensor<1x2xf32>"), tensor("dense<[0.5, 0.5]> : tensor<2xf32>")});
  ASSERT_TRUE(static_cast<bool>(results)) << messageOf(results.takeError());
  ASSERT_EQ(results->size(), 2u);
  EXPECT_EQ(textOf((*results)[0]), textOf(tensor("dense<[1.5, 2.5]> : tensor<2xf32>")));
  EXPECT_EQ(textOf((*results)[1]), textOf(tensor("dense<[[1.0, 2.0]]> : tensor<1x2xf32>")));
}

TEST(Evaluator, InputsMustFitTheirTypes) {
  EXPECT_EQ(messageOf(runPairs({tensor("dense<1.0> : tensor<1x3xf32>"), tensor("dense<1.0> : tensor<2xf32>")})),
            "input 'left' is 1x3 f32, the model takes Nx2 f32");
  EXPECT_EQ(messageOf(runPairs({tensor("dense<1> : tensor<1x2xi32>"), tensor("dense<1.0> : tensor<2xf32>")})),
            "input 'left' is 1x2 i32, the model takes Nx2 f32");
  EXPECT_EQ(messageOf(runPairs({tensor("dense<1.0> : tensor<1x2xf32>"), tensor("dense<1.0> : tensor<3xf32>")})),
            "input 1 is 3 f32, the model takes 2 * N f32");
  EXPECT_EQ(messageOf(runPairs({tensor("dense<1.0> : tensor<2xf32>"), tensor("dense<1.0> : tensor<2xf32>")})),
            "input 'left' is 2 f32, the model takes Nx2 f32");
}

TEST(Evaluator, SymbolsMustBeInTheirRange) {
  EXPECT_EQ(messageOf(runPairs({tensor("dense<1.0> : tensor<5x2xf32>"), tensor("dense<1.0> : tensor<10xf32>")})),
            "dimension N is 5, allowed is 1 to 4");
}

TEST(Evaluator, AllInputsMustBeThere) {
  EXPECT_EQ(messageOf(runPairs({tensor("dense<1.0> : tensor<1x2xf32>")})),
            "function 'main' takes 2 inputs, 1 is given");
}

TEST(Evaluator, AModuleNeedsAMain) {
  auto module = parseModule("func.func @other() { return }");
  EXPECT_EQ(messageOf(reference::evaluate(*module, {})), "the module has no function 'main' of one block");
}

TEST(Evaluator, UnknownOperationsAreNamed) {
  auto module = parseModule(R"(
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %y = builtin.unrealized_conversion_cast %x : tensor<2xf32> to tensor<2xf32> loc("cast7")
      return %y : tensor<2xf32>
    })");
  EXPECT_EQ(messageOf(reference::evaluate(*module, {tensor("dense<1.0> : tensor<2xf32>")})),
            "builtin.unrealized_conversion_cast 'cast7': the reference evaluator does not know this operation");
}

TEST(Evaluator, ReshapesAreCheckedAtRunTime) {
  auto module = parseModule(R"(
    func.func @main(%x: tensor<?x3xf32, #nn.shape<N, 3>>) -> tensor<?x2xf32, #nn.shape<N, 2>> {
      %y = nn.reshape %x : tensor<?x3xf32, #nn.shape<N, 3>> to tensor<?x2xf32, #nn.shape<N, 2>> loc("flat")
      return %y : tensor<?x2xf32, #nn.shape<N, 2>>
    })");
  EXPECT_EQ(messageOf(reference::evaluate(*module, {tensor("dense<1.0> : tensor<2x3xf32>")})),
            "nn.reshape 'flat': cannot turn 2x3 into 2x2");
}

TEST(Evaluator, SymbolicWindowsAndConvolutions) {
  auto module = parseModule(R"(
    func.func @main(%x: tensor<1x?x1xf32, #nn.shape<1, L, 1>>) -> tensor<1x?x1xf32, #nn.shape<1, (L + -2) floordiv 2 + 1, 1>> {
      %f = nn.constant dense<2.0> : tensor<1x1x1xf32>
      %c = nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
        : tensor<1x?x1xf32, #nn.shape<1, L, 1>>, tensor<1x1x1xf32> -> tensor<1x?x1xf32, #nn.shape<1, L, 1>>
      %y = nn.window max %c {kernel = array<i64: 2>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
        : tensor<1x?x1xf32, #nn.shape<1, L, 1>> -> tensor<1x?x1xf32, #nn.shape<1, (L + -2) floordiv 2 + 1, 1>>
      return %y : tensor<1x?x1xf32, #nn.shape<1, (L + -2) floordiv 2 + 1, 1>>
    })");
  auto results =
      reference::evaluate(*module, {tensor("dense<[[[1.0], [2.0], [3.0], [4.0], [5.0]]]> : tensor<1x5x1xf32>")});
  ASSERT_TRUE(static_cast<bool>(results)) << messageOf(results.takeError());
  EXPECT_EQ(textOf(results->front()), textOf(tensor("dense<[[[4.0], [8.0]]]> : tensor<1x2x1xf32>")));
}

TEST(Evaluator, OneOperationBindsSymbolsFromItsOperands) {
  auto module = parseModule(pairs);
  auto function = module->lookupSymbol<mlir::func::FuncOp>("main");
  mlir::Operation *reshape = &function.getBody().front().front(), *add = reshape->getNextNode();
  auto result = reference::evaluateOp(reshape, {tensor("dense<[[1.0, 2.0]]> : tensor<1x2xf32>")});
  ASSERT_TRUE(static_cast<bool>(result)) << messageOf(result.takeError());
  EXPECT_EQ(textOf(result->front()), textOf(tensor("dense<[1.0, 2.0]> : tensor<2xf32>")));
  // 2 * N alone does not say what N is, but its operands must agree with a given N.
  reference::Symbols symbols;
  symbols["N"] = 2;
  reference::Tensor two = tensor("dense<[1.0, 2.0]> : tensor<2xf32>");
  EXPECT_EQ(messageOf(reference::evaluateOp(add, {two, two}, symbols)),
            "nn.add: operand 0 is 2 f32, its type says 2 * N f32");
  EXPECT_EQ(messageOf(reference::evaluateOp(add, {two}, symbols)), "nn.add: has 2 operands, is given 1");
}

TEST(Evaluator, SymbolsWithoutAValueAreNamed) {
  auto module = parseModule(R"(
    func.func @main(%x: tensor<1xf32>) -> tensor<?xf32, #nn.shape<K + 1>> {
      %y = nn.broadcast %x : tensor<1xf32> to tensor<?xf32, #nn.shape<K + 1>>
      return %y : tensor<?xf32, #nn.shape<K + 1>>
    })");
  EXPECT_EQ(messageOf(reference::evaluate(*module, {tensor("dense<1.0> : tensor<1xf32>")})),
            "dimension K + 1 depends on K, which has no value");
}
