//===- RowStrideTest.cpp - rows that lie farther apart than they are long ---===//

#include "codegen/memory/RowStride.h"
#include "codegen/memory/MemoryPlan.h"
#include "codegen/plans/Plans.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::codegen;

namespace {

class RowStrideTest : public testing::Test {
protected:
  RowStrideTest() { context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>(); }

  /// Plans the function `main` with these operations after the kernel "wide", whose result is %wide.
  MemoryPlan plan(llvm::StringRef body, llvm::StringRef result) {
    std::string text = (R"(func.func @main(%x: tensor<8x1024xf32>, %w: tensor<1024x4xf32>) -> )" + result + R"( {
      %wide = nn.kernel "wide" (%0 = %x : tensor<8x1024xf32>) -> tensor<8x1024xf32> {
        %1 = nn.relu %0 : tensor<8x1024xf32>
        nn.yield %1 : tensor<8x1024xf32>
      })" + body + "\n}")
                           .str();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    main = module->lookupSymbol<mlir::func::FuncOp>("main");
    llvm::cantFail(selectPlans(*module, /*strict=*/false, explanation));
    explanation.clear();
    chooseRowStrides(*module, explanation);
    return planMemory(main);
  }

  nn::KernelOp kernel(llvm::StringRef name) {
    for (nn::KernelOp kernel : kernelsOf(main))
      if (kernel.getName() == name)
        return kernel;
    return nullptr;
  }

  int64_t number(llvm::StringRef kernelName, llvm::StringRef name) {
    return kernel(kernelName).getPlan()->get(name, 0);
  }

  Placement placement(llvm::StringRef kernelName, const MemoryPlan &memory) {
    return memory.placements.lookup(kernel(kernelName).getResult(0));
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp main;
  std::string explanation;
};

constexpr llvm::StringLiteral product = R"(
  %y = nn.kernel "product" (%0 = %wide : tensor<8x1024xf32>, %1 = %w : tensor<1024x4xf32>) -> tensor<8x4xf32> {
    %2 = nn.contract %0, %1 {lhs_roles = "mk", rhs_roles = "kn"}
       : tensor<8x1024xf32>, tensor<1024x4xf32> -> tensor<8x4xf32>
    nn.yield %2 : tensor<8x4xf32>
  })";

TEST_F(RowStrideTest, RowsThatAProductReadsLieALineFartherApart) {
  MemoryPlan memory = plan((product + "return %y : tensor<8x4xf32>").str(), "tensor<8x4xf32>");
  Placement wide = placement("wide", memory);
  EXPECT_EQ(wide.rowStride.getConstant(), 1040);
  EXPECT_EQ(memory.buffers[wide.index].bytes.getConstant(), 8 * 1040 * 4);
  EXPECT_EQ(number("product", "left_stride"), 1040);
  EXPECT_EQ(kernel("wide").getPlan()->getAlgorithm(), "elementwise-rows");
  EXPECT_EQ(explanation, "\"wide\": rows 1040 elements apart rather than 1024, for \"product\"\n");
  // Planned again, they lie as before.
  EXPECT_EQ(placement("wide", planMemory(main)).rowStride.getConstant(), 1040);
}

TEST_F(RowStrideTest, APlanWithoutAStrideHasDenseRows) {
  plan((product + "return %y : tensor<8x4xf32>").str(), "tensor<8x4xf32>");
  setNumber(kernel("wide"), "row_stride", 0);
  EXPECT_EQ(placement("wide", planMemory(main)).rowStride.getConstant(), 1024);
  EXPECT_EQ(number("product", "left_stride"), 1024);
  setNumber(kernel("wide"), "row_stride", INT64_MAX);
  EXPECT_EQ(placement("wide", planMemory(main)).rowStride.getConstant(), 2048);
}

TEST_F(RowStrideTest, WhatTheCallerGetsIsDense) {
  MemoryPlan memory = plan((product + "return %y, %wide : tensor<8x4xf32>, tensor<8x1024xf32>").str(),
                           "(tensor<8x4xf32>, tensor<8x1024xf32>)");
  EXPECT_EQ(explanation, "");
  // Even if a plan asks for it.
  setNumber(kernel("wide"), "row_stride", 1040);
  EXPECT_EQ(placement("wide", planMemory(main)).rowStride.getConstant(), 1024);
}

TEST_F(RowStrideTest, WhatIsReadWithOtherRowsIsDense) {
  llvm::StringRef heads = R"(
    %r = nn.reshape %wide : tensor<8x1024xf32> to tensor<64x128xf32>
    %z = nn.kernel "heads" (%0 = %r : tensor<64x128xf32>) -> tensor<64x128xf32> {
      %1 = nn.exp %0 : tensor<64x128xf32>
      nn.yield %1 : tensor<64x128xf32>
    }
    return %y, %z : tensor<8x4xf32>, tensor<64x128xf32>)";
  plan((product + heads).str(), "(tensor<8x4xf32>, tensor<64x128xf32>)");
  EXPECT_EQ(explanation, "");
  setNumber(kernel("wide"), "row_stride", 1040);
  EXPECT_EQ(placement("wide", planMemory(main)).rowStride.getConstant(), 1024);
}

TEST_F(RowStrideTest, RowsByAnotherNameLieAsFarApart) {
  llvm::StringRef tokens = R"(
    %r = nn.reshape %wide : tensor<8x1024xf32> to tensor<2x4x1024xf32>
    %z = nn.kernel "tokens" (%0 = %r : tensor<2x4x1024xf32>) -> tensor<2x4x1024xf32> {
      %1 = nn.exp %0 : tensor<2x4x1024xf32>
      nn.yield %1 : tensor<2x4x1024xf32>
    }
    return %y, %z : tensor<8x4xf32>, tensor<2x4x1024xf32>)";
  MemoryPlan memory = plan((product + tokens).str(), "(tensor<8x4xf32>, tensor<2x4x1024xf32>)");
  EXPECT_EQ(memory.placements.lookup(kernel("tokens").getInputs()[0]).rowStride.getConstant(), 1040);
  EXPECT_EQ(kernel("tokens").getPlan()->getAlgorithm(), "elementwise-rows");
}

} // namespace
