//===- ConstantProducts.cpp - products with a constant matrix -------------===//

#include "passes/ConstantProducts.h"
#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "passes/Rewrites.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;

/// Whether there are rows, and several columns, of one product.
static bool isMatrices(ContractOp op) {
  int64_t columns = 1, depth = 1;
  for (auto [role, size] : llvm::zip_equal(op.getRhsRoles(), op.getRhs().getType().getShape()))
    (role == 'k' ? depth : columns) *= size;
  return !op.getRhsRoles().contains('b') && op.getRhs().getType().hasStaticShape() && columns > 1 && depth > 0;
}

bool passes::isConstantProduct(Operation *op) {
  if (auto conv = dyn_cast<ConvOp>(op))
    return conv.getGroups() == 1 && conv.seesOnePixel() && conv.getFilter().getType().getShape().back() > 1 &&
           conv.getFilter().getType().getNumElements() > 0 && isRecipe(conv.getFilter());
  auto contract = dyn_cast<ContractOp>(op);
  return contract && isMatrices(contract) && isRecipe(contract.getRhs());
}

bool passes::isWidenedBF16(Value value) {
  auto cast = value.getDefiningOp<CastOp>();
  return cast && elementOf(cast.getOperand()).isBF16();
}

void passes::roundOperands(Operation *product) {
  OpBuilder builder(product);
  for (OpOperand &operand : product->getOpOperands()) {
    Value value = operand.get();
    Type narrow = withElement(value.getType(), builder.getBF16Type());
    Value rounded = CastOp::create(builder, product->getLoc(), narrow, value);
    operand.set(CastOp::create(builder, product->getLoc(), value.getType(), rounded));
  }
}
