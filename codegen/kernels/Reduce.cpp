//===- Reduce.cpp - sums, means, products and extremes over axes ----------===//
//
// Where the last dimension stays, its elements are the lanes and the reduced axes are loops around them. Where it is
// reduced, the lanes hold parts of one result, which are joined at the end in a fixed tree.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

namespace {

struct Reduce {
  KernelBuilder &k;
  nn::ReduceOp op;
  const View &input;
  nn::ReduceKind kind;
  SmallVector<int64_t> kept, reduced; ///< Axes of the input.
  SmallVector<DimAttr> strides;
  Epilogue epilogue;

  Type element() const { return input.element; }

  /// Where the input begins for a result whose kept coordinates (of `axes`) are these.
  Value origin(ArrayRef<int64_t> axes, ArrayRef<Value> coordinates) {
    Value offset = k.constant(0);
    for (auto [axis, coordinate] : llvm::zip_equal(axes, coordinates))
      offset = k.add(offset, k.mul(coordinate, k.dim(strides[axis])));
    return offset;
  }

  /// Loops over the axes, the outermost first: `body(offset, total)` gives the new total.
  Value over(ArrayRef<int64_t> axes, Value offset, Value total, llvm::function_ref<Value(Value, Value)> body) {
    if (axes.empty())
      return body(offset, total);
    return k.loop(k.constant(0), k.dim(input.dims[axes.front()]), 1, ValueRange(total),
                  [&](Value index, ValueRange carried) {
                    Value next = k.add(offset, k.mul(index, k.dim(strides[axes.front()])));
                    return SmallVector<Value>{over(axes.drop_front(), next, carried[0], body)};
                  })[0];
  }

  Value finished(Value total, int64_t lanes) {
    if (kind != nn::ReduceKind::Mean)
      return total;
    DimAttr count = nn::constantDim(element().getContext(), 1);
    for (int64_t axis : reduced)
      count = count * input.dims[axis];
    Value divisor = arith::SIToFPOp::create(k.builder, k.loc, element(), k.dim(count));
    return arith::DivFOp::create(k.builder, k.loc, total, k.splat(divisor, lanes));
  }

  /// The last dimension stays: a unit is a row of the result.
  void rows() {
    auto leading = ArrayRef(kept).drop_back();
    auto sizes = llvm::map_to_vector(leading, [&](int64_t axis) { return input.dims[axis]; });
    k.loop(k.begin, k.end, 1, [&](Value row) {
      Value base = origin(leading, coordinates(k, row, sizes));
      auto body = [&](Value column, int64_t lanes) {
        Value total =
            over(reduced, k.add(base, column), neutral(k, kind, element(), lanes),
                 [&](Value offset, Value sum) { return combine(k, kind, sum, k.loadElements(input, offset, lanes)); });
        epilogue.enterBlock();
        epilogue.finish(finished(total, lanes), row, column, lanes);
      };
      forColumns(k, input.dims.back(), k.lanes(element()), body);
    });
  }

  /// The last dimension is reduced: a unit is an element of the result.
  void elements() {
    auto sizes = llvm::map_to_vector(kept, [&](int64_t axis) { return input.dims[axis]; });
    Value length = k.dim(input.dims.back());
    k.loop(k.begin, k.end, 1, [&](Value unit) {
      Value base = origin(kept, coordinates(k, unit, sizes));
      auto outer = ArrayRef(reduced).drop_back();
      auto part = [&](Value from, Value to, int64_t width) {
        return over(outer, base, neutral(k, kind, element(), width), [&](Value offset, Value total) {
          return k.loop(from, to, width, ValueRange(total), [&](Value index, ValueRange carried) {
            return SmallVector<Value>{combine(k, kind, carried[0], k.loadElements(input, k.add(offset, index), width))};
          })[0];
        });
      };
      Value total = joinParts(k, kind, length, k.lanes(element()), part);
      epilogue.enterBlock();
      Value columns = k.dim(k.output(0).columns());
      epilogue.finish(finished(total, 1), k.div(unit, columns), k.rem(unit, columns), 1);
    });
  }
};

} // namespace

void codegen::emitReduce(KernelBuilder &k) {
  auto op = cast<nn::ReduceOp>(k.root());
  const View &input = k.input(op.getInput());
  Reduce reduce{.k = k,
                .op = op,
                .input = input,
                .kind = op.getKind(),
                .kept = {},
                .reduced = {},
                .strides = elementStrides(input),
                .epilogue = Epilogue(k)};
  for (int64_t axis = 0; axis < static_cast<int64_t>(input.dims.size()); ++axis)
    (llvm::is_contained(op.getAxes(), axis) ? reduce.reduced : reduce.kept).push_back(axis);
  bool lastStays = !llvm::is_contained(reduce.reduced, static_cast<int64_t>(input.dims.size()) - 1);
  if (lastStays && !input.dims.empty())
    reduce.rows();
  else
    reduce.elements();
}
