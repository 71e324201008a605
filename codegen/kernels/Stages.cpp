//===- Stages.cpp - rows that pass through three stages -------------------===//

#include "codegen/kernels/Stages.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

int64_t codegen::rowsBetweenStages(int64_t columns, const Level &level) {
  constexpr int64_t manyRegisters = 32; // Fewer would not have room for what is known of rows in between.
  return columns <= 256 && level.registers >= manyRegisters ? 2 : 1;
}

namespace {
/// What is known of rows that are between two stages, the oldest first.
struct Between {
  SmallVector<Stages::Facts> ahead, behind;

  SmallVector<Value> values() const {
    SmallVector<Value> all;
    for (const auto &rows : {ahead, behind})
      for (const Stages::Facts &facts : rows)
        all.append(facts);
    return all;
  }
  /// The same with other values.
  Between with(ValueRange values) const {
    Between other = *this;
    for (auto *rows : {&other.ahead, &other.behind})
      for (Stages::Facts &facts : *rows)
        for (Value &fact : facts) {
          fact = values.front();
          values = values.drop_front();
        }
    return other;
  }
  static void push(SmallVector<Stages::Facts> &rows, Stages::Facts facts) {
    rows.erase(rows.begin());
    rows.push_back(std::move(facts));
  }
};
} // namespace

void Stages::run() const {
  Value last = e.sub(end, e.constant(1));
  Between between;
  for (int64_t row = 0; row < apart; ++row)
    between.ahead.push_back(first(e.min(e.add(begin, row), last)));
  auto through = [&](Value row, Between now, Also also) {
    Passed passed = pass(row, now.ahead.front(), e.min(e.add(row, apart), last), also);
    Between::push(now.ahead, passed.first);
    Between::push(now.behind, passed.second);
    return now;
  };
  // At first there is nothing to finish, and what would be known of it is what comes later.
  Passed begun = pass(begin, between.ahead.front(), e.min(e.add(begin, apart), last), [](Value, int64_t) {});
  Between::push(between.ahead, begun.first);
  between.behind.assign(apart, begun.second);
  Value second = e.add(begin, 1), full = e.max(second, e.min(e.add(begin, apart), end));
  auto loop = [&](Value from, Value to, llvm::function_ref<Between(Value, const Between &)> body) {
    SmallVector<Value> values = e.loop(from, to, 1, between.values(), [&](Value row, ValueRange now) {
      return body(row, between.with(now)).values();
    });
    between = between.with(values);
  };
  if (apart > 1)
    loop(second, full, [&](Value row, const Between &now) { return through(row, now, [](Value, int64_t) {}); });
  loop(full, end, [&](Value row, const Between &now) {
    Value before = e.sub(row, e.constant(apart));
    return through(row, now, [&](Value column, int64_t width) { finish(before, now.behind.front(), column, width); });
  });
  loop(e.constant(0), e.constant(apart), [&](Value index, Between now) {
    Value row = e.add(e.sub(end, e.constant(apart)), index);
    Value isThere = e.less(e.sub(begin, e.constant(1)), row);
    e.when(isThere, [&] { finishRow(row, now.behind.front()); });
    Facts oldest = now.behind.front();
    Between::push(now.behind, oldest);
    return now;
  });
}
