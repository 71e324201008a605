//===- Reduce.cpp - sums, means, products and extremes over axes ----------===//
//
// Where the last dimension stays, its elements are the lanes and the reduced axes are loops around them. Where it is
// reduced, the lanes hold parts of one result, which are joined at the end in a fixed tree. Of long rows that stay,
// totals are kept in the scratch memory (codegen/plans/LongRows.h).
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/RowLoops.h"
#include "codegen/plans/LongRows.h"
#include "codegen/plans/ReduceUnits.h"
#include "ir/Payload.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

namespace {

class Reduce {
public:
  explicit Reduce(KernelBuilder &k)
      : k(k), op(cast<nn::ReduceOp>(k.root())), input(k.input(op.getInput())), rows(k, input),
        kept(rowAxesOutside(op.getAxes(), rank())), reduced(rowAxesIn(op.getAxes(), rank())),
        joining{k, op.getKind(), sumType(), isUnsigned()}, epilogue(k) {}

  bool keepsColumns() { return rank() > 0 && !llvm::is_contained(op.getAxes(), rank() - 1); }
  void intoRows();
  void intoColumns();
  void intoElements();
  void intoLongRows();

private:
  int64_t rank() const { return static_cast<int64_t>(input.dims.size()); }
  bool isUnsigned() { return nn::payload::isUnsigned(op.getInput().getType()); }
  bool isIntegerMean() { return op.getKind() == nn::ReduceKind::Mean && !isa<FloatType>(input.element); }
  /// The mean of integers is that of their exact sum.
  Type sumType() { return isIntegerMean() ? k.builder.getI64Type() : input.element; }

  Value load(Value row, Value column, int64_t lanes);
  /// Some axes that are reduced, the last ones, and how many rows they have together.
  struct Run {
    size_t axes;
    DimAttr rows;
  };
  Run lastRun();
  Value joinRows(Value base, Value column, int64_t lanes);
  void columns(Value unit, Value begin, Value end);
  void joinLongRows(Value base, Value column, int64_t count);
  Value finished(Value total, int64_t lanes);
  Value integerMean(Value total, Value count, int64_t lanes);

  KernelBuilder &k;
  nn::ReduceOp op;
  const View &input;
  RowLoops rows;
  SmallVector<int64_t> kept, reduced; ///< Without the last axis.
  Joining joining;
  Epilogue epilogue;
};

} // namespace

Value Reduce::load(Value row, Value column, int64_t lanes) {
  Value value = rows.load(row, column, lanes);
  Type type = k.vectorOf(joining.element, lanes);
  if (value.getType() == type)
    return value;
  return joining.isUnsigned ? arith::ExtUIOp::create(k.builder, k.loc, type, value).getResult()
                            : arith::ExtSIOp::create(k.builder, k.loc, type, value).getResult();
}

/// Rounded towards zero; 0 of no elements.
Value Reduce::integerMean(Value total, Value count, int64_t lanes) {
  Value divisor = k.splat(k.max(count, k.constant(1)), lanes);
  Value mean = joining.isUnsigned ? arith::DivUIOp::create(k.builder, k.loc, total, divisor).getResult()
                                  : arith::DivSIOp::create(k.builder, k.loc, total, divisor).getResult();
  Type type = k.vectorOf(input.element, lanes);
  return mean.getType() == type ? mean : arith::TruncIOp::create(k.builder, k.loc, type, mean).getResult();
}

Value Reduce::finished(Value total, int64_t lanes) {
  if (op.getKind() != nn::ReduceKind::Mean)
    return total;
  DimAttr count = nn::constantDim(op.getContext(), 1);
  for (int64_t axis : op.getAxes())
    count = count * input.dims[axis];
  if (isIntegerMean())
    return integerMean(total, k.dim(count), lanes);
  Value divisor = arith::SIToFPOp::create(k.builder, k.loc, input.element, k.dim(count));
  return arith::DivFOp::create(k.builder, k.loc, total, k.splat(divisor, lanes));
}

