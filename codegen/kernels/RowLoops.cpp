//===- RowLoops.cpp - walking over the rows of a tensor by its axes -------===//

#include "codegen/kernels/RowLoops.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Positions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

RowLoops::RowLoops(KernelBuilder &k, const View &view) : k(k), view(view) {
  strides.resize(view.dims.size());
  DimAttr stride = nn::constantDim(view.element.getContext(), 1);
  for (int64_t axis = static_cast<int64_t>(view.dims.size()) - 2; axis >= 0; --axis) {
    strides[axis] = stride;
    stride = stride * view.dims[axis];
  }
}

Value RowLoops::rowAt(ArrayRef<int64_t> axes, Value index) {
  auto sizes = llvm::map_to_vector(axes, [&](int64_t axis) { return view.dims[axis]; });
  auto apart = llvm::map_to_vector(axes, [&](int64_t axis) { return strides[axis]; });
  return offsetAt(k, coordinates(k, index, sizes), apart);
}

SmallVector<Value> RowLoops::over(ArrayRef<int64_t> axes, Value row, ValueRange initial,
                                  llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  if (axes.empty())
    return body(row, initial);
  Value size = k.dim(view.dims[axes.front()]), stride = k.dim(strides[axes.front()]);
  return k.loop(k.constant(0), size, 1, initial, [&](Value index, ValueRange carried) {
    return over(axes.drop_front(), k.add(row, k.mul(index, stride)), carried, body);
  });
}

Value RowLoops::load(Value row, Value column, int64_t lanes) {
  return k.loadElements(view, k.add(k.mul(row, k.dim(view.rowStride)), column), lanes);
}

int64_t codegen::rowsTogether(DimAttr columns, int64_t most) {
  constexpr int64_t many = 4096;
  return columns.isConstant() && columns.getValue() > many ? 1 : most;
}

void codegen::forRowsTogether(Emit &e, Value begin, Value end, int64_t most,
                              llvm::function_ref<void(ArrayRef<Value>)> body) {
  auto cover = [&](int64_t count) {
    Value full = e.add(begin, e.mul(e.div(e.sub(end, begin), e.constant(count)), count));
    e.loop(begin, full, count, [&](Value first) {
      auto rows = llvm::map_to_vector(llvm::seq<int64_t>(0, count), [&](int64_t row) { return e.add(first, row); });
      body(rows);
    });
    begin = full;
  };
  cover(most);
  if (most > 1)
    cover(1);
}

static SmallVector<int64_t> rowAxes(int64_t rank, llvm::function_ref<bool(int64_t)> wanted) {
  SmallVector<int64_t> found;
  for (int64_t axis = 0; axis + 1 < rank; ++axis)
    if (wanted(axis))
      found.push_back(axis);
  return found;
}

SmallVector<int64_t> codegen::rowAxesIn(ArrayRef<int64_t> axes, int64_t rank) {
  return rowAxes(rank, [&](int64_t axis) { return llvm::is_contained(axes, axis); });
}

SmallVector<int64_t> codegen::rowAxesOutside(ArrayRef<int64_t> axes, int64_t rank) {
  return rowAxes(rank, [&](int64_t axis) { return !llvm::is_contained(axes, axis); });
}
