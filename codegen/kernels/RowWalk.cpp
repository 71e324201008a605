//===- RowWalk.cpp - what is known of a row after all of its elements -----===//

#include "codegen/kernels/RowWalk.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <numeric>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::ReduceKind;

Value codegen::loadLanes(Emit &e, LoadElements row, Value column, int64_t count, Value filled) {
  Value loaded = row(column, count);
  auto type = dyn_cast<VectorType>(filled.getType());
  int64_t lanes = type ? type.getNumElements() : 1;
  if (count == lanes)
    return loaded;
  if (count == 1)
    return vector::InsertOp::create(e.builder, e.loc, loaded, filled, ArrayRef<int64_t>{0});
  SmallVector<int32_t> widen(lanes, -1), join(lanes);
  std::iota(widen.begin(), widen.begin() + count, 0);
  std::iota(join.begin(), join.end(), 0);
  for (int64_t lane = count; lane < lanes; ++lane)
    join[lane] += lanes;
  Value wide = LLVM::ShuffleVectorOp::create(e.builder, e.loc, loaded, loaded, widen);
  return LLVM::ShuffleVectorOp::create(e.builder, e.loc, wide, filled, join);
}

namespace {

class Walking {
public:
  Walking(const RowWalk &walk, ArrayRef<ReduceKind> kinds) : walk(walk), e(walk.e), kinds(kinds) {}
  SmallVector<Value> over(RowWalk::Step step);
  SmallVector<Value> lanesOver(RowWalk::Step step) {
    from = e.constant(0);
    state = neutrals(walk.lanes);
    cover(walk.lanes, step);
    return state;
  }

private:
  Value combined(size_t index, Value a, Value b) {
    // Of maxima, which NaN they pass over does not matter to who walks: sums beside them have them all.
    return kinds[index] == ReduceKind::Max ? largerNumber(e, a, b) : combine(e, kinds[index], a, b);
  }
  SmallVector<Value> joined(ValueRange known, ValueRange more) {
    SmallVector<Value> result;
    for (size_t i = 0; i < kinds.size(); ++i)
      result.push_back(combined(i, known[i], more[i]));
    return result;
  }
  SmallVector<Value> neutrals(int64_t lanes) {
    return llvm::map_to_vector(kinds, [&](ReduceKind kind) { return neutral(e, kind, walk.element, lanes); });
  }
  void narrow(int64_t lanes) {
    for (size_t i = 0; i < kinds.size(); ++i)
      state[i] = narrowed(e, state[i], lanes, [&](Value a, Value b) { return combined(i, a, b); });
  }

  void cover(int64_t width, RowWalk::Step step);

  const RowWalk &walk;
  Emit &e;
  ArrayRef<ReduceKind> kinds;
  SmallVector<Value> state;
  Value from;
};

} // namespace

/// Goes on with whole vectors of so many lanes.
void Walking::cover(int64_t width, RowWalk::Step step) {
  Value to = e.mul(e.div(walk.length, e.constant(width)), width);
  auto block = [&](Value from, Value to, ArrayRef<Value> start) {
    return e.loop(from, to, width, start,
                  [&](Value column, ValueRange now) { return step(now, column, width, width); });
  };
  // Long sums are sums of shorter ones, so that they round less often.
  std::optional<int64_t> end = Emit::constantOf(to);
  if (int64_t size = stepsOfSum * width; end && *end <= size)
    state = block(from, to, state);
  else
    state = e.loop(from, to, size, state, [&](Value first, ValueRange now) {
      return joined(now, block(first, e.min(e.add(first, size), to), neutrals(width)));
    });
  from = to;
}

SmallVector<Value> Walking::over(RowWalk::Step step) {
  std::optional<int64_t> length = Emit::constantOf(walk.length);
  from = e.constant(0);
  state = neutrals(walk.chains * walk.lanes);
  cover(walk.chains * walk.lanes, step);
  if (walk.chains > 1) {
    narrow(walk.lanes);
    cover(walk.lanes, step);
  }
  if (length && *length % walk.lanes != 0)
    state = step(state, from, *length % walk.lanes, walk.lanes);
  narrow(1);
  if (!length)
    cover(1, step);
  return state;
}

SmallVector<Value> RowWalk::over(ArrayRef<ReduceKind> kinds, Step step) const {
  return Walking(*this, kinds).over(step);
}

SmallVector<Value> RowWalk::lanesOver(ArrayRef<ReduceKind> kinds, Step step) const {
  return Walking(*this, kinds).lanesOver(step);
}
