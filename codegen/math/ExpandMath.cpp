//===- ExpandMath.cpp - mathematical functions without a library ----------===//

#include "codegen/math/ExpandMath.h"
#include "codegen/math/Functions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static bool isHalf(Type element) { return element.isF16() || element.isBF16(); }

/// Makes f32 lanes of f16 or bf16 ones, by instructions where there are some.
static Value toF32(Lanes &lanes, Value x) {
  Type element = getElementTypeOrSelf(x.getType());
  if (element.isF32())
    return x;
  if (element.isBF16())
    return extendBF16(lanes, x);
  if (lanes.level.halfConversions)
    return arith::ExtFOp::create(lanes.builder, lanes.loc, lanes.f32(), x);
  return extendF16(lanes, x);
}

/// The way back.
static Value fromF32(Lanes &lanes, Value x, Type element) {
  if (element.isF32())
    return x;
  if (element.isBF16())
    return truncateBF16(lanes, x);
  if (lanes.level.halfConversions)
    return arith::TruncFOp::create(lanes.builder, lanes.loc, lanes.typeOf(element), x);
  return truncateF16(lanes, x);
}

/// As toF32 and fromF32.
static Value toF64(Lanes &lanes, Value x) {
  if (getElementTypeOrSelf(x.getType()).isF64())
    return x;
  return arith::ExtFOp::create(lanes.builder, lanes.loc, lanes.f64(), toF32(lanes, x));
}
static Value fromF64(Lanes &lanes, Value x, Type element) {
  if (element.isF64())
    return x;
  if (isHalf(element))
    return fromF32(lanes, roundToOdd(lanes, x), element);
  return arith::TruncFOp::create(lanes.builder, lanes.loc, lanes.f32(), x);
}

using Unary = Value (*)(Lanes &, Value);

/// A function of one argument, computed in f32, or in f64 if that is its type.
static Value expandUnary(Lanes &lanes, Value x, Unary function) {
  Type element = getElementTypeOrSelf(x.getType());
  if (element.isF64()) {
    Lanes wide = lanes.wide();
    return function(wide, x);
  }
  return fromF32(lanes, function(lanes, toF32(lanes, x)), element);
}

/// A function of one argument, computed in f64.
static Value expandWideUnary(Lanes &lanes, Value x, Unary function) {
  Lanes wide = lanes.wide();
  return fromF64(lanes, function(wide, toF64(lanes, x)), getElementTypeOrSelf(x.getType()));
}

using Binary = Value (*)(Lanes &, Value, Value);

static Value expandWideBinary(Lanes &lanes, Value a, Value b, Binary function) {
  Lanes wide = lanes.wide();
  return fromF64(lanes, function(wide, toF64(lanes, a), toF64(lanes, b)), getElementTypeOrSelf(a.getType()));
}

static Value expandToInteger(Lanes &lanes, Operation *op, bool isSigned) {
  Value x = op->getOperand(0);
  if (isHalf(getElementTypeOrSelf(x.getType())))
    x = toF32(lanes, x);
  return toInteger(lanes, x, op->getResult(0).getType(), isSigned);
}

/// Whether converting between f32 and this type needs code of ours.
static bool isForeignHalf(Type element, const Level &level) {
  return element.isBF16() || (element.isF16() && !level.halfConversions);
}

static Value expandExtension(Lanes &lanes, arith::ExtFOp op) {
  Type from = getElementTypeOrSelf(op.getIn().getType()), to = getElementTypeOrSelf(op.getType());
  if (!isForeignHalf(from, lanes.level))
    return {};
  Value wide = toF32(lanes, op.getIn());
  return to.isF32() ? wide : arith::ExtFOp::create(lanes.builder, lanes.loc, op.getType(), wide).getResult();
}

static Value expandTruncation(Lanes &lanes, arith::TruncFOp op) {
  Type from = getElementTypeOrSelf(op.getIn().getType()), to = getElementTypeOrSelf(op.getType());
  // No level has an instruction from f64 to half the bits of an f32.
  if (from.isF64() && isHalf(to))
    return fromF32(lanes, roundToOdd(lanes, op.getIn()), to);
  if (!from.isF32() || !isForeignHalf(to, lanes.level))
    return {};
  return fromF32(lanes, op.getIn(), to);
}

/// A function of two arguments, computed in their type or in f32.
static Value expandBinary(Lanes &lanes, Value a, Value b, Binary function) {
  Type element = getElementTypeOrSelf(a.getType());
  if (!isHalf(element))
    return function(lanes, a, b);
  return fromF32(lanes, function(lanes, toF32(lanes, a), toF32(lanes, b)), element);
}

