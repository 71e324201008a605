//===- Saturate.cpp - floats to integers ----------------------------------===//
//
// The instructions of x86 make the same integer of everything that is out of range, another one per width, and LLVM
// promises nothing at all. Here it is the nearest integer that there is, and 0 for NaN: at every level, as in the
// evaluator.
//
// LLVM has intrinsics for that, and takes vectors apart for them. So vectors are brought into range before they are
// converted, unless there is no instruction for the conversion itself.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/TypeUtilities.h"
#include <cmath>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// The integers by LLVM's intrinsic.
static Value saturateOne(Lanes &lanes, Value x, Type type, bool isSigned) {
  StringAttr name = lanes.builder.getStringAttr(isSigned ? "llvm.fptosi.sat" : "llvm.fptoui.sat");
  return LLVM::CallIntrinsicOp::create(lanes.builder, lanes.loc, type, name, x).getResult(0);
}

/// x between two bounds, and 0 for NaN.
static Value clampOrZero(Lanes &lanes, Value x, double least, double most) {
  Value number = lanes.select(lanes.compare(Lanes::Compare::ORD, x, x), x, lanes.constant(0));
  return lanes.min(lanes.max(number, lanes.constant(least)), lanes.constant(most));
}

/// Integers of 8 and 16 bits are cut off from those of 32, all of which a float holds.
static Value saturateNarrow(Lanes &lanes, Value x, Type type, unsigned width, bool isSigned) {
  double beyond = std::ldexp(1.0, isSigned ? width - 1 : width);
  Value inside = clampOrZero(lanes, x, isSigned ? -beyond : 0, beyond - 1);
  Type i32 = lanes.typeOf(lanes.builder.getI32Type());
  Value integer = arith::FPToSIOp::create(lanes.builder, lanes.loc, i32, inside);
  return arith::TruncIOp::create(lanes.builder, lanes.loc, type, integer);
}

/// The greatest i32 is no f32: what reaches beyond it is chosen afterwards.
static Value saturateI32(Lanes &lanes, Value x, Type type) {
  double beyond = std::ldexp(1.0, 31), most = lanes.isWide ? beyond - 1 : std::nextafter(float(beyond), 0.0f);
  Value inside = clampOrZero(lanes, x, -beyond, most);
  Value integer = arith::FPToSIOp::create(lanes.builder, lanes.loc, type, inside);
  Value greatest = arith::ConstantOp::create(
      lanes.builder, lanes.loc,
      DenseElementsAttr::get(cast<VectorType>(type), lanes.builder.getI32IntegerAttr(INT32_MAX)));
  return lanes.select(lanes.compare(Lanes::Compare::OGE, x, lanes.constant(beyond)), greatest, integer);
}

Value codegen::toInteger(Lanes &lanes, Value x, Type type, bool isSigned) {
  unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  Lanes wide = lanes.wide();
  Lanes &own = getElementTypeOrSelf(x.getType()).isF64() ? wide : lanes;
  if (isa<VectorType>(type) && width < 32)
    return saturateNarrow(own, x, type, width, isSigned);
  if (isa<VectorType>(type) && width == 32 && isSigned)
    return saturateI32(own, x, type);
  return saturateOne(lanes, x, type, isSigned);
}
