//===- MemoryPlanTest.cpp - where tensors live ----------------------------===//

#include "codegen/memory/MemoryPlan.h"
#include "codegen/plans/Plans.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::codegen;

namespace {

class MemoryPlanTest : public testing::Test {
protected:
  MemoryPlanTest() { context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>(); }

  /// Plans the function `main` with this body of `relu`, `join` … kernels.
  MemoryPlan plan(llvm::StringRef text) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    std::string explanation;
    llvm::cantFail(selectPlans(*module, /*strict=*/false, explanation));
    main = module->lookupSymbol<mlir::func::FuncOp>("main");
    return planMemory(main);
  }

  nn::KernelOp kernel(llvm::StringRef name) {
    for (nn::KernelOp kernel : kernelsOf(main))
      if (kernel.getName() == name)
        return kernel;
    return nullptr;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp main;
};

constexpr llvm::StringLiteral join = R"(
  func.func @main(%x: tensor<2x3xf32>, %y: tensor<2x5xf32>) -> tensor<2x8xf32> {
    %a = nn.kernel "a" (%0 = %x : tensor<2x3xf32>) -> tensor<2x3xf32> {
      %1 = nn.relu %0 : tensor<2x3xf32>
      nn.yield %1 : tensor<2x3xf32>
    }
    %b = nn.kernel "b" (%0 = %y : tensor<2x5xf32>) -> tensor<2x5xf32> {
      %1 = nn.relu %0 : tensor<2x5xf32>
      nn.yield %1 : tensor<2x5xf32>
    }
    %j = nn.kernel "join" (%0 = %a : tensor<2x3xf32>, %1 = %b : tensor<2x5xf32>) -> tensor<2x8xf32> {
      %2 = nn.concat %0, %1 {axis = 1 : i64} : tensor<2x3xf32>, tensor<2x5xf32> -> tensor<2x8xf32>
      nn.yield %2 : tensor<2x8xf32>
    }
    return %j : tensor<2x8xf32>
  })";

TEST_F(MemoryPlanTest, PartsOfAJoinAreComputedInPlace) {
  MemoryPlan memory = plan(join);
  EXPECT_TRUE(memory.views.contains(kernel("join")));
  Placement a = memory.placements.lookup(kernel("a").getResult(0)),
            b = memory.placements.lookup(kernel("b").getResult(0));
  EXPECT_EQ(a.kind, Placement::Output);
  EXPECT_EQ(a.offset.getConstant(), 0);
  EXPECT_EQ(b.offset.getConstant(), 12);
  EXPECT_EQ(b.rowStride.getConstant(), 8);
  EXPECT_EQ(memory.arenaBytes.getConstant(), 0);
}

TEST_F(MemoryPlanTest, PartsOfAJoinHaveGapsBetweenRows) {
  plan(join);
  EXPECT_EQ(kernel("a").getPlan()->getAlgorithm(), "elementwise-rows");
}

// Its parts would be written before the state's last reader has run.
TEST_F(MemoryPlanTest, AStateIsJoinedByAKernel) {
  std::string text = join.str();
  llvm::StringRef parameters = "%y: tensor<2x5xf32>";
  text.insert(text.find(parameters) + parameters.size(), ", %s: tensor<2x8xf32> {nn.state = 0 : i64}");
  MemoryPlan memory = plan(text);
  EXPECT_TRUE(memory.views.empty());
  EXPECT_EQ(memory.placements.lookup(kernel("join").getResult(0)).kind, Placement::Output);
  EXPECT_EQ(memory.placements.lookup(kernel("a").getResult(0)).kind, Placement::Arena);
  EXPECT_EQ(memory.placements.lookup(kernel("b").getResult(0)).kind, Placement::Arena);
}

constexpr llvm::StringLiteral slices = R"(
  func.func @main(%x: tensor<1x4x6xf32>) -> tensor<1x2x3xf32> {
    %a = nn.kernel "a" (%0 = %x : tensor<1x4x6xf32>) -> tensor<1x4x6xf32> {
      %1 = nn.relu %0 : tensor<1x4x6xf32>
      nn.yield %1 : tensor<1x4x6xf32>
    }
    %s = nn.kernel "slice" (%0 = %a : tensor<1x4x6xf32>) -> tensor<1x2x3xf32> {
      %1 = nn.slice %0 {starts = #nn.shape<0, 1, 2>, steps = array<i64: 1, 1, 1>} : tensor<1x4x6xf32> to tensor<1x2x3xf32>
      nn.yield %1 : tensor<1x2x3xf32>
    }
    %n = nn.kernel "n" (%0 = %s : tensor<1x2x3xf32>) -> tensor<1x2x3xf32> {
      %1 = nn.neg %0 : tensor<1x2x3xf32>
      nn.yield %1 : tensor<1x2x3xf32>
    }
    return %n : tensor<1x2x3xf32>
  })";

