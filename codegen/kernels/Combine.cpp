//===- Combine.cpp - the steps of sums, products, maxima and minima -------===//

#include "codegen/kernels/Combine.h"
#include "mlir/IR/TypeUtilities.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::ReduceKind;

/// The larger (or smaller) of two floats. A NaN in `value` fails the comparison and is taken; one in `total` is kept.
static Value floatExtreme(Emit &e, arith::CmpFPredicate better, Value total, Value value) {
  Value keep = arith::CmpFOp::create(e.builder, e.loc, better, total, value); // with its select, one instruction
  Value extreme = arith::SelectOp::create(e.builder, e.loc, keep, total, value);
  Value nan = arith::CmpFOp::create(e.builder, e.loc, arith::CmpFPredicate::UNO, total, total);
  return arith::SelectOp::create(e.builder, e.loc, nan, total, extreme);
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
    return floating     ? floatExtreme(e, arith::CmpFPredicate::OGT, total, value)
           : isUnsigned ? arith::MaxUIOp::create(e.builder, e.loc, total, value).getResult()
                        : arith::MaxSIOp::create(e.builder, e.loc, total, value).getResult();
  case ReduceKind::Min:
    return floating     ? floatExtreme(e, arith::CmpFPredicate::OLT, total, value)
           : isUnsigned ? arith::MinUIOp::create(e.builder, e.loc, total, value).getResult()
                        : arith::MinSIOp::create(e.builder, e.loc, total, value).getResult();
  }
  llvm_unreachable("all kinds are handled");
}

Value codegen::largerNumber(Emit &e, Value a, Value b) {
  Value isLarger = arith::CmpFOp::create(e.builder, e.loc, arith::CmpFPredicate::OGT, b, a);
  return arith::SelectOp::create(e.builder, e.loc, isLarger, b, a);
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

Value codegen::narrowed(Emit &e, Value vector, int64_t lanes, llvm::function_ref<Value(Value, Value)> combine) {
  if (lanes == 1)
    return e.combineLanes(vector, combine);
  for (int64_t count = cast<VectorType>(vector.getType()).getNumElements(); count > lanes; count /= 2) {
    auto half = [&](int64_t first) -> Value {
      auto mask = llvm::to_vector(llvm::seq<int32_t>(first, first + count / 2));
      return LLVM::ShuffleVectorOp::create(e.builder, e.loc, vector, vector, mask);
    };
    vector = combine(half(0), half(count / 2));
  }
  return vector;
}

SmallVector<Value> codegen::joinParts(Emit &e, Value length, int64_t lanes, int64_t chains, PartOfRows part,
                                      llvm::function_ref<Value(Value, Value)> combine) {
  SmallVector<int64_t> widths;
  if (chains > 1)
    widths.push_back(chains * lanes);
  if (lanes > 1)
    widths.push_back(lanes);
  widths.push_back(1);
  SmallVector<Value> joined;
  Value from = e.constant(0);
  for (int64_t width : widths) {
    Value to = e.mul(e.div(length, e.constant(width)), width);
    std::optional<int64_t> first = Emit::constantOf(from), end = Emit::constantOf(to);
    if (first && first == end && (width != 1 || !joined.empty()))
      continue;
    SmallVector<Value> values = part(from, to, width);
    for (auto [index, value] : llvm::enumerate(values)) {
      if (width > 1)
        value = narrowed(e, value, lanes, combine);
      bool isVector = !joined.empty() && isa<VectorType>(joined[index].getType());
      if (isVector && width == 1)
        joined[index] = e.combineLanes(joined[index], combine);
      if (!joined.empty())
        value = combine(joined[index], value);
    }
    joined = values;
    from = to;
  }
  for (Value &value : joined)
    value = e.combineLanes(value, combine);
  return joined;
}

SmallVector<Value> Joining::ranges(Value from, Value to, int64_t step, int64_t lanes, int64_t rows,
                                   llvm::function_ref<SmallVector<Value>(Value)> values) const {
  SmallVector<Value> start(rows, neutral(lanes));
  auto join = [&](ValueRange known, ArrayRef<Value> more) {
    return llvm::map_to_vector(llvm::zip_equal(known, more),
                               [&](auto pair) { return combine(std::get<0>(pair), std::get<1>(pair)); });
  };
  auto block = [&](Value from, Value to) {
    return e.loop(from, to, step, start, [&](Value index, ValueRange carried) { return join(carried, values(index)); });
  };
  std::optional<int64_t> begin = Emit::constantOf(from), end = Emit::constantOf(to);
  bool isShort = begin && end && *end - *begin <= stepsOfSum * step;
  bool adds = kind == ReduceKind::Sum || kind == ReduceKind::Mean;
  if (isShort || !adds || !isa<FloatType>(element))
    return block(from, to);
  return e.loop(from, to, stepsOfSum * step, start, [&](Value first, ValueRange carried) {
    return join(carried, block(first, e.min(e.add(first, stepsOfSum * step), to)));
  });
}

Value Joining::range(Value from, Value to, int64_t step, int64_t lanes, llvm::function_ref<Value(Value)> value) const {
  return ranges(from, to, step, lanes, 1, [&](Value index) { return SmallVector<Value>{value(index)}; })[0];
}

SmallVector<Value> Joining::elements(Value length, int64_t lanes, int64_t chains, int64_t rows,
                                     llvm::function_ref<SmallVector<Value>(Value, int64_t)> terms) const {
  auto part = [&](Value from, Value to, int64_t width) {
    return ranges(from, to, width, width, rows, [&](Value index) { return terms(index, width); });
  };
  return joinParts(e, length, lanes, chains, part, [&](Value a, Value b) { return combine(a, b); });
}
