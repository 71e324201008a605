//===- Gather.cpp - slices and elements by positions that are data --------===//

#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Coordinates of a whole result: those of a row, and the column in it.
static SmallVector<Value> withColumn(KernelBuilder &k, ArrayRef<Value> row, Value column) {
  SmallVector<Value> all(row);
  if (!k.output(0).dims.empty())
    all.push_back(column);
  return all;
}

void codegen::emitGather(KernelBuilder &k) {
  auto op = cast<nn::GatherOp>(k.root());
  const View &data = k.input(op.getData()), &indices = k.input(op.getIndices());
  int64_t axis = op.getAxis(), batch = op.getBatchDims(), inserted = indices.dims.size() - batch;
  // Where something is left behind the axis, the result's rows are parts of the data's.
  bool wholeRows = axis + 1 < static_cast<int64_t>(data.dims.size());
  forPositions(k, wholeRows ? k.lanes(data.element) : 1, [&](ArrayRef<Value> row, Value column, int64_t lanes) {
    SmallVector<Value> at = withColumn(k, row, column), which(ArrayRef(at).take_front(batch));
    llvm::append_range(which, ArrayRef(at).slice(axis, inserted));
    SmallVector<Value> place(ArrayRef(at).take_front(axis));
    place.push_back(clampedPosition(k, loadIndex(k, indices, which), k.dim(data.dims[axis])));
    llvm::append_range(place, ArrayRef(at).drop_front(axis + inserted));
    return k.loadElements(data, offsetAt(k, place, elementStrides(data)), lanes);
  });
}

void codegen::emitGatherElements(KernelBuilder &k) {
  auto op = cast<nn::GatherElementsOp>(k.root());
  const View &data = k.input(op.getData()), &indices = k.input(op.getIndices());
  int64_t axis = op.getAxis();
  forPositions(k, 1, [&](ArrayRef<Value> row, Value column, int64_t lanes) {
    SmallVector<Value> place = withColumn(k, row, column);
    place[axis] = clampedPosition(k, loadIndex(k, indices, place), k.dim(data.dims[axis]));
    return k.loadElements(data, offsetAt(k, place, elementStrides(data)), lanes);
  });
}

void codegen::emitGatherNd(KernelBuilder &k) {
  auto op = cast<nn::GatherNdOp>(k.root());
  const View &data = k.input(op.getData()), &indices = k.input(op.getIndices());
  int64_t batch = op.getBatchDims(), length = *indices.dims.back().getConstant(), rows = indices.dims.size() - 1;
  bool wholeRows = batch + length < static_cast<int64_t>(data.dims.size());
  forPositions(k, wholeRows ? k.lanes(data.element) : 1, [&](ArrayRef<Value> row, Value column, int64_t lanes) {
    SmallVector<Value> at = withColumn(k, row, column), which(ArrayRef(at).take_front(rows));
    SmallVector<Value> place(ArrayRef(at).take_front(batch));
    which.push_back(nullptr);
    for (int64_t i = 0; i < length; ++i) {
      which.back() = k.constant(i);
      place.push_back(clampedPosition(k, loadIndex(k, indices, which), k.dim(data.dims[batch + i])));
    }
    llvm::append_range(place, ArrayRef(at).drop_front(rows));
    return k.loadElements(data, offsetAt(k, place, elementStrides(data)), lanes);
  });
}
