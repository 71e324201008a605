//===- Recipe.cpp - values that are known when the archive is written -----===//

#include "ir/Recipe.h"
#include "ir/Ops.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace margay::nn;

/// Whether the parameter that `get` reads keeps its value from call to call.
static bool isFrozen(GetOp get) {
  auto param = SymbolTable::lookupNearestSymbolFrom<ParamOp>(get, get.getParamAttr());
  return param && !param.getTrainable();
}

bool margay::nn::isRecipe(Value value) {
  llvm::SmallVector<Value> pending{value};
  llvm::DenseSet<Value> seen;
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    auto type = dyn_cast<RankedTensorType>(next.getType());
    Operation *op = next.getDefiningOp();
    if (!op || !type || !type.hasStaticShape() || !isa<NNDialect>(op->getDialect()) || op->getNumRegions() != 0)
      return false;
    if (isa<ConstantOp>(op))
      continue;
    if (auto get = dyn_cast<GetOp>(op)) {
      if (!isFrozen(get))
        return false;
      continue;
    }
    if (op->getNumOperands() == 0 || !isPure(op))
      return false;
    llvm::append_range(pending, op->getOperands());
  }
  return true;
}