/// Arithmetic on 16-bit floats, which no level has, is done in f32.
static Value expandHalfArithmetic(Lanes &lanes, Operation *op) {
  auto hasHalf = [](Type type) { return isHalf(getElementTypeOrSelf(type)); };
  Type result = op->getResult(0).getType();
  if (isa<arith::ConstantOp, arith::BitcastOp, arith::SelectOp, arith::ExtFOp, arith::TruncFOp>(op) ||
      isa<vector::VectorDialect>(op->getDialect()) ||
      (!hasHalf(result) && llvm::none_of(op->getOperandTypes(), hasHalf)))
    return {};
  OperationState state(op->getLoc(), op->getName());
  for (Value operand : op->getOperands())
    state.addOperands(hasHalf(operand.getType()) ? toF32(lanes, operand) : operand);
  state.addTypes(hasHalf(result) ? lanes.f32() : result);
  state.addAttributes(op->getAttrs());
  Value wide = lanes.builder.create(state)->getResult(0);
  return hasHalf(result) ? fromF32(lanes, wide, getElementTypeOrSelf(result)) : wide;
}

/// The functions of one argument; null for everything else. The ones that networks are full of are computed in f32.
static Value expandFunction(Lanes &lanes, Operation *op) {
  auto inF32 = [&](Unary function) { return expandUnary(lanes, op->getOperand(0), function); };
  auto inF64 = [&](Unary function) { return expandWideUnary(lanes, op->getOperand(0), function); };
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](math::AcosOp) { return inF64(expandAcos); })
      .Case([&](math::AcoshOp) { return inF64(expandAcosh); })
      .Case([&](math::AsinOp) { return inF64(expandAsin); })
      .Case([&](math::AsinhOp) { return inF64(expandAsinh); })
      .Case([&](math::AtanOp) { return inF64(expandAtan); })
      .Case([&](math::AtanhOp) { return inF64(expandAtanh); })
      .Case([&](math::CosOp) { return inF64(expandCos); })
      .Case([&](math::CoshOp) { return inF64(expandCosh); })
      .Case([&](math::ErfOp) { return inF32(expandErf); })
      .Case([&](math::Exp2Op) { return inF64(expandExp2); })
      .Case([&](math::ExpM1Op) { return inF32(expandExpm1); })
      .Case([&](math::ExpOp) { return inF32(expandExp); })
      .Case([&](math::Log10Op) { return inF64(expandLog10); })
      .Case([&](math::Log1pOp) { return inF32(expandLog1p); })
      .Case([&](math::Log2Op) { return inF64(expandLog2); })
      .Case([&](math::LogOp) { return inF32(expandLog); })
      .Case([&](math::SinOp) { return inF64(expandSin); })
      .Case([&](math::SinhOp) { return inF64(expandSinh); })
      .Case([&](math::TanOp) { return inF64(expandTan); })
      .Case([&](math::TanhOp) { return inF32(expandTanh); })
      .Default(Value());
}

static Value expandPower(Lanes &lanes, math::PowFOp op) {
  bool isWide = getElementTypeOrSelf(op.getType()).isF64();
  return expandWideBinary(lanes, op.getLhs(), op.getRhs(), isWide ? expandPow : expandRoughPow);
}

/// What to replace an operation by; null if it stays.
static Value expand(Lanes &lanes, Operation *op) {
  if (Value function = expandFunction(lanes, op))
    return function;
  auto multiplyAdd = [&](Value a, Value b, Value c) -> Value {
    if (lanes.level.fma)
      return {};
    return lanes.add(lanes.mul(a, b), c);
  };
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](math::PowFOp op) { return expandPower(lanes, op); })
      .Case([&](math::FmaOp op) { return multiplyAdd(op.getA(), op.getB(), op.getC()); })
      .Case([&](vector::FMAOp op) { return multiplyAdd(op.getLhs(), op.getRhs(), op.getAcc()); })
      .Case([&](arith::FPToSIOp op) { return expandToInteger(lanes, op, /*isSigned=*/true); })
      .Case([&](arith::FPToUIOp op) { return expandToInteger(lanes, op, /*isSigned=*/false); })
      .Case([&](arith::RemFOp op) { return expandWideBinary(lanes, op.getLhs(), op.getRhs(), expandRemainder); })
      .Case([&](arith::MaximumFOp op) { return expandBinary(lanes, op.getLhs(), op.getRhs(), expandMaximum); })
      .Case([&](arith::MinimumFOp op) { return expandBinary(lanes, op.getLhs(), op.getRhs(), expandMinimum); })
      .Case([&](arith::ExtFOp op) { return expandExtension(lanes, op); })
      .Case([&](arith::TruncFOp op) { return expandTruncation(lanes, op); })
      .Default([&](Operation *op) { return expandHalfArithmetic(lanes, op); });
}

void codegen::expandMath(Operation *root, const Level &level) {
  SmallVector<Operation *> operations;
  root->walk([&](Operation *op) {
    if (op->getNumResults() == 1 &&
        isa<math::MathDialect, arith::ArithDialect, vector::VectorDialect>(op->getDialect()))
      operations.push_back(op);
  });
  for (Operation *op : operations) {
    OpBuilder builder(op);
    Lanes lanes(builder, op->getLoc(), op->getResult(0).getType(), level);
    if (Value value = expand(lanes, op)) {
      op->getResult(0).replaceAllUsesWith(value);
      op->erase();
    }
  }
}
