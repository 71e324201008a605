//===- EvalKernelTest.cpp - the values of kernels and calls ---------------===//

#include "Evaluating.h"

using namespace margay;
using namespace margay::test;

TEST(EvalKernel, IsWhatItsOperationsAre) {
  expectValue(R"(%x = nn.constant dense<[-1.0, 2.0]> : tensor<2xf32>
                 %b = nn.constant dense<[0.5, 0.5]> : tensor<2xf32>
                 %y = nn.kernel "sum" (%a = %x : tensor<2xf32>, %c = %b : tensor<2xf32>) -> tensor<2xf32> plan #nn.plan<"elementwise", {}> {
                   %0 = nn.add %a, %c : tensor<2xf32>
                   %1 = nn.relu %0 : tensor<2xf32>
                   nn.yield %1 : tensor<2xf32>
                 })",
              "%y", "dense<[0.0, 2.5]> : tensor<2xf32>");
}

TEST(EvalKernel, SeveralResultsAndRepeatedOnes) {
  expectValue(R"(%x = nn.constant dense<[1.0, 4.0]> : tensor<2xf32>
                 %y:3 = nn.kernel "roots" (%a = %x : tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
                   %0 = nn.sqrt %a : tensor<2xf32>
                   nn.yield %0, %a, %0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
                 }
                 %s = nn.add %y#0, %y#1 : tensor<2xf32>
                 %t = nn.add %s, %y#2 : tensor<2xf32>)",
              "%t", "dense<[3.0, 8.0]> : tensor<2xf32>");
}

TEST(EvalKernel, ReadsParametersAndSymbols) {
  auto module = parseModule(R"(
    nn.param @bias : tensor<1x2xf32> = dense<[[10.0, 20.0]]> : tensor<1x2xf32>
    func.func @main(%x: tensor<?x2xf32, #nn.shape<N, 2>>) -> tensor<?x2xf32, #nn.shape<N, 2>> {
      %y = nn.kernel "biased" (%a = %x : tensor<?x2xf32, #nn.shape<N, 2>>) -> tensor<?x2xf32, #nn.shape<N, 2>> {
        %b = nn.get @bias : tensor<1x2xf32>
        %w = nn.broadcast %b : tensor<1x2xf32> to tensor<?x2xf32, #nn.shape<N, 2>>
        %s = nn.add %a, %w : tensor<?x2xf32, #nn.shape<N, 2>>
        nn.yield %s : tensor<?x2xf32, #nn.shape<N, 2>>
      }
      return %y : tensor<?x2xf32, #nn.shape<N, 2>>
    })");
  auto results = reference::evaluate(*module, {tensor("dense<1.0> : tensor<3x2xf32>")});
  ASSERT_TRUE(static_cast<bool>(results)) << messageOf(results.takeError());
  EXPECT_EQ(textOf(results->front()),
            textOf(tensor("dense<[[11.0, 21.0], [11.0, 21.0], [11.0, 21.0]]> : tensor<3x2xf32>")));
}

TEST(EvalCall, RunsTheFunctionWithItsOwnSymbols) {
  auto module = parseModule(R"(
    func.func private @twice(%x: tensor<?xf32, #nn.shape<K>>) -> tensor<?xf32, #nn.shape<K>> {
      %y = nn.add %x, %x : tensor<?xf32, #nn.shape<K>>
      return %y : tensor<?xf32, #nn.shape<K>>
    }
    func.func @main(%x: tensor<?xf32, #nn.shape<K>>) -> tensor<?xf32, #nn.shape<K>> {
      %y = func.call @twice(%x) : (tensor<?xf32, #nn.shape<K>>) -> tensor<?xf32, #nn.shape<K>>
      return %y : tensor<?xf32, #nn.shape<K>>
    })");
  auto results = reference::evaluate(*module, {tensor("dense<[1.0, 2.0]> : tensor<2xf32>")});
  ASSERT_TRUE(static_cast<bool>(results)) << messageOf(results.takeError());
  EXPECT_EQ(textOf(results->front()), textOf(tensor("dense<[2.0, 4.0]> : tensor<2xf32>")));
}
