//===- Recipe.cpp - values that are known when the archive is written -----===//

#include "ir/Recipe.h"
#include "ir/Ops.h"
#include "llvm/ADT/DenseSet.h"
#include <cmath>

using namespace mlir;
using namespace margay::nn;

/// Deeper graphs of constants are computed in each call. Without a bound, each question about a value of a deep network
/// would lead through all of it.
static constexpr size_t maxRecipeOperations = 256;

/// A recipe may be larger than the parameters that it is made of: by this much always, and by this factor. Beyond that
/// a small model would become a huge archive.
static constexpr int64_t maxMadeElements = int64_t(1) << 23, maxGrowth = 4;

/// What takes more multiplications than that is computed in each call: the evaluator is slow.
static constexpr double maxProducts = double(int64_t(1) << 31);

/// About how many multiplications a sum of products takes: exactly, for a product of two matrices.
static double productsOf(Operation *op) {
  if (!isa<ContractOp, ConvOp>(op))
    return 0;
  double sizes = 1;
  for (Value value : {op->getOperand(0), op->getOperand(1), Value(op->getResult(0))})
    if (auto type = dyn_cast<RankedTensorType>(value.getType()); type && type.hasStaticShape())
      sizes *= double(type.getNumElements());
  return std::sqrt(sizes);
}

/// Whether the parameter that `get` reads keeps its value from call to call.
static bool isFrozen(GetOp get) {
  auto param = SymbolTable::lookupNearestSymbolFrom<ParamOp>(get, get.getParamAttr());
  return param && !param.getTrainable();
}

bool margay::nn::isRecipe(Value value) {
  llvm::SmallVector<Value> pending{value};
  llvm::SmallVector<GetOp> gets; // Looked up at the end: a lookup takes longer than all else.
  llvm::SmallDenseSet<Value, 32> seen;
  int64_t read = 0, made = 0; // Elements of all parameters, and of the largest other value.
  double products = 0;
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    auto type = dyn_cast<RankedTensorType>(next.getType());
    Operation *op = next.getDefiningOp();
    if (!op || !type || !type.hasStaticShape() || !isa<NNDialect>(op->getDialect()) || op->getNumRegions() != 0)
      return false;
    if (!isa<GetOp>(op))
      made = std::max(made, type.getNumElements());
    if (isa<ConstantOp, IotaOp>(op))
      continue;
    if (auto dims = dyn_cast<DimsOp>(op)) {
      if (!llvm::all_of(dims.getDims().getDims(), [](DimAttr dim) { return dim.isConstant(); }))
        return false;
      continue;
    }
    if (auto get = dyn_cast<GetOp>(op)) {
      gets.push_back(get);
      read += type.getNumElements();
      continue;
    }
    products += productsOf(op);
    if (op->getNumOperands() == 0 || !isPure(op) || seen.size() >= maxRecipeOperations)
      return false;
    // The first operand is next: data comes before weights, and leads to an argument.
    llvm::append_range(pending, llvm::reverse(op->getOperands()));
  }
  if (made > std::max(maxMadeElements, maxGrowth * read) || products > maxProducts)
    return false;
  return llvm::all_of(gets, isFrozen);
}
