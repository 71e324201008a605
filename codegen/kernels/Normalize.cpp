//===- Normalize.cpp - normalisation along rows ---------------------------===//
//
// Three passes over a row, which stays in the first-level cache: the mean, the mean of squared distances from it, the
// results. A single pass over squares would lose what the variance is small beside. While the distances of a row are
// summed up, one of the next rows goes through the first pass and one of those before through the last (Stages.h), so
// that nothing waits for lanes to be joined. Of rows that are too long for that, some go through a pass together.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/RowLoops.h"
#include "codegen/kernels/RowWalk.h"
#include "codegen/kernels/Stages.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Rows that are in the first-level cache with their neighbours.
static constexpr int64_t mostColumns = 2048;

namespace {

struct Normalize {
  KernelBuilder &k;
  nn::NormalizeOp op;
  const View &input;
  Epilogue epilogue;
  Type element = input.element;
  int64_t lanes = k.lanes(element);
  Value length = k.dim(input.columns());
  Value count = arith::SIToFPOp::create(k.builder, k.loc, element, length);

  Value add(Value a, Value b) { return arith::AddFOp::create(k.builder, k.loc, a, b); }
  Value subtract(Value a, Value b) { return arith::SubFOp::create(k.builder, k.loc, a, b); }
  Value multiply(Value a, Value b) { return arith::MulFOp::create(k.builder, k.loc, a, b); }
  Value divide(Value a, Value b) { return arith::DivFOp::create(k.builder, k.loc, a, b); }

  /// The mean of what `term` gives for all columns of each of some rows.
  SmallVector<Value> means(size_t rows, llvm::function_ref<Value(size_t, Value, int64_t)> term) {
    auto terms = [&](Value column, int64_t width) {
      return llvm::map_to_vector(llvm::seq<size_t>(0, rows), [&](size_t row) { return term(row, column, width); });
    };
    Joining joining{k, nn::ReduceKind::Sum, element};
    SmallVector<Value> sums = joining.elements(length, lanes, /*chains=*/2, rows, terms);
    return llvm::map_to_vector(sums, [&](Value sum) { return divide(sum, count); });
  }

  /// 1 / sqrt(variance + epsilon)
  Value factorOf(Value variance) {
    Value shifted = add(variance, k.constantVector(element, 1, op.getEpsilon().convertToDouble()));
    return divide(k.constantVector(element, 1, 1), math::SqrtOp::create(k.builder, k.loc, shifted));
  }

  /// What a row needs besides its elements; no mean where it is not subtracted.
  struct Moments {
    Value mean, factor;
  };

  Value load(Value row, Value column, int64_t width) {
    return k.loadElements(input, k.add(k.mul(row, k.dim(input.rowStride)), column), width);
  }

  void finish(Value row, const Moments &moments, Value column, int64_t width) {
    Value value = load(row, column, width);
    if (moments.mean)
      value = subtract(value, k.splat(moments.mean, width));
    epilogue.finish(multiply(value, k.splat(moments.factor, width)), row, column, width);
  }

  /// The passes over three rows at once: the row's mean and factor, and the mean of the next one.
  Stages::Passed passes(Value row, Value mean, Value next, Stages::Also also) {
    RowWalk walk{k, length, element, lanes, /*chains=*/2};
    SmallVector<nn::ReduceKind> kinds(mean ? 2 : 1, nn::ReduceKind::Sum);
    SmallVector<Value> sums = walk.over(kinds, [&](ValueRange now, Value column, int64_t count, int64_t width) {
      auto lanesOf = [&](Value row, Value filled) {
        return loadLanes(
            k, [&](Value column, int64_t count) { return load(row, column, count); }, column, count, filled);
      };
      Value zero = k.constantVector(element, width, 0), center = mean ? k.splat(mean, width) : zero;
      Value distance = lanesOf(row, center);
      if (mean)
        distance = subtract(distance, center);
      SmallVector<Value> sums{k.multiplyAdd(distance, distance, now[0])};
      if (mean)
        sums.push_back(add(now[1], lanesOf(next, zero)));
      also(column, count);
      return sums;
    });
    Value factor = factorOf(divide(sums[0], count));
    return mean ? Stages::Passed{{divide(sums[1], count)}, {factor, mean}} : Stages::Passed{{}, {factor}};
  }

  /// Row after row.
  void inTurn() {
    auto momentsOf = [](ArrayRef<Value> facts) { return Moments{facts.size() > 1 ? facts[1] : Value(), facts[0]}; };
    auto first = [&](Value row) {
      if (op.getRms())
        return Stages::Facts();
      return Stages::Facts(means(1, [&](size_t, Value column, int64_t width) { return load(row, column, width); }));
    };
    auto pass = [&](Value row, ArrayRef<Value> facts, Value next, Stages::Also also) {
      return passes(row, facts.empty() ? Value() : facts[0], next, also);
    };
    auto finishSome = [&](Value row, ArrayRef<Value> facts, Value column, int64_t width) {
      epilogue.enterBlock();
      finish(row, momentsOf(facts), column, width);
    };
    auto finishRow = [&](Value row, ArrayRef<Value> facts) {
      forColumns(k, input.columns(), lanes,
                 [&](Value column, int64_t width) { finishSome(row, facts, column, width); });
    };
    int64_t apart = rowsBetweenStages(input.columns().getValue(), k.level);
    Stages{k, k.begin, k.end, apart, first, pass, finishSome, finishRow}.run();
  }

  void rows(ArrayRef<Value> rows) {
    auto bases = llvm::map_to_vector(rows, [&](Value row) { return k.mul(row, k.dim(input.rowStride)); });
    auto at = [&](size_t row, Value column, int64_t width) {
      return k.loadElements(input, k.add(bases[row], column), width);
    };
    SmallVector<Value> centers;
    if (!op.getRms())
      centers = means(rows.size(), at);
    auto distance = [&](size_t row, Value column, int64_t width) {
      Value value = at(row, column, width);
      return centers.empty() ? value : subtract(value, k.splat(centers[row], width));
    };
    SmallVector<Value> variances = means(rows.size(), [&](size_t row, Value column, int64_t width) {
      Value d = distance(row, column, width);
      return multiply(d, d);
    });
    auto factors = llvm::map_to_vector(variances, [&](Value variance) { return factorOf(variance); });
    forElements(k, k.constant(0), length, lanes, [&](Value column, int64_t width) {
      epilogue.enterBlock();
      for (size_t row = 0; row < rows.size(); ++row)
        epilogue.finish(multiply(distance(row, column, width), k.splat(factors[row], width)), rows[row], column, width);
    });
  }
};

} // namespace

void codegen::emitNormalize(KernelBuilder &k) {
  auto op = cast<nn::NormalizeOp>(k.root());
  Normalize normalize{k, op, k.input(op.getOperand()), Epilogue(k)};
  nn::DimAttr columns = normalize.input.columns();
  if (columns.isConstant() && columns.getValue() <= mostColumns)
    return k.when(k.less(k.begin, k.end), [&] { normalize.inTurn(); });
  forRowsTogether(k, k.begin, k.end, rowsTogether(normalize.input.columns(), 4),
                  [&](ArrayRef<Value> rows) { normalize.rows(rows); });
}
