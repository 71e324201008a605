//===- DimCode.cpp - dimension expressions as code ------------------------===//

#include "codegen/emit/DimCode.h"
#include "ir/Fault.h"
#include "runtime/abi.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;
using nn::DimKind;

Expected<Value *> DimCode::emit(DimAttr dim) {
  Expected<Checked> result = emitChecked(dim);
  if (!result)
    return result.takeError();
  return builder.CreateSelect(result->failed, builder.getInt64(MG__SIZE_MAX), result->value);
}

Expected<DimCode::Checked> DimCode::emitChecked(DimAttr dim) {
  if (dim.isConstant())
    return Checked{builder.getInt64(dim.getValue()), builder.getFalse()};
  if (auto found = known.find(dim); found != known.end())
    return found->second;
  if (dim.getKind() == DimKind::Symbol)
    return emitSymbol(dim);

  Checked result;
  for (DimAttr operand : dim.getOperands()) {
    Expected<Checked> value = emitChecked(operand);
    if (!value)
      return value.takeError();
    result = result.value ? combine(dim.getKind(), result, *value) : *value;
  }
  return known[dim] = result;
}

Expected<DimCode::Checked> DimCode::emitSymbol(DimAttr dim) {
  Value *value = symbol(dim.getSymbol());
  if (!value)
    return makeFault(Fault::Internal, "dimension '" + dim.getSymbol() + "' is none of the model's");
  return known[dim] = Checked{value, builder.getFalse()};
}

DimCode::Checked DimCode::combine(DimKind kind, Checked a, Checked b) {
  Value *failed = builder.CreateOr(a.failed, b.failed);
  switch (kind) {
  case DimKind::Add:
    return withOverflow(Intrinsic::sadd_with_overflow, a, b);
  case DimKind::Mul:
    return withOverflow(Intrinsic::smul_with_overflow, a, b);
  case DimKind::FloorDiv:
  case DimKind::Mod:
    return divide(kind, a, b);
  case DimKind::Min:
    return {builder.CreateBinaryIntrinsic(Intrinsic::smin, a.value, b.value), failed};
  case DimKind::Max:
    return {builder.CreateBinaryIntrinsic(Intrinsic::smax, a.value, b.value), failed};
  case DimKind::Constant:
  case DimKind::Symbol:
    break;
  }
  llvm_unreachable("a dimension without operands");
}

DimCode::Checked DimCode::withOverflow(Intrinsic::ID operation, Checked a, Checked b) {
  Value *pair = builder.CreateBinaryIntrinsic(operation, a.value, b.value);
  Value *overflow = builder.CreateExtractValue(pair, 1);
  return {builder.CreateExtractValue(pair, 0), builder.CreateOr({a.failed, b.failed, overflow})};
}

/// Rounds towards minus infinity, where the machine rounds towards 0.
DimCode::Checked DimCode::divide(DimKind kind, Checked a, Checked b) {
  Value *zero = builder.getInt64(0);
  Value *invalid = builder.CreateICmpSLE(b.value, zero);
  Value *divisor = builder.CreateSelect(invalid, builder.getInt64(1), b.value); // a division by 0 would trap
  Value *rest = builder.CreateSRem(a.value, divisor);
  Value *below = builder.CreateICmpSLT(rest, zero);
  Value *result = kind == DimKind::FloorDiv ? builder.CreateAdd(builder.CreateSDiv(a.value, divisor),
                                                                builder.CreateSExt(below, zero->getType()))
                                            : builder.CreateAdd(rest, builder.CreateSelect(below, divisor, zero));
  return {result, builder.CreateOr({a.failed, b.failed, invalid})};
}
