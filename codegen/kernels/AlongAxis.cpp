//===- AlongAxis.cpp - positions of extremes, running sums and sorted elements ===//
//
// Each works on lines: the elements along an axis at one position of all others.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"
#include "ir/Payload.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

namespace {

/// The order of elements: NaN is greater than all numbers.
struct Order {
  KernelBuilder &k;
  Type element; ///< With its sign.

  Value compare(arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(k.builder, k.loc, predicate, a, b);
  }
  Value both(Value a, Value b) { return arith::AndIOp::create(k.builder, k.loc, a, b); }
  Value either(Value a, Value b) { return arith::OrIOp::create(k.builder, k.loc, a, b); }
  Value negate(Value a) {
    return arith::XOrIOp::create(k.builder, k.loc, a, k.constantVector(k.builder.getI1Type(), 1, 1));
  }

  bool isFloat() const { return isa<FloatType>(element); }
  Value isNan(Value a) { return compare(arith::CmpFPredicate::UNO, a, a); }

  Value greater(Value a, Value b) {
    if (isFloat())
      return either(compare(arith::CmpFPredicate::OGT, a, b), both(isNan(a), negate(isNan(b))));
    auto predicate = nn::payload::isUnsigned(element) ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::sgt;
    return arith::CmpIOp::create(k.builder, k.loc, predicate, a, b);
  }
};

/// The lines of a tensor along an axis.
struct Lines {
  KernelBuilder &k;
  int64_t axis;

  SmallVector<DimAttr> others(const View &view) {
    SmallVector<DimAttr> dims(view.dims);
    dims.erase(dims.begin() + axis);
    return dims;
  }

  /// Where the line with these coordinates begins.
  Value begin(const View &view, ArrayRef<Value> coordinates) {
    SmallVector<DimAttr> strides = elementStrides(view);
    strides.erase(strides.begin() + axis);
    return offsetAt(k, coordinates, strides);
  }

  Value element(const View &view, Value begin, Value index) {
    return k.add(begin, k.mul(index, k.dim(elementStrides(view)[axis])));
  }

  /// Calls `body` with the coordinates of all lines of a tensor.
  void forEach(const View &view, llvm::function_ref<void(ArrayRef<Value>)> body) {
    SmallVector<DimAttr> dims = others(view);
    Value count = k.dim(nn::product(view.element.getContext(), dims));
    k.loop(k.constant(0), count, 1, [&](Value line) { body(coordinates(k, line, dims)); });
  }
};

} // namespace

static Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

void codegen::emitArgReduce(KernelBuilder &k) {
  auto op = cast<nn::ArgReduceOp>(k.root());
  const View &input = k.input(op.getInput());
  Order order{k, elementOf(op.getInput())};
  Lines lines{k, static_cast<int64_t>(op.getAxis())};
  auto isBetter = [&](Value value, Value known) {
    if (op.getKind() == nn::ReduceKind::Max)
      return order.greater(value, known);
    if (!order.isFloat())
      return order.greater(known, value);
    // NaN is taken for the least number, too.
    Value isLess = order.compare(arith::CmpFPredicate::OLT, value, known);
    return order.either(isLess, order.both(order.isNan(value), order.negate(order.isNan(known))));
  };
  forPositions(k, 1, [&](ArrayRef<Value> row, Value column, int64_t) {
    SmallVector<Value> place(row);
    if (!k.output(0).dims.empty())
      place.push_back(column);
    Value start = lines.begin(input, place), zero = k.constant(0);
    Value first = k.loadElements(input, start, 1);
    return k.loop(
        k.constant(1), k.dim(input.dims[lines.axis]), 1, ValueRange{zero, first}, [&](Value index, ValueRange best) {
          Value value = k.loadElements(input, lines.element(input, start, index), 1);
          // With `last` an equal element is better, too.
          Value wins = op.getLast() ? order.negate(isBetter(best[1], value)) : isBetter(value, best[1]);
          return SmallVector<Value>{arith::SelectOp::create(k.builder, k.loc, wins, index, best[0]).getResult(),
                                    arith::SelectOp::create(k.builder, k.loc, wins, value, best[1]).getResult()};
        })[0];
  });
}

void codegen::emitScan(KernelBuilder &k) {
  auto op = cast<nn::ScanOp>(k.root());
  const View &input = k.input(op.getOperand()), &output = k.output(0);
  Lines lines{k, static_cast<int64_t>(op.getAxis())};
  Value length = k.dim(input.dims[lines.axis]);
  k.loop(k.begin, k.end, 1, [&](Value) {
    lines.forEach(input, [&](ArrayRef<Value> at) {
      Value from = lines.begin(input, at), to = lines.begin(output, at);
      Value start = neutral(k, op.getKind(), input.element, 1);
      k.loop(k.constant(0), length, 1, ValueRange(start), [&](Value step, ValueRange total) {
        Value index = op.getReverse() ? k.sub(k.add(length, -1), step) : step;
        Value value = k.loadElements(input, lines.element(input, from, index), 1);
        Value next = combine(k, op.getKind(), total[0], value);
        k.storeElements(op.getExclusive() ? Value(total[0]) : next, output, lines.element(output, to, index));
        return SmallVector<Value>{next};
      });
    });
  });
}

/// Each result is the best element that comes behind the one before: as many passes over a line as there are results.
void codegen::emitTopK(KernelBuilder &k) {
  auto op = cast<nn::TopKOp>(k.root());
  const View &input = k.input(op.getOperand()), &values = k.output(0), &places = k.output(1);
  Order order{k, elementOf(op.getOperand())};
  Lines lines{k, static_cast<int64_t>(op.getAxis())};
  Value length = k.dim(input.dims[lines.axis]), count = k.min(k.dim(values.dims[lines.axis]), length);
  auto isBetter = [&](Value a, Value b) { return op.getSmallest() ? order.greater(b, a) : order.greater(a, b); };
  /// Whether element a at index i comes before b at j.
  auto comesBefore = [&](Value a, Value i, Value b, Value j) {
    return order.either(isBetter(a, b), order.both(order.negate(isBetter(b, a)), k.less(i, j)));
  };
  auto select = [&](Value condition, Value a, Value b) -> Value {
    return arith::SelectOp::create(k.builder, k.loc, condition, a, b);
  };
  k.loop(k.begin, k.end, 1, [&](Value) {
    lines.forEach(input, [&](ArrayRef<Value> at) {
      Value from = lines.begin(input, at);
      k.loop(k.constant(0), count, 1, ValueRange{k.loadElements(input, from, 1), k.constant(-1)},
             [&](Value rank, ValueRange previous) {
               Value isFirst = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, rank, k.constant(0));
               SmallVector<Value> best =
                   k.loop(k.constant(0), length, 1, ValueRange{previous[0], k.constant(-1)},
                          [&](Value index, ValueRange known) {
                            Value value = k.loadElements(input, lines.element(input, from, index), 1);
                            Value isLeft = order.either(isFirst, comesBefore(previous[0], previous[1], value, index));
                            Value isNone = k.less(known[1], k.constant(0));
                            Value wins =
                                order.both(isLeft, order.either(isNone, comesBefore(value, index, known[0], known[1])));
                            return SmallVector<Value>{select(wins, value, known[0]), select(wins, index, known[1])};
                          });
               k.storeElements(best[0], values, lines.element(values, lines.begin(values, at), rank));
               k.storeElements(best[1], places, lines.element(places, lines.begin(places, at), rank));
               return SmallVector<Value>(best);
             });
    });
  });
}
