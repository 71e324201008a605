//===- Recipe.cpp - values that are known when the archive is written -----===//

#include "ir/Recipe.h"
#include "ir/Ops.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace margay::nn;

/// Deeper graphs of constants are computed in each call. Without a bound, each question about a value of a deep network
/// would lead through all of it.
static constexpr size_t maxRecipeOperations = 256;

/// Whether the parameter that `get` reads keeps its value from call to call.
static bool isFrozen(GetOp get) {
  auto param = SymbolTable::lookupNearestSymbolFrom<ParamOp>(get, get.getParamAttr());
  return param && !param.getTrainable();
}

bool margay::nn::isRecipe(Value value) {
  llvm::SmallVector<Value> pending{value};
  llvm::SmallVector<GetOp> gets; // Looked up at the end: a lookup takes longer than all else.
  llvm::SmallDenseSet<Value, 32> seen;
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    auto type = dyn_cast<RankedTensorType>(next.getType());
    Operation *op = next.getDefiningOp();
    if (!op || !type || !type.hasStaticShape() || !isa<NNDialect>(op->getDialect()) || op->getNumRegions() != 0)
      return false;
    if (isa<ConstantOp, IotaOp>(op))
      continue;
    if (auto dims = dyn_cast<DimsOp>(op)) {
      if (!llvm::all_of(dims.getDims().getDims(), [](DimAttr dim) { return dim.isConstant(); }))
        return false;
      continue;
    }
    if (auto get = dyn_cast<GetOp>(op)) {
      gets.push_back(get);
      continue;
    }
    if (op->getNumOperands() == 0 || !isPure(op) || seen.size() >= maxRecipeOperations)
      return false;
    // The first operand is next: data comes before weights, and leads to an argument.
    llvm::append_range(pending, llvm::reverse(op->getOperands()));
  }
  return llvm::all_of(gets, isFrozen);
}
