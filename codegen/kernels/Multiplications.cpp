//===- Multiplications.cpp - what a CPU's multipliers are needed for ------===//

#include "codegen/kernels/Multiplications.h"
#include "codegen/kernels/Activation.h"
#include "codegen/math/ExpandMath.h"
#include "codegen/math/Functions.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Emits what the operation makes of lanes of its operands.
static void emitArithmetic(Emit &e, Operation *op, ValueRange operands) {
  if (auto elementwise = dyn_cast<nn::ElementwiseInterface>(op)) {
    if (!shortPayload(e, op, operands))
      elementwise.buildPayload(e.builder, e.loc, operands);
    return;
  }
  // The powers, and their quotients by the sum.
  Lanes lanes(e.builder, e.loc, operands[0].getType(), e.level);
  Value power = expandDecay(lanes, operands[0]);
  if (!cast<nn::SoftmaxOp>(op).getLog())
    lanes.mul(power, operands[0]);
}

double codegen::multiplicationsOf(Operation *op, const Level &level) {
  if (isa<nn::NormalizeOp>(op))
    return 2; // the square of a distance from the mean, and its product with the factor
  auto isFloat = [](Type type) { return isa<FloatType>(getElementTypeOrSelf(type)); };
  if (!isa<nn::ElementwiseInterface, nn::SoftmaxOp>(op) || !llvm::any_of(op->getOperandTypes(), isFloat))
    return 0;
  MLIRContext *context = op->getContext();
  OwningOpRef<ModuleOp> module = ModuleOp::create(op->getLoc());
  auto lanesOf = [&](Type type) -> Type {
    return VectorType::get({level.lanes(4)}, computeType(getElementTypeOrSelf(type)));
  };
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  auto type = FunctionType::get(context, llvm::map_to_vector(op->getOperandTypes(), lanesOf), {});
  auto function = func::FuncOp::create(builder, op->getLoc(), "arithmetic", type);
  Block *block = function.addEntryBlock();
  Emit emit(OpBuilder::atBlockEnd(block), op->getLoc(), level);
  emitArithmetic(emit, op, block->getArguments());
  expandMath(function, level);
  double count = 0;
  for (Operation &part : *block)
    if (isa<arith::MulFOp, arith::DivFOp, math::FmaOp, math::SqrtOp, vector::FMAOp>(part))
      count += getElementTypeOrSelf(part.getResult(0).getType()).getIntOrFloatBitWidth() / 32.0;
  return count;
}
