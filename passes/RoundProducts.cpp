//===- RoundProducts.cpp - products of bf16 where f32 is declared ---------===//
//
//   %y = nn.contract %x, %w : f32       %r = nn.cast (nn.cast %x : f32 to bf16) : bf16 to f32
//                                 ─▶    %v = nn.cast (nn.cast %w : f32 to bf16) : bf16 to f32
//                                       %y = nn.contract %r, %v : f32
//
// That is what `--precision bf16` asks for. Scales have gone into weights by now, so that these are rounded once.
//
//===----------------------------------------------------------------------===//

#include "ir/Recipe.h"
#include "passes/ConstantProducts.h"
#include "passes/Passes.h"
#include "passes/Pipeline.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_ROUNDPRODUCTSPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::passes;

namespace {

struct RoundProductsPass : passes::impl::RoundProductsPassBase<RoundProductsPass> {
  void runOnOperation() override {
    if (!getOperation()->hasAttr(roundsProductsAttribute))
      return;
    for (func::FuncOp function : functionsOf(getOperation()))
      for (Operation &op : llvm::make_early_inc_range(function.getBody().front()))
        if (isConstantProduct(&op) && elementOf(op.getResult(0)).isF32() && !nn::isRecipe(op.getResult(0)))
          roundOperands(&op);
  }
};

} // namespace
