//===- ChooseConvTest.cpp - convolutions are computed the fastest way -----===//

#include "codegen/plans/ChooseConv.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::codegen;

namespace {

class ChooseConvTest : public testing::Test {
protected:
  ChooseConvTest() { context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>(); }

  /// For a filter of `taps`² over an image of `size`² pixels whose results are `out`².
  ConvChoice choose(int64_t size, int64_t out, int64_t channels, int64_t outputs, int64_t taps, int64_t stride,
                    bool strict = false) {
    auto number = [](int64_t value) { return std::to_string(value); };
    auto tensor = [&](std::initializer_list<int64_t> sizes) {
      std::string text = "tensor<";
      for (int64_t size : sizes)
        text += number(size) + "x";
      return text + "f32>";
    };
    std::string image = tensor({1, size, size, channels}), filter = tensor({taps, taps, channels, outputs}),
                result = tensor({1, out, out, outputs}), pad = number(taps / 2);
    std::string text = "func.func @main(%x: " + image + ", %w: " + filter + ") -> " + result +
                       " {\n%y = nn.conv %x, %w {strides = array<i64: " + number(stride) + ", " + number(stride) +
                       ">, dilations = array<i64: 1, 1>, pads = array<i64: " + pad + ", " + pad + ", " + pad + ", " +
                       pad + ">} : " + image + ", " + filter + " -> " + result + "\nreturn %y : " + result + "\n}";
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module)
      return {};
    nn::ConvOp conv;
    module->walk([&](nn::ConvOp op) { conv = op; });
    considered.clear();
    return chooseConv(conv, conv.getFilter(), strict, considered);
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::SmallVector<Estimate> considered;
};

TEST_F(ChooseConvTest, PatchesWhereRowsMakeSmallTiles) {
  // Rows of 7 pixels are tiles of 4 and 3; patches of all 49 are tiles of 5 and 6.
  EXPECT_EQ(choose(14, 7, 256, 512, 3, 2).way, ConvChoice::Patches);
  ASSERT_EQ(considered.size(), 2u);
  EXPECT_EQ(considered[0].plan, "conv");
  EXPECT_EQ(considered[1].plan, "gemm of patches");
  EXPECT_LT(considered[1].milliseconds, considered[0].milliseconds);
  EXPECT_EQ(choose(14, 14, 256, 256, 3, 1, /*strict=*/true).way, ConvChoice::Direct);
}

TEST_F(ChooseConvTest, PatchesWhereImagesAreBeyondTheCache) {
  // Every panel of outputs goes over the image again.
  EXPECT_EQ(choose(56, 28, 256, 512, 1, 2).way, ConvChoice::Patches);
  EXPECT_EQ(choose(56, 28, 64, 32, 1, 2).way, ConvChoice::Direct);
}

TEST_F(ChooseConvTest, DirectWhereCopiesCostMore) {
  EXPECT_EQ(choose(224, 112, 3, 64, 7, 2).way, ConvChoice::Direct);
  EXPECT_EQ(choose(14, 14, 64, 16, 3, 1, /*strict=*/true).way, ConvChoice::Direct);
}

} // namespace
