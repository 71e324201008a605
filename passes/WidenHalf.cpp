//===- WidenHalf.cpp - f16 and bf16 are computed in f32 -------------------===//
//
//   main(%x : f16) -> f16                         main(%x : f16) -> f16
//   %w = nn.get @w : f16                          %w = nn.get @w : f16
//   %y = nn.mul %x, %w : f16                ─▶    %xw = nn.cast %x : f16 to f32        %ww = nn.cast %w : f16 to f32
//   return %y : f16                               %y = nn.mul %xw, %ww : f32
//                                                 %yn = nn.cast %y : f32 to f16
//                                                 return %yn : f16
//
// A product of bf16 with a constant matrix reads what bf16 can hold, though: its operands are rounded, to and fro,
// which is nothing to do for what was bf16 before. So passes/NarrowProducts.cpp can make it one of bf16 again.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/ConstantProducts.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_WIDENHALFPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

static bool isHalf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<Float16Type, BFloat16Type>(type.getElementType());
}

static Type widened(Value value) { return withElement(value.getType(), Float32Type::get(value.getContext())); }

/// Lets all readers of `value` read it in f32.
static void castForReaders(OpBuilder &builder, Value value) {
  auto wide = CastOp::create(builder, value.getLoc(), widened(value), value);
  value.replaceAllUsesExcept(wide, wide);
}

/// Makes the values computed inside of an operation f32, too.
static void widenInside(Operation *op) {
  op->walk([](Operation *inner) {
    for (Value result : inner->getResults())
      if (isHalf(result))
        result.setType(widened(result));
    for (Region &region : inner->getRegions())
      for (Value argument : region.getArguments())
        if (isHalf(argument))
          argument.setType(widened(argument));
  });
}

static void castResults(func::ReturnOp op) {
  OpBuilder builder(op);
  TypeRange types = op->getParentOfType<func::FuncOp>().getResultTypes();
  for (auto [operand, type] : llvm::zip_equal(op->getOpOperands(), types))
    if (operand.get().getType() != type)
      operand.set(CastOp::create(builder, operand.get().getLoc(), type, operand.get()));
}

namespace {

struct WidenHalfPass : passes::impl::WidenHalfPassBase<WidenHalfPass> {
  void runOnOperation() override {
    for (func::FuncOp function : functionsOf(getOperation())) {
      Block &body = function.getBody().front();
      SmallVector<Operation *> ops = llvm::map_to_vector(body, [](Operation &op) { return &op; });
      OpBuilder builder = OpBuilder::atBlockBegin(&body);
      // Functions of our own have no interface to keep.
      bool isPrivate = function.isPrivate();
      for (Value argument : body.getArguments())
        if (isHalf(argument) && isPrivate)
          argument.setType(widened(argument));
        else if (isHalf(argument))
          castForReaders(builder, argument);
      for (Operation *op : ops) {
        builder.setInsertionPointAfter(op);
        if (!isa<GetOp, ConstantOp>(op)) {
          bool isOfBF16 = op->getNumResults() == 1 && isHalf(op->getResult(0)) &&
                          elementOf(op->getResult(0)).isBF16() && isConstantProduct(op);
          widenInside(op);
          if (isOfBF16)
            roundOperands(op);
        }
        if (isa<GetOp, ConstantOp>(op) && isHalf(op->getResult(0)))
          castForReaders(builder, op->getResult(0));
      }
      auto end = cast<func::ReturnOp>(body.getTerminator());
      if (isPrivate)
        function.setType(builder.getFunctionType(body.getArgumentTypes(), end->getOperandTypes()));
      else
        castResults(end);
    }
  }
};

} // namespace
