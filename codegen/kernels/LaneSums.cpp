//===- LaneSums.cpp - the sums of some vectors' lanes ---------------------===//
//
// In each step halves are joined with halves, and two vectors become one, until there is one vector: so it takes about
// three instructions a vector, where each alone would take twice as many as it has halves.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/LaneSums.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {
/// A vector of partial sums: `lanes` neighbouring ones of each of the sums in `members`.
struct Partial {
  Value vector;
  SmallVector<int32_t> members;
  int32_t lanes;
};
} // namespace

using JoinTwo = llvm::function_ref<Value(Value, Value)>;

/// Joins the upper half of each sum's lanes with the lower one; two vectors become one as long, one becomes half as
/// long.
static Partial joinHalves(Emit &e, const Partial &a, const Partial *b, JoinTwo join) {
  constexpr int32_t quarter = 4; // Lanes that shuffles can choose among at no further cost.
  int32_t half = a.lanes / 2, length = a.lanes * static_cast<int32_t>(a.members.size());
  // Members side by side before the other vector's take their turn.
  size_t together = b && a.lanes <= quarter ? quarter / a.lanes : a.members.size();
  SmallVector<int32_t> low, high;
  Partial sum{.vector = {}, .members = {}, .lanes = half};
  for (size_t first = 0; first < a.members.size(); first += together)
    for (int32_t source = 0; source < (b ? 2 : 1); ++source)
      for (size_t member = first; member < first + together; ++member) {
        sum.members.push_back((source == 0 ? a : *b).members[member]);
        for (int32_t lane = 0; lane < half; ++lane) {
          low.push_back(source * length + static_cast<int32_t>(member) * a.lanes + lane);
          high.push_back(low.back() + half);
        }
      }
  Value other = b ? b->vector : a.vector;
  Value lower = LLVM::ShuffleVectorOp::create(e.builder, e.loc, a.vector, other, low);
  Value upper = LLVM::ShuffleVectorOp::create(e.builder, e.loc, a.vector, other, high);
  sum.vector = join(lower, upper);
  return sum;
}

Value codegen::laneSums(Emit &e, ArrayRef<Value> vectors) {
  return lanesJoined(e, vectors,
                     [&](Value a, Value b) -> Value { return arith::AddFOp::create(e.builder, e.loc, a, b); });
}

Value codegen::lanesJoined(Emit &e, ArrayRef<Value> vectors, JoinTwo join) {
  if (vectors.size() == 1)
    return e.combineLanes(vectors[0], join);
  SmallVector<Partial> parts;
  for (auto [index, vector] : llvm::enumerate(vectors)) {
    auto lanes = static_cast<int32_t>(cast<VectorType>(vector.getType()).getNumElements());
    parts.push_back({vector, {static_cast<int32_t>(index)}, lanes});
  }
  while (parts[0].lanes > 1) {
    SmallVector<Partial> sums;
    for (size_t i = 0; i < parts.size(); i += 2)
      sums.push_back(joinHalves(e, parts[i], parts.size() > 1 ? &parts[i + 1] : nullptr, join));
    parts = std::move(sums);
  }
  // Each sum to its place.
  const Partial &done = parts[0];
  SmallVector<int32_t> places(done.members.size());
  for (auto [place, member] : llvm::enumerate(done.members))
    places[member] = static_cast<int32_t>(place);
  return LLVM::ShuffleVectorOp::create(e.builder, e.loc, done.vector, done.vector, places);
}
