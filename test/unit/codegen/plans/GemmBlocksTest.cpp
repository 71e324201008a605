//===- GemmBlocksTest.cpp - how products are cut into blocks --------------===//

#include "codegen/plans/GemmBlocks.h"
#include "codegen/plans/Plans.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::codegen;

namespace {

class GemmBlocksTest : public testing::Test {
protected:
  GemmBlocksTest() { context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>(); }

  /// For [rows, depth] × [depth, columns], which a long epilogue may follow, at v3 or v4.
  GemmBlocks blocks(int64_t rows, int64_t depth, int64_t columns, unsigned level, bool isLong = false) {
    nn::KernelOp kernel = product(rows, depth, columns, isLong);
    return kernel ? gemmBlocks(kernel, x86Levels()[level - 2]) : GemmBlocks();
  }

  nn::KernelOp product(int64_t rows, int64_t depth, int64_t columns, bool isLong = false) {
    auto tensor = [](int64_t height, int64_t width) {
      return "tensor<" + std::to_string(height) + "x" + std::to_string(width) + "xf32>";
    };
    std::string lhs = tensor(rows, depth), rhs = tensor(depth, columns), result = tensor(rows, columns);
    std::string text = "func.func @main(%x: " + lhs + ", %w: " + rhs + ") -> " + result +
                       " {\n%y = nn.kernel \"product\" (%a = %x : " + lhs + ", %b = %w : " + rhs + ") -> " + result +
                       " plan #nn.plan<\"gemm\", {}> {\n%c = nn.contract %a, %b {lhs_roles = \"mk\", rhs_roles = " +
                       "\"kn\"} : " + lhs + ", " + rhs + " -> " + result + "\n" +
                       (isLong ? "%d = nn.erf %c : " : "%d = nn.relu %c : ") + result + "\nnn.yield %d : " + result +
                       "\n}\nreturn %y : " + result + "\n}";
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    nn::KernelOp kernel;
    if (module)
      module->walk([&](nn::KernelOp op) { kernel = op; });
    return kernel;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(GemmBlocksTest, WeightsAreReadOnceWhereRowsFitHardly) {
  // The products of a transformer with 128 tokens.
  for (unsigned level : {3, 4}) {
    EXPECT_GE(blocks(128, 768, 768, level).rows, 128) << level;
    EXPECT_GE(blocks(128, 768, 3072, level, /*isLong=*/true).rows, 128) << level;
    EXPECT_GE(blocks(128, 3072, 768, level).rows, 128) << level;
  }
  EXPECT_TRUE(blocks(128, 768, 3072, 4, /*isLong=*/true).finishesBlocks);
  EXPECT_LT(blocks(128, 3072, 768, 4).steps, 3072);
}

TEST_F(GemmBlocksTest, ManyRowsAreCutSoThatTheyStayInTheSecondCache) {
  EXPECT_LT(blocks(1024, 1024, 1024, 4).rows, 256);
  EXPECT_LT(blocks(1024, 64, 1024, 4, /*isLong=*/true).rows, 300);
}

TEST_F(GemmBlocksTest, RowsAreCopiedWhereTheyLieAPageApart) {
  // Longer ones are cut, and copied wherever they lie.
  nn::KernelOp kernel = product(784, 1024, 1024);
  const Level &v3 = x86Levels()[1];
  ASSERT_EQ(gemmBlocks(kernel, v3).steps, 1024);
  EXPECT_TRUE(gemmBlocks(kernel, v3).copiesRows);
  setNumber(kernel, "left_stride", 1040);
  EXPECT_FALSE(gemmBlocks(kernel, v3).copiesRows);
  EXPECT_FALSE(blocks(784, 1008, 1024, 3).copiesRows);
  setNumber(kernel = product(784, 1008, 1024), "left_stride", 1024);
  EXPECT_TRUE(gemmBlocks(kernel, v3).copiesRows);
}

TEST_F(GemmBlocksTest, ColumnsOfLargeWeightsAreSharedForManyRows) {
  EXPECT_EQ(mostRowsOfColumns(product(128, 768, 768)), 256);
  // Small weights stay in a cache, and of a few columns threads would have unequal shares.
  EXPECT_EQ(mostRowsOfColumns(product(128, 64, 768)), fewRows);
  EXPECT_EQ(mostRowsOfColumns(product(128, 4096, 96)), fewRows);
}

} // namespace
