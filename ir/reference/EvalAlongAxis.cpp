//===- EvalAlongAxis.cpp - the values of arg_reduce, scan and topk --------===//
//
// Each works on rows: the elements along an axis at one position of all others.
//
//===----------------------------------------------------------------------===//

#include "ir/Dim.h"
#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Index.h"
#include "ir/reference/Table.h"
#include <algorithm>
#include <cmath>
#include <numeric>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static Shape withSize(llvm::ArrayRef<int64_t> shape, int64_t axis, int64_t size) {
  Shape result(shape);
  result[axis] = size;
  return result;
}

/// Calls `visit(input offset, result offset)` where each row begins in the input, and in a result that has another size
/// along the axis.
template <typename Visit>
static void forRows(llvm::ArrayRef<int64_t> shape, int64_t axis, int64_t resultSize, Visit visit) {
  int64_t inner = elementCount(shape.drop_front(axis + 1));
  for (int64_t outer = 0; outer < elementCount(shape.take_front(axis)); ++outer)
    for (int64_t i = 0; i < inner; ++i)
      visit(outer * shape[axis] * inner + i, outer * resultSize * inner + i);
}

/// Whether a comes before b in an order where NaN is greater than all numbers.
static bool isLess(mlir::Type, double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; }

static bool isLess(mlir::Type element, int64_t a, int64_t b) {
  return isUnsigned(element) ? static_cast<uint64_t>(a) < static_cast<uint64_t>(b) : a < b;
}

static bool isNan(double value) { return std::isnan(value); }
static bool isNan(int64_t) { return false; }

static Tensor argReduce(ArgReduceOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &input = operands[0];
  int64_t axis = op.getAxis(), length = input.shape()[axis], stride = stridesOf(input.shape())[axis];
  Shape shape = withSize(input.shape(), axis, 1);
  std::vector<int64_t> results(elementCount(shape));
  shape.erase(shape.begin() + axis);
  withElementsOf(input, [&](auto zero) {
    using T = decltype(zero);
    llvm::ArrayRef<T> values = input.values<T>();
    forRows(input.shape(), axis, 1, [&](int64_t from, int64_t to) {
      int64_t best = 0;
      for (int64_t i = 1; i < length; ++i) {
        T value = values[from + i * stride], known = values[from + best * stride];
        // NaN is better than everything for both kinds.
        bool isBetter =
            isNan(value) ? !isNan(known)
                         : !isNan(known) && (op.getKind() == ReduceKind::Max ? isLess(input.element(), known, value)
                                                                             : isLess(input.element(), value, known));
        bool isEqual = value == known || (isNan(value) && isNan(known));
        if (isBetter || (isEqual && op.getLast()))
          best = i;
      }
      results[to] = best;
    });
    return 0;
  });
  return Tensor(resultElement(op), shape, std::move(results));
}

/// Integers wrap: what is added is their bits.
static double joined(ReduceKind kind, double a, double b) { return kind == ReduceKind::Sum ? a + b : a * b; }
static int64_t joined(ReduceKind kind, int64_t a, int64_t b) {
  uint64_t x = a, y = b;
  return kind == ReduceKind::Sum ? x + y : x * y;
}

static Tensor scan(ScanOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &input = operands[0];
  int64_t axis = op.getAxis(), length = input.shape()[axis], stride = stridesOf(input.shape())[axis];
  return withElementsOf(input, [&](auto zero) {
    using T = decltype(zero);
    llvm::ArrayRef<T> values = input.values<T>();
    std::vector<T> results(values.size());
    forRows(input.shape(), axis, length, [&](int64_t from, int64_t) {
      T total = op.getKind() == ReduceKind::Sum ? 0 : 1;
      for (int64_t i = 0; i < length; ++i) {
        int64_t place = from + (op.getReverse() ? length - 1 - i : i) * stride;
        if (op.getExclusive())
          results[place] = total;
        total = joined(op.getKind(), total, values[place]);
        if (!op.getExclusive())
          results[place] = total;
      }
    });
    return Tensor(resultElement(op), input.shape(), std::move(results));
  });
}

static Results topK(TopKOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  const Tensor &input = operands[0];
  llvm::Expected<Shape> shape = shapeOf(op.getValues().getType(), symbols);
  if (!shape)
    return shape.takeError();
  int64_t axis = op.getAxis(), length = input.shape()[axis], count = (*shape)[axis];
  if (count > length)
    return makeFault(Fault::Malformed,
                     nameOf(op) + ": wants " + llvm::Twine(count) + " of " + llvm::Twine(length) + " elements");
  int64_t stride = stridesOf(input.shape())[axis];
  return withElementsOf(input, [&](auto zero) -> Results {
    using T = decltype(zero);
    llvm::ArrayRef<T> values = input.values<T>();
    std::vector<T> found(elementCount(*shape));
    std::vector<int64_t> places(found.size()), order(length);
    forRows(input.shape(), axis, count, [&](int64_t from, int64_t to) {
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        T x = values[from + a * stride], y = values[from + b * stride];
        return op.getSmallest() ? isLess(input.element(), x, y) : isLess(input.element(), y, x);
      });
      for (int64_t i = 0; i < count; ++i) {
        found[to + i * stride] = values[from + order[i] * stride];
        places[to + i * stride] = order[i];
      }
    });
    std::vector<Tensor> results;
    results.emplace_back(input.element(), *shape, std::move(found));
    results.emplace_back(mlir::cast<mlir::RankedTensorType>(op.getIndices().getType()).getElementType(), *shape,
                         std::move(places));
    return results;
  });
}

void reference::addAlongAxis(Table &table) {
  add<ArgReduceOp, argReduce>(table);
  add<ScanOp, scan>(table);
  add<TopKOp, topK>(table);
}