/// The reduced axes that are one run of rows: the last one and those just before it.
Reduce::Run Reduce::lastRun() {
  Run run{.axes = 1, .rows = input.dims[reduced.back()]};
  while (run.axes < reduced.size() && reduced[reduced.size() - run.axes - 1] + 1 == reduced[reduced.size() - run.axes])
    run.rows = run.rows * input.dims[reduced[reduced.size() - ++run.axes]];
  return run;
}

/// Joins `lanes` columns of all rows from `base` on that are reduced. Some rows are joined with each other first, so
/// that totals wait for a sum less often.
Value Reduce::joinRows(Value base, Value column, int64_t lanes) {
  if (reduced.empty())
    return load(base, column, lanes);
  Run run = lastRun();
  Value apart = k.dim(rows.rowsApart(reduced.back())), size = k.dim(run.rows);
  bool isLong = run.rows.isConstant() && run.rows.getValue() >= 2 * rowsJoined;
  auto total = [&](Value row, ValueRange carried) {
    auto at = [&](Value index) { return load(k.add(row, k.mul(index, apart)), column, lanes); };
    auto several = [&](Value index) {
      SmallVector<Value> parts;
      for (int64_t i = 0; i < rowsJoined; ++i)
        parts.push_back(at(k.add(index, i)));
      for (; parts.size() > 1; parts.resize(parts.size() / 2))
        for (size_t i = 0; i < parts.size() / 2; ++i)
          parts[i] = joining.combine(parts[2 * i], parts[2 * i + 1]);
      return parts[0];
    };
    Value known = carried[0], from = k.constant(0);
    if (isLong) {
      Value whole = k.constant(run.rows.getValue() / rowsJoined * rowsJoined);
      known = joining.combine(known, joining.range(from, whole, rowsJoined, lanes, several));
      from = whole;
    }
    if (Emit::constantOf(from) != Emit::constantOf(size))
      known = joining.combine(known, joining.range(from, size, 1, lanes, at));
    return SmallVector<Value>{known};
  };
  return rows.over(ArrayRef(reduced).drop_back(run.axes), base, ValueRange(joining.neutral(lanes)), total)[0];
}

/// Columns [begin, end) of a row of the result; where `end` is not known, it is a multiple of a unit's or the last one.
void Reduce::columns(Value unit, Value begin, Value end) {
  Value base = rows.rowAt(kept, unit);
  auto body = [&](Value column, int64_t lanes) {
    Value total = joinRows(base, column, lanes);
    epilogue.enterBlock();
    epilogue.finish(finished(total, lanes), unit, column, lanes);
  };
  // Whole cache lines of each row, and sums that do not wait for each other. What v2 adds has to be loaded first.
  int64_t lanes = k.lanes(input.element), totals = k.level.registers / (k.level.fma ? 4 : 8);
  for (int64_t vectors = totals; vectors >= 1; vectors /= 2) {
    int64_t width = vectors * lanes;
    Value full = k.add(begin, k.mul(k.div(k.sub(end, begin), k.constant(width)), width));
    k.loop(begin, full, width, [&](Value column) { body(column, width); });
    begin = full;
  }
  std::optional<int64_t> count = input.columns().getConstant();
  if (!count)
    return k.loop(begin, end, 1, [&](Value column) { body(column, 1); });
  if (int64_t rest = *count % lanes; rest != 0 && Emit::constantOf(begin))
    body(begin, rest);
  else if (rest != 0)
    k.when(k.less(begin, end), [&] { body(begin, rest); });
}

/// The last dimension stays: a unit is a row of the result.
void Reduce::intoRows() {
  k.loop(k.begin, k.end, 1, [&](Value unit) { columns(unit, k.constant(0), k.dim(input.columns())); });
}

/// A unit is some columns of the only row of the result.
void Reduce::intoColumns() {
  Value end = k.min(k.mul(k.end, reduceUnitColumns), k.dim(input.columns()));
  columns(k.constant(0), k.mul(k.begin, reduceUnitColumns), end);
}

