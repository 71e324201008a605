//===- CompletenessTest.cpp - no operation lacks an evaluator -------------===//

#include "Evaluating.h"

using namespace margay;

TEST(Completeness, EveryOperationOfTheDialectHasAnEvaluator) {
  unsigned count = 0;
  for (mlir::RegisteredOperationName name : test::context()->getRegisteredOperations())
    if (name.getDialectNamespace() == nn::NNDialect::getDialectNamespace()) {
      ++count;
      EXPECT_TRUE(reference::hasEvaluator(name)) << name.getStringRef().str() << " has no evaluator";
    }
  EXPECT_GE(count, 30u);
}

TEST(Completeness, OtherOperationsHaveNone) {
  EXPECT_FALSE(reference::hasEvaluator(mlir::OperationName("builtin.module", test::context())));
  EXPECT_FALSE(reference::hasEvaluator(mlir::OperationName("nn.unheard_of", test::context())));
}
