//===- Combine.cpp - the steps of sums, products, maxima and minima -------===//

#include "codegen/kernels/Combine.h"
#include "mlir/IR/TypeUtilities.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::ReduceKind;

/// The larger (or smaller) of two floats. A NaN in `total` is kept; one in `value` fails the comparison and is taken.
static Value floatExtreme(Emit &e, arith::CmpFPredicate better, Value total, Value value) {
  Value keep = arith::CmpFOp::create(e.builder, e.loc, better, total, value);
  Value nan = arith::CmpFOp::create(e.builder, e.loc, arith::CmpFPredicate::UNO, total, total);
  keep = arith::OrIOp::create(e.builder, e.loc, keep, nan);
  return arith::SelectOp::create(e.builder, e.loc, keep, total, value);
}

Value codegen::combine(Emit &e, ReduceKind kind, Value total, Value value, bool isUnsigned) {
  bool floating = isa<FloatType>(getElementTypeOrSelf(total.getType()));
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Mean:
    return floating ? arith::AddFOp::create(e.builder, e.loc, total, value).getResult()
                    : arith::AddIOp::create(e.builder, e.loc, total, value).getResult();
  case ReduceKind::Prod:
    return floating ? arith::MulFOp::create(e.builder, e.loc, total, value).getResult()
                    : arith::MulIOp::create(e.builder, e.loc, total, value).getResult();
  case ReduceKind::Max:
    return floating     ? floatExtreme(e, arith::CmpFPredicate::OGE, total, value)
           : isUnsigned ? arith::MaxUIOp::create(e.builder, e.loc, total, value).getResult()
                        : arith::MaxSIOp::create(e.builder, e.loc, total, value).getResult();
  case ReduceKind::Min:
    return floating     ? floatExtreme(e, arith::CmpFPredicate::OLE, total, value)
           : isUnsigned ? arith::MinUIOp::create(e.builder, e.loc, total, value).getResult()
                        : arith::MinSIOp::create(e.builder, e.loc, total, value).getResult();
  }
  llvm_unreachable("all kinds are handled");
}

Value codegen::neutral(Emit &e, ReduceKind kind, Type element, int64_t lanes, bool isUnsigned) {
  bool extreme = kind == ReduceKind::Max || kind == ReduceKind::Min;
  if (!extreme)
    return e.constantVector(element, lanes, kind == ReduceKind::Prod ? 1 : 0);
  double infinity = std::numeric_limits<double>::infinity();
  if (isa<FloatType>(element))
    return e.constantVector(element, lanes, kind == ReduceKind::Max ? -infinity : infinity);
  unsigned bits = element.getIntOrFloatBitWidth();
  APInt least = isUnsigned ? APInt::getMinValue(bits) : APInt::getSignedMinValue(bits);
  TypedAttr attribute = IntegerAttr::get(element, kind == ReduceKind::Max ? least : ~least);
  if (lanes != 1)
    attribute = DenseElementsAttr::get(VectorType::get({lanes}, element), attribute);
  return arith::ConstantOp::create(e.builder, e.loc, attribute);
}

int64_t codegen::widerLanes(nn::DimAttr length, int64_t lanes) {
  constexpr int64_t chains = 4;
  int64_t wider = lanes;
  while (length.isConstant() && wider < chains * lanes && length.getValue() % (2 * wider) == 0)
    wider *= 2;
  return wider;
}

/// How many vectors a sum adds up one after the other.
static constexpr int64_t blockSteps = 256;

Value Joining::range(Value from, Value to, int64_t step, int64_t lanes, llvm::function_ref<Value(Value)> value) const {
  auto block = [&](Value from, Value to) {
    return e.loop(from, to, step, ValueRange(neutral(lanes)), [&](Value index, ValueRange carried) {
      return SmallVector<Value>{combine(carried[0], value(index))};
    })[0];
  };
  std::optional<int64_t> begin = Emit::constantOf(from), end = Emit::constantOf(to);
  bool isShort = begin && end && *end - *begin <= blockSteps * step;
  bool adds = kind == ReduceKind::Sum || kind == ReduceKind::Mean;
  if (isShort || !adds || !isa<FloatType>(element))
    return block(from, to);
  return e.loop(from, to, blockSteps * step, ValueRange(neutral(lanes)), [&](Value first, ValueRange carried) {
    return SmallVector<Value>{combine(carried[0], block(first, e.min(e.add(first, blockSteps * step), to)))};
  })[0];
}

Value Joining::parts(Value length, int64_t lanes, llvm::function_ref<Value(Value, Value, int64_t)> part) const {
  Value full = e.mul(e.div(length, e.constant(lanes)), lanes);
  Value vectors = part(e.constant(0), full, lanes);
  Value joined = e.combineLanes(vectors, [&](Value a, Value b) { return combine(a, b); });
  return combine(joined, part(full, length, 1));
}

Value Joining::elements(Value length, int64_t lanes, llvm::function_ref<Value(Value, int64_t)> term) const {
  return parts(length, lanes, [&](Value from, Value to, int64_t width) {
    return range(from, to, width, width, [&](Value index) { return term(index, width); });
  });
}