/// Leaves the totals of `count` columns in the scratch memory.
void Reduce::joinLongRows(Value base, Value column, int64_t count) {
  int64_t lanes = k.lanes(input.element), inner = reduced.back();
  auto total = [&](Value c) { return k.at(k.scratch, c, joining.element); };
  forChannels(k, count, lanes, [&](Value c, int64_t width) { k.store(joining.neutral(width), total(c)); });
  Value size = k.dim(input.dims[inner]), apart = k.dim(rows.rowsApart(inner));
  rows.over(ArrayRef(reduced).drop_back(), base, {}, [&](Value row, ValueRange) {
    auto join = [&](Value index, int64_t together) {
      forChannels(k, count, lanes, [&](Value c, int64_t width) {
        SmallVector<Value> parts;
        for (int64_t i = 0; i < together; ++i)
          parts.push_back(load(k.add(row, k.mul(k.add(index, i), apart)), k.add(column, c), width));
        for (; parts.size() > 1; parts.resize(parts.size() / 2))
          for (size_t i = 0; i < parts.size() / 2; ++i)
            parts[i] = joining.combine(parts[2 * i], parts[2 * i + 1]);
        Value known = k.load(k.vectorOf(joining.element, width), total(c));
        k.store(joining.combine(known, parts[0]), total(c));
      });
    };
    Value whole = k.mul(k.div(size, k.constant(rowsJoined)), rowsJoined);
    k.loop(k.constant(0), whole, rowsJoined, [&](Value index) { join(index, rowsJoined); });
    k.loop(whole, size, 1, [&](Value index) { join(index, 1); });
    return SmallVector<Value>();
  });
}

void Reduce::intoLongRows() {
  int64_t columns = input.columns().getValue(), whole = columns / mostTotals * mostTotals;
  k.loop(k.begin, k.end, 1, [&](Value unit) {
    Value base = rows.rowAt(kept, unit);
    auto block = [&](Value column, int64_t count) {
      joinLongRows(base, column, count);
      forChannels(k, count, k.lanes(input.element), [&](Value c, int64_t width) {
        epilogue.enterBlock();
        Value total = k.load(k.vectorOf(joining.element, width), k.at(k.scratch, c, joining.element));
        epilogue.finish(finished(total, width), unit, k.add(column, c), width);
      });
    };
    k.loop(k.constant(0), k.constant(whole), mostTotals, [&](Value column) { block(column, mostTotals); });
    if (whole != columns)
      block(k.constant(whole), columns - whole);
  });
}

/// The last dimension is reduced: a unit is an element of the result.
void Reduce::intoElements() {
  Value length = k.dim(input.columns());
  k.loop(k.begin, k.end, 1, [&](Value unit) {
    Value base = rows.rowAt(kept, unit);
    auto part = [&](Value from, Value to, int64_t width) {
      return rows.over(reduced, base, ValueRange(joining.neutral(width)), [&](Value row, ValueRange carried) {
        Value part = joining.range(from, to, width, width, [&](Value column) { return load(row, column, width); });
        return SmallVector<Value>{joining.combine(carried[0], part)};
      });
    };
    auto combine = [&](Value a, Value b) { return joining.combine(a, b); };
    Value total = joinParts(k, length, k.lanes(input.element), /*chains=*/4, part, combine)[0];
    epilogue.enterBlock();
    Value columns = k.dim(k.output(0).columns());
    epilogue.finish(finished(total, 1), k.div(unit, columns), k.rem(unit, columns), 1);
  });
}

void codegen::emitReduceColumns(KernelBuilder &k) { Reduce(k).intoColumns(); }

void codegen::emitReduceLongRows(KernelBuilder &k) { Reduce(k).intoLongRows(); }

void codegen::emitReduce(KernelBuilder &k) {
  Reduce reduce(k);
  if (reduce.keepsColumns())
    reduce.intoRows();
  else
    reduce.intoElements();
}
