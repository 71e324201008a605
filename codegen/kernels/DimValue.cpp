//===- DimValue.cpp - dimension expressions as code -----------------------===//

#include "codegen/kernels/DimValue.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Value codegen::dimValue(Emit &e, nn::DimAttr dim, const SymbolValues &symbols) {
  if (dim.isConstant())
    return e.constant(dim.getValue());
  if (dim.getKind() == nn::DimKind::Symbol)
    return symbols.lookup(dim.getSymbol());
  Value result;
  for (nn::DimAttr operand : dim.getOperands()) {
    Value value = dimValue(e, operand, symbols);
    if (!result) {
      result = value;
      continue;
    }
    auto floorDiv = [&] { return e.builder.createOrFold<arith::FloorDivSIOp>(e.loc, result, value); };
    switch (dim.getKind()) {
    case nn::DimKind::Add:
      result = e.add(result, value);
      break;
    case nn::DimKind::Mul:
      result = e.mul(result, value);
      break;
    case nn::DimKind::FloorDiv:
      result = floorDiv();
      break;
    case nn::DimKind::Mod:
      result = e.sub(result, e.mul(floorDiv(), value));
      break;
    case nn::DimKind::Min:
      result = e.min(result, value);
      break;
    default:
      result = e.max(result, value);
      break;
    }
  }
  return result;
}
