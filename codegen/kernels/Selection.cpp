//===- Selection.cpp - what is found, and how much of it ------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static Value select(KernelBuilder &k, Value condition, Value a, Value b) {
  return arith::SelectOp::create(k.builder, k.loc, condition, a, b);
}

static Value isNotZero(KernelBuilder &k, Value element) {
  Value zero = k.constantVector(element.getType(), 1, 0);
  if (isa<FloatType>(element.getType()))
    return arith::CmpFOp::create(k.builder, k.loc, arith::CmpFPredicate::UNE, element, zero);
  return arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::ne, element, zero);
}

void codegen::emitNonZero(KernelBuilder &k) {
  const View &input = k.input(k.root()->getOperand(0)), &positions = k.output(0), &count = k.output(1);
  int64_t rank = input.dims.size();
  Value zero = k.constant(0);
  k.loop(k.begin, k.end, 1, [&](Value) {
    k.loop(zero, k.dim(positions.rows()), 1, [&](Value row) {
      for (int64_t axis = 0; axis < rank; ++axis)
        k.storeElements(zero, positions, k.add(k.mul(row, k.dim(positions.rowStride)), axis));
    });
    Value columns = k.dim(input.columns());
    auto row = [&](Value row, ValueRange found) {
      Value start = k.mul(row, k.dim(input.rowStride));
      return k.loop(zero, columns, 1, found, [&](Value column, ValueRange found) {
        Value isFound = isNotZero(k, k.loadElements(input, k.add(start, column), 1));
        k.when(isFound, [&] {
          Value to = k.mul(found[0], k.dim(positions.rowStride));
          for (auto [axis, place] : llvm::enumerate(coordinates(k, k.add(k.mul(row, columns), column), input.dims)))
            k.storeElements(place, positions, k.add(to, static_cast<int64_t>(axis)));
        });
        return SmallVector<Value>{select(k, isFound, k.add(found[0], 1), found[0])};
      });
    };
    k.storeElements(k.loop(zero, k.dim(input.rows()), 1, ValueRange(zero), row)[0], count, zero);
  });
}

namespace {

/// Non-maximum suppression among the boxes of one class.
struct Suppression {
  KernelBuilder &k;
  nn::NmsOp op;
  const View &boxes, &scores, &selected, &left;
  Type f32 = k.builder.getF32Type();

  struct Box {
    Value low[2], high[2], area;
  };

  Value number(double value) { return k.constantVector(f32, 1, value); }
  Value above(Value a, Value b) { return arith::CmpFOp::create(k.builder, k.loc, arith::CmpFPredicate::OGT, a, b); }
  Value smaller(Value a, Value b) { return arith::MinNumFOp::create(k.builder, k.loc, a, b); }
  Value larger(Value a, Value b) { return arith::MaxNumFOp::create(k.builder, k.loc, a, b); }
  Value minus(Value a, Value b) { return arith::SubFOp::create(k.builder, k.loc, a, b); }
  Value plus(Value a, Value b) { return arith::AddFOp::create(k.builder, k.loc, a, b); }
  Value times(Value a, Value b) { return arith::MulFOp::create(k.builder, k.loc, a, b); }
  Value both(Value a, Value b) { return arith::AndIOp::create(k.builder, k.loc, a, b); }
  Value scalar(Value operand) { return k.loadElements(k.input(operand), k.constant(0), 1); }

  Box load(Value batch, Value index) {
    Value row = k.add(k.mul(batch, k.dim(boxes.dims[1])), index), from = k.mul(row, k.dim(boxes.rowStride));
    Box box;
    for (int axis : {0, 1}) {
      Value a = k.loadElements(boxes, k.add(from, axis), 1), b = k.loadElements(boxes, k.add(from, axis + 2), 1);
      Value half = op.getCenter() ? times(b, number(0.5)) : Value();
      box.low[axis] = half ? minus(a, half) : smaller(a, b);
      box.high[axis] = half ? plus(a, half) : larger(a, b);
    }
    box.area = times(minus(box.high[0], box.low[0]), minus(box.high[1], box.low[1]));
    return box;
  }

  /// Whether the intersection over union of two boxes is above the threshold; not where one has no area.
  Value overlap(const Box &a, const Box &b, Value threshold) {
    Value shared = nullptr, zero = number(0);
    for (int axis : {0, 1}) {
      Value length = larger(minus(smaller(a.high[axis], b.high[axis]), larger(a.low[axis], b.low[axis])), zero);
      shared = shared ? times(shared, length) : length;
    }
    Value joined = minus(plus(a.area, b.area), shared);
    Value tooMuch = above(arith::DivFOp::create(k.builder, k.loc, shared, joined), threshold);
    return both(both(above(a.area, zero), above(b.area, zero)), both(above(shared, zero), tooMuch));
  }

  /// The highest score that is left, and its index; -1 if none is.
  std::pair<Value, Value> best(Value line, Value count) {
    SmallVector<Value> found =
        k.loop(k.constant(0), count, 1, ValueRange{number(-std::numeric_limits<double>::infinity()), k.constant(-1)},
               [&](Value index, ValueRange best) {
                 Value score = k.loadElements(left, k.add(line, index), 1), wins = above(score, best[0]);
                 return SmallVector<Value>{select(k, wins, score, best[0]), select(k, wins, index, best[1])};
               });
    return {found[0], found[1]};
  }

  void run(Value unit) {
    Value batch = k.div(unit, k.dim(scores.dims[1])), count = k.dim(scores.dims[2]);
    Value from = k.mul(unit, k.dim(scores.rowStride)), line = k.mul(unit, k.dim(left.rowStride)),
          to = k.mul(unit, k.dim(selected.rowStride));
    Value none = number(-std::numeric_limits<double>::infinity()), least = scalar(op.getScoreThreshold()),
          threshold = scalar(op.getIouThreshold()), most = k.dim(selected.dims[2]);
    k.loop(k.constant(0), count, 1, [&](Value index) {
      Value score = k.loadElements(scores, k.add(from, index), 1);
      k.storeElements(select(k, above(score, least), score, none), left, k.add(line, index));
    });
    k.loop(k.constant(0), most, 1, [&](Value place) { k.storeElements(k.constant(-1), selected, k.add(to, place)); });
    auto take = [&](Value place, Value index) {
      k.storeElements(index, selected, k.add(to, place));
      k.storeElements(none, left, k.add(line, index));
      Box taken = load(batch, index);
      k.loop(k.constant(0), count, 1, [&](Value other) {
        Value score = k.loadElements(left, k.add(line, other), 1);
        k.when(above(score, none), [&] {
          k.when(overlap(taken, load(batch, other), threshold),
                 [&] { k.storeElements(none, left, k.add(line, other)); });
        });
      });
    };
    Value one = k.constantVector(k.builder.getI1Type(), 1, 1);
    // Once no box is left, what remains of the loop does nothing.
    k.loop(k.constant(0), k.min(scalar(op.getLimit()), most), 1, ValueRange(one), [&](Value place, ValueRange more) {
      Value end = select(k, more[0], count, k.constant(0));
      Value index = best(line, end).second, isFound = k.less(k.constant(-1), index);
      k.when(isFound, [&] { take(place, index); });
      return SmallVector<Value>{isFound};
    });
  }
};

} // namespace

void codegen::emitNms(KernelBuilder &k) {
  auto op = cast<nn::NmsOp>(k.root());
  Suppression suppression{k, op, k.input(op.getBoxes()), k.input(op.getScores()), k.output(0), k.output(1)};
  k.loop(k.begin, k.end, 1, [&](Value unit) { suppression.run(unit); });
}