TEST_F(MemoryPlanTest, ASliceIsReadWhereItLies) {
  MemoryPlan memory = plan(slices);
  EXPECT_TRUE(memory.views.contains(kernel("slice")));
  Placement slice = memory.placements.lookup(kernel("slice").getResult(0));
  EXPECT_EQ(slice.kind, Placement::Arena);
  EXPECT_EQ(slice.offset.getConstant(), (1 * 6 + 2) * 4);
  EXPECT_EQ(slice.rowStride.getConstant(), 6);
  EXPECT_EQ(kernel("n").getPlan()->getAlgorithm(), "elementwise-rows");
  EXPECT_EQ(memory.buffers.size(), 1u);
  EXPECT_EQ(memory.buffers[0].last, 2); // As long as the slice is read.
}

TEST_F(MemoryPlanTest, ASliceThatStepsIsCopied) {
  std::string text = slices.str();
  llvm::StringRef steps = "steps = array<i64: 1, 1, 1>";
  text.replace(text.find(steps), steps.size(), "steps = array<i64: 1, 1, -1>");
  EXPECT_TRUE(plan(text).views.empty());
}

// Its reader may run when the state has been overwritten.
TEST_F(MemoryPlanTest, ASliceOfAStateIsCopied) {
  EXPECT_TRUE(plan(R"(
    func.func @main(%s: tensor<4x6xf32> {nn.state = 0 : i64}) -> (tensor<4x6xf32>, tensor<4x3xf32>) {
      %s1 = nn.kernel "slice" (%0 = %s : tensor<4x6xf32>) -> tensor<4x3xf32> {
        %1 = nn.slice %0 {starts = #nn.shape<0, 3>, steps = array<i64: 1, 1>} : tensor<4x6xf32> to tensor<4x3xf32>
        nn.yield %1 : tensor<4x3xf32>
      }
      %a = nn.kernel "a" (%0 = %s : tensor<4x6xf32>) -> tensor<4x6xf32> {
        %1 = nn.relu %0 : tensor<4x6xf32>
        nn.yield %1 : tensor<4x6xf32>
      }
      %n = nn.kernel "n" (%0 = %s1 : tensor<4x3xf32>) -> tensor<4x3xf32> {
        %1 = nn.neg %0 : tensor<4x3xf32>
        nn.yield %1 : tensor<4x3xf32>
      }
      return %a, %n : tensor<4x6xf32>, tensor<4x3xf32>
    })")
                  .views.empty());
}

TEST_F(MemoryPlanTest, AnInputCannotMoveIntoAJoin) {
  MemoryPlan memory = plan(R"(
    func.func @main(%x: tensor<2x3xf32>) -> tensor<2x6xf32> {
      %a = nn.kernel "a" (%0 = %x : tensor<2x3xf32>) -> tensor<2x3xf32> {
        %1 = nn.relu %0 : tensor<2x3xf32>
        nn.yield %1 : tensor<2x3xf32>
      }
      %j = nn.kernel "join" (%0 = %a : tensor<2x3xf32>, %1 = %x : tensor<2x3xf32>) -> tensor<2x6xf32> {
        %2 = nn.concat %0, %1 {axis = 1 : i64} : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x6xf32>
        nn.yield %2 : tensor<2x6xf32>
      }
      return %j : tensor<2x6xf32>
    })");
  EXPECT_TRUE(memory.views.empty());
  EXPECT_EQ(kernel("a").getPlan()->getAlgorithm(), "elementwise");
  EXPECT_EQ(memory.placements.lookup(kernel("a").getResult(0)).kind, Placement::Arena);
}

// As a result of a transposed convolution, whose phases become rows and columns of pixels.
TEST_F(MemoryPlanTest, APartOfAJoinMayHaveAnotherNameForItsRows) {
  MemoryPlan memory = plan(R"(
    func.func @main(%x: tensor<2x2x3xf32>, %y: tensor<4x5xf32>) -> (tensor<4x8xf32>, tensor<4x3xf32>) {
      %a = nn.kernel "a" (%0 = %x : tensor<2x2x3xf32>) -> tensor<2x2x3xf32> {
        %1 = nn.relu %0 : tensor<2x2x3xf32>
        nn.yield %1 : tensor<2x2x3xf32>
      }
      %r = nn.reshape %a : tensor<2x2x3xf32> to tensor<4x3xf32>
      %b = nn.kernel "b" (%0 = %y : tensor<4x5xf32>) -> tensor<4x5xf32> {
        %1 = nn.relu %0 : tensor<4x5xf32>
        nn.yield %1 : tensor<4x5xf32>
      }
      %j = nn.kernel "join" (%0 = %b : tensor<4x5xf32>, %1 = %r : tensor<4x3xf32>) -> tensor<4x8xf32> {
        %2 = nn.concat %0, %1 {axis = 1 : i64} : tensor<4x5xf32>, tensor<4x3xf32> -> tensor<4x8xf32>
        nn.yield %2 : tensor<4x8xf32>
      }
      %n = nn.kernel "n" (%0 = %r : tensor<4x3xf32>) -> tensor<4x3xf32> {
        %1 = nn.neg %0 : tensor<4x3xf32>
        nn.yield %1 : tensor<4x3xf32>
      }
      return %j, %n : tensor<4x8xf32>, tensor<4x3xf32>
    })");
  EXPECT_TRUE(memory.views.contains(kernel("join")));
  Placement a = memory.placements.lookup(kernel("a").getResult(0)),
            r = memory.placements.lookup(kernel("n").getInputs()[0]);
  EXPECT_EQ(a.kind, Placement::Output);
  EXPECT_EQ(a.offset.getConstant(), 20);
  EXPECT_EQ(a.rowStride.getConstant(), 8);
  EXPECT_EQ(r.offset.getConstant(), 20);
  EXPECT_EQ(r.rowStride.getConstant(), 8);
  EXPECT_EQ(kernel("n").getPlan()->getAlgorithm(), "elementwise-rows");
}

TEST_F(MemoryPlanTest, AReshapedPartStaysDense) {
  MemoryPlan memory = plan(R"(
    func.func @main(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) -> (tensor<2x6xf32>, tensor<6xf32>) {
      %a = nn.kernel "a" (%0 = %x : tensor<2x3xf32>) -> tensor<2x3xf32> {
        %1 = nn.relu %0 : tensor<2x3xf32>
        nn.yield %1 : tensor<2x3xf32>
      }
      %b = nn.kernel "b" (%0 = %y : tensor<2x3xf32>) -> tensor<2x3xf32> {
        %1 = nn.relu %0 : tensor<2x3xf32>
        nn.yield %1 : tensor<2x3xf32>
      }
      %j = nn.kernel "join" (%0 = %a : tensor<2x3xf32>, %1 = %b : tensor<2x3xf32>) -> tensor<2x6xf32> {
        %2 = nn.concat %0, %1 {axis = 1 : i64} : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x6xf32>
        nn.yield %2 : tensor<2x6xf32>
      }
      %r = nn.reshape %a : tensor<2x3xf32> to tensor<6xf32>
      %n = nn.kernel "n" (%0 = %r : tensor<6xf32>) -> tensor<6xf32> {
        %1 = nn.neg %0 : tensor<6xf32>
        nn.yield %1 : tensor<6xf32>
      }
      return %j, %n : tensor<2x6xf32>, tensor<6xf32>
    })");
  EXPECT_TRUE(memory.views.empty());
  EXPECT_EQ(memory.placements.lookup(kernel("a").getResult(0)).rowStride.getConstant(), 3);
}

TEST_F(MemoryPlanTest, ResultsThroughReshapesAreComputedInPlace) {
  MemoryPlan memory = plan(R"(
    func.func @main(%x: tensor<2x3xf32>) -> tensor<6xf32> {
      %a = nn.kernel "a" (%0 = %x : tensor<2x3xf32>) -> tensor<2x3xf32> {
        %1 = nn.relu %0 : tensor<2x3xf32>
        nn.yield %1 : tensor<2x3xf32>
      }
      %r = nn.reshape %a : tensor<2x3xf32> to tensor<6xf32>
      return %r : tensor<6xf32>
    })");
  EXPECT_EQ(memory.placements.lookup(kernel("a").getResult(0)).kind, Placement::Output);
  EXPECT_EQ(memory.buffers.size(), 0u);
}

} // namespace
