//===- Powers.cpp - the powers of softmax, one row after the other --------===//

#include "codegen/kernels/Powers.h"
#include "codegen/kernels/LaneSums.h"
#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::ReduceKind;

Value Powers::greatest(LoadElements row) const {
  Emit &e = walk.e;
  return walk.over(ReduceKind::Max, [&](ValueRange now, Value column, int64_t count, int64_t lanes) {
    Value least = neutral(e, ReduceKind::Max, walk.element, lanes);
    return SmallVector<Value>{largerNumber(e, now[0], loadLanes(e, row, column, count, least))};
  })[0];
}

Powers::Result Powers::pass(const PowerPass &pass, Value greatest) const {
  Emit &e = walk.e;
  auto step = [&](ValueRange now, Value column, int64_t count, int64_t lanes) {
    Value least = neutral(e, ReduceKind::Max, walk.element, lanes);
    Value value = loadLanes(e, pass.row, column, count, least);
    Value distance = arith::SubFOp::create(e.builder, e.loc, value, e.splat(greatest, lanes));
    Lanes arithmetic(e.builder, e.loc, distance.getType(), e.level);
    Value powers = expandDecay(arithmetic, distance);
    pass.keep(e.firstLanes(powers, count), column, count);
    return SmallVector<Value>{combine(e, ReduceKind::Sum, now[0], powers),
                              largerNumber(e, now[1], loadLanes(e, pass.next, column, count, least))};
  };
  SmallVector<Value> found = walk.over({ReduceKind::Sum, ReduceKind::Max}, step);
  return {found[0], found[1]};
}

Value PowersOfRows::greatest() const {
  Emit &e = walk.e;
  SmallVector<ReduceKind> kinds(rows, ReduceKind::Max);
  SmallVector<Value> larger = walk.lanesOver(kinds, [&](ValueRange now, Value column, int64_t, int64_t lanes) {
    SmallVector<Value> next;
    for (int64_t row = 0; row < rows; ++row)
      next.push_back(largerNumber(e, now[row], load(row, column, lanes)));
    return next;
  });
  return lanesJoined(e, larger, [&](Value a, Value b) { return largerNumber(e, a, b); });
}

Value PowersOfRows::pass(llvm::function_ref<Value(int64_t row)> greatest) const {
  Emit &e = walk.e;
  SmallVector<ReduceKind> kinds(rows, ReduceKind::Sum);
  SmallVector<Value> repeated;
  for (int64_t row = 0; row < rows; ++row)
    repeated.push_back(e.splat(greatest(row), walk.lanes));
  SmallVector<Value> sums = walk.lanesOver(kinds, [&](ValueRange now, Value column, int64_t, int64_t lanes) {
    SmallVector<Value> next;
    for (int64_t row = 0; row < rows; ++row) {
      Value distance = arith::SubFOp::create(e.builder, e.loc, load(row, column, lanes), repeated[row]);
      Lanes arithmetic(e.builder, e.loc, distance.getType(), e.level);
      Value power = expandDecay(arithmetic, distance);
      e.store(power, place(row, column));
      next.push_back(combine(e, ReduceKind::Sum, now[row], power));
    }
    return next;
  });
  return laneSums(e, sums);
}
