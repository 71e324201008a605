//===- DepthwiseTest.cpp - how depthwise convolutions are cut into tiles --===//

#include "codegen/plans/Depthwise.h"
#include "codegen/kernels/KernelBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::codegen;

namespace {

class DepthwiseTest : public testing::Test {
protected:
  DepthwiseTest() { context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>(); }

  /// For a filter of `taps`² over an image of `size`² pixels, at level v4.
  DepthwiseTile tile(int64_t size, int64_t channels, int64_t taps) {
    auto number = [](int64_t value) { return std::to_string(value); };
    std::string image = "tensor<1x" + number(size) + "x" + number(size) + "x" + number(channels) + "xf32>",
                filter = "tensor<" + number(taps) + "x" + number(taps) + "x1x" + number(channels) + "xf32>",
                pad = number(taps / 2);
    std::string text = "func.func @main(%x: " + image + ", %w: " + filter + ") -> " + image +
                       " {\n%y = nn.kernel \"dw\" (%a = %x : " + image + ", %b = %w : " + filter + ") -> " + image +
                       " plan #nn.plan<\"depthwise\", {}> {\n%c = nn.conv %a, %b {strides = array<i64: 1, 1>, " +
                       "dilations = array<i64: 1, 1>, groups = " + number(channels) +
                       " : i64, pads = array<i64: " + pad + ", " + pad + ", " + pad + ", " + pad + ">} : " + image +
                       ", " + filter + " -> " + image + "\nnn.yield %c : " + image + "\n}\nreturn %y : " + image +
                       "\n}";
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module)
      return {};
    nn::KernelOp kernel;
    module->walk([&](nn::KernelOp op) { kernel = op; });
    return depthwiseTile(kernel, x86Levels().back());
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(DepthwiseTest, RowsOfNearImagesStayInTheFirstCache) {
  // Four rows of the input, two of the result, and nine taps: 372 bytes a channel, of which 28 KB are 77, whole
  // lines 80.
  EXPECT_EQ(tile(14, 384, 3).channels, 80);
  EXPECT_EQ(tile(7, 64, 3).channels, 64);
}

TEST_F(DepthwiseTest, FewPixelsTakeTheTapsInOrder) { EXPECT_EQ(tile(7, 576, 3).channels, 576); }

TEST_F(DepthwiseTest, FarImagesAreReadInOrder) {
  EXPECT_EQ(tile(56, 144, 3).channels, 144);
  EXPECT_EQ(tile(112, 96, 3).channels, 96);
}

TEST_F(DepthwiseTest, FarImagesUnderTallFiltersAreReadInLines) {
  // Seven rows of 56 pixels stay in the first-level cache for 14 channels only: four lines then, or what is near that.
  EXPECT_EQ(tile(56, 96, 7).channels, 48);
  EXPECT_EQ(tile(56, 128, 7).channels, 64);
  // Of 28 pixels they do for 26: two lines.
  EXPECT_EQ(tile(28, 192, 7).channels, 32);
}

TEST_F(DepthwiseTest, TapsLeaveRoomInTheFirstCache) {
  // All taps are 24,000 bytes.
  EXPECT_EQ(tile(56, 240, 5).channels, 32);
}

} // namespace
