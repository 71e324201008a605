//===- Powers.cpp - the powers of softmax, one row after the other --------===//

#include "codegen/kernels/Powers.h"
#include "codegen/kernels/Combine.h"
#include "codegen/math/Functions.h"
#include <numeric>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::ReduceKind;

namespace {

/// What is known of a row's elements: vectors of one length, each joined in its own way.
class Walk {
public:
  Walk(const Powers &powers, ArrayRef<ReduceKind> kinds) : e(powers.e), powers(powers), kinds(kinds) {}

  /// What is left of the values that `step` makes of all elements: it gets a column, the number of elements, and how
  /// many lanes its values have. There may be more lanes than elements at the end of a row.
  using Step = llvm::function_ref<SmallVector<Value>(Value column, int64_t count, int64_t lanes)>;
  SmallVector<Value> over(Step step);

private:
  Value combined(size_t index, Value a, Value b) {
    return kinds[index] == ReduceKind::Max ? largerNumber(e, a, b) : combine(e, kinds[index], a, b);
  }
  SmallVector<Value> joined(ValueRange known, ValueRange more) {
    SmallVector<Value> result;
    for (size_t i = 0; i < kinds.size(); ++i)
      result.push_back(combined(i, known[i], more[i]));
    return result;
  }
  SmallVector<Value> neutrals(int64_t lanes) {
    return llvm::map_to_vector(kinds, [&](ReduceKind kind) { return neutral(e, kind, powers.element, lanes); });
  }
  void narrow(int64_t lanes) {
    for (size_t i = 0; i < kinds.size(); ++i)
      state[i] = narrowed(e, state[i], lanes, [&](Value a, Value b) { return combined(i, a, b); });
  }

  void cover(int64_t width, Step step);

  Emit &e;
  const Powers &powers;
  ArrayRef<ReduceKind> kinds;
  SmallVector<Value> state;
  Value from;
};

} // namespace

/// Goes on with whole vectors of so many lanes.
void Walk::cover(int64_t width, Step step) {
  Value to = e.mul(e.div(powers.length, e.constant(width)), width);
  auto block = [&](Value from, Value to, ArrayRef<Value> start) {
    return e.loop(from, to, width, start,
                  [&](Value column, ValueRange now) { return joined(now, step(column, width, width)); });
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

SmallVector<Value> Walk::over(Step step) {
  int64_t lanes = powers.lanes;
  std::optional<int64_t> length = Emit::constantOf(powers.length);
  from = e.constant(0);
  state = neutrals(lanes);
  cover(lanes, step);
  if (length && *length % lanes != 0)
    state = joined(state, step(from, *length % lanes, lanes));
  narrow(1);
  if (!length)
    cover(1, step);
  return state;
}

/// Elements, and -infinity in further lanes.
static Value loadLanes(Emit &e, LoadElements row, Value column, int64_t count, int64_t lanes) {
  Value loaded = row(column, count);
  if (count == lanes)
    return loaded;
  Value least = neutral(e, ReduceKind::Max, getElementTypeOrSelf(loaded.getType()), lanes);
  if (count == 1)
    return vector::InsertOp::create(e.builder, e.loc, loaded, least, ArrayRef<int64_t>{0});
  SmallVector<int32_t> widen(lanes, -1), join(lanes);
  std::iota(widen.begin(), widen.begin() + count, 0);
  std::iota(join.begin(), join.end(), 0);
  for (int64_t lane = count; lane < lanes; ++lane)
    join[lane] += lanes;
  Value wide = LLVM::ShuffleVectorOp::create(e.builder, e.loc, loaded, loaded, widen);
  return LLVM::ShuffleVectorOp::create(e.builder, e.loc, wide, least, join);
}

Value Powers::greatest(LoadElements row) const {
  return Walk(*this, ReduceKind::Max).over([&](Value column, int64_t count, int64_t lanes) {
    return SmallVector<Value>{loadLanes(e, row, column, count, lanes)};
  })[0];
}

Powers::Result Powers::pass(const PowerPass &pass, Value greatest) const {
  SmallVector<Value> found =
      Walk(*this, {ReduceKind::Sum, ReduceKind::Max}).over([&](Value column, int64_t count, int64_t lanes) {
        Value value = loadLanes(e, pass.row, column, count, lanes);
        Value distance = arith::SubFOp::create(e.builder, e.loc, value, e.splat(greatest, lanes));
        Lanes arithmetic(e.builder, e.loc, distance.getType(), e.level);
        Value powers = expandDecay(arithmetic, distance, pass.offset);
        pass.keep(e.firstLanes(powers, count), column, count);
        return SmallVector<Value>{powers, loadLanes(e, pass.next, column, count, lanes)};
      });
  return {found[0], found[1]};
}
