//===- Square.cpp - transposing squares of elements in registers ----------===//

#include "codegen/kernels/Square.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

/// Squares of `lanes` rows in as many vectors.
struct Square {
  Emit &e;
  int64_t lanes;

  /// Lanes of two vectors: `from(lane)` counts those of the second one from `lanes` on.
  Value shuffle(Value a, Value b, llvm::function_ref<int64_t(int64_t lane)> from) {
    SmallVector<int32_t> mask;
    for (int64_t lane = 0; lane < lanes; ++lane)
      mask.push_back(from(lane));
    return LLVM::ShuffleVectorOp::create(e.builder, e.loc, a, b, mask);
  }

  /// Elements, then pairs, of two rows alternate within each 128 bits, as SSE's unpack instructions do it.
  void unpack(MutableArrayRef<Value> quad) {
    auto elements = [&](Value a, Value b, int64_t first) {
      return shuffle(a, b, [&](int64_t lane) { return lane / 4 * 4 + first + lane % 4 / 2 + (lane % 2) * lanes; });
    };
    auto pairs = [&](Value a, Value b, int64_t first) {
      return shuffle(a, b, [&](int64_t lane) { return lane / 4 * 4 + first + lane % 2 + (lane % 4 / 2) * lanes; });
    };
    Value low01 = elements(quad[0], quad[1], 0), high01 = elements(quad[0], quad[1], 2);
    Value low23 = elements(quad[2], quad[3], 0), high23 = elements(quad[2], quad[3], 2);
    quad[0] = pairs(low01, low23, 0);
    quad[1] = pairs(low01, low23, 2);
    quad[2] = pairs(high01, high23, 0);
    quad[3] = pairs(high01, high23, 2);
  }

  /// Exchanges the upper half of each `2 * size` lanes of `a` with the lower half of `b`.
  void exchange(Value &a, Value &b, int64_t size) {
    auto half = [&](int64_t first) {
      return shuffle(a, b, [&](int64_t lane) {
        int64_t group = lane / (2 * size) * (2 * size), inGroup = lane % (2 * size);
        return group + first + inGroup % size + (inGroup / size) * lanes;
      });
    };
    Value lower = half(0), upper = half(size);
    a = lower;
    b = upper;
  }

  void transpose(MutableArrayRef<Value> rows) {
    for (int64_t row = 0; row < lanes; row += 4)
      unpack(rows.slice(row, 4));
    for (int64_t size = 4; size < lanes; size *= 2)
      for (int64_t row = 0; row < lanes; ++row)
        if ((row / size) % 2 == 0)
          exchange(rows[row], rows[row + size], size);
  }
};

} // namespace

void codegen::transposeSquare(Emit &e, MutableArrayRef<Value> rows) {
  Square{e, static_cast<int64_t>(rows.size())}.transpose(rows);
}
