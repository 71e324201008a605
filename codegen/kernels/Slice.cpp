//===- Slice.cpp - parts of tensors, and tensors with more around them ----===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

void codegen::emitSlice(KernelBuilder &k) {
  auto op = cast<nn::SliceOp>(k.root());
  const View &input = k.input(op.getOperand());
  SmallVector<DimAttr> strides = elementStrides(input);
  ArrayRef<DimAttr> starts = op.getStarts().getDims();
  ArrayRef<int64_t> steps = op.getSteps();
  bool contiguous = steps.empty() || steps.back() == 1;
  forPositions(k, contiguous ? k.lanes(input.element) : 1, [&](ArrayRef<Value> row, Value column, int64_t lanes) {
    SmallVector<Value> place(row);
    if (!starts.empty())
      place.push_back(column);
    for (auto [coordinate, start, step] : llvm::zip_equal(place, starts, steps))
      coordinate = k.add(k.dim(start), k.mul(coordinate, step));
    return k.loadElements(input, offsetAt(k, place, strides), lanes);
  });
}

namespace {

struct Pad {
  KernelBuilder &k;
  nn::PadOp op;
  const View &input, &output;
  SmallVector<DimAttr> strides;

  /// Where a coordinate of the result reads; for mode constant it may be outside.
  Value source(int64_t axis, Value coordinate) {
    Value size = k.dim(input.dims[axis]), position = k.sub(coordinate, k.dim(op.getLow().getDims()[axis]));
    switch (op.getMode()) {
    case nn::PadMode::Constant:
      return position;
    case nn::PadMode::Edge:
      return k.max(k.min(position, k.add(size, -1)), k.constant(0));
    case nn::PadMode::Reflect: {
      Value mirrored = arith::SelectOp::create(k.builder, k.loc, k.less(position, k.constant(0)),
                                               k.sub(k.constant(0), position), position);
      Value beyond = k.less(k.add(size, -1), mirrored);
      return arith::SelectOp::create(k.builder, k.loc, beyond, k.sub(k.mul(k.add(size, -1), 2), mirrored), mirrored);
    }
    case nn::PadMode::Wrap: {
      Value rest = arith::RemSIOp::create(k.builder, k.loc, position, size);
      return arith::SelectOp::create(k.builder, k.loc, k.less(rest, k.constant(0)), k.add(rest, size), rest);
    }
    }
    llvm_unreachable("all modes are handled");
  }

  Value isInside(int64_t axis, Value position) {
    Value notBefore = k.less(k.constant(-1), position), notBehind = k.less(position, k.dim(input.dims[axis]));
    return arith::AndIOp::create(k.builder, k.loc, notBefore, notBehind);
  }

  void store(Value value, Value row, Value column) {
    k.storeElements(value, output, k.add(k.mul(row, k.dim(output.rowStride)), column));
  }

  /// Fills columns [from, to) of a row with one value.
  void fill(Value value, Value row, Value from, Value to) {
    forElements(k, from, to, k.lanes(output.element),
                [&](Value column, int64_t lanes) { store(k.splat(value, lanes), row, column); });
  }

  void rowAt(Value row) {
    int64_t last = static_cast<int64_t>(output.dims.size()) - 1;
    SmallVector<Value> place = coordinates(k, row, ArrayRef(output.dims).drop_back());
    Value inside = k.constantVector(k.builder.getI1Type(), 1, 1), zero = k.constant(0);
    for (int64_t axis = 0; axis < last; ++axis) {
      place[axis] = source(axis, place[axis]);
      if (op.getMode() == nn::PadMode::Constant)
        inside = arith::AndIOp::create(k.builder, k.loc, inside, isInside(axis, place[axis]));
    }
    place.push_back(zero);
    Value base = offsetAt(k, place, strides);
    Value low = k.dim(op.getLow().getDims()[last]), end = k.add(low, k.dim(input.dims[last])),
          columns = k.dim(output.columns());
    auto copy = [&] {
      forElements(k, low, end, k.lanes(output.element), [&](Value column, int64_t lanes) {
        store(k.loadElements(input, k.add(base, k.sub(column, low)), lanes), row, column);
      });
    };
    if (op.getMode() != nn::PadMode::Constant) {
      auto single = [&](Value column) {
        store(k.loadElements(input, k.add(base, source(last, column)), 1), row, column);
      };
      k.loop(zero, low, 1, single);
      copy();
      k.loop(end, columns, 1, single);
      return;
    }
    Value value = k.loadElements(k.input(op.getValue()), zero, 1);
    Value outside = arith::XOrIOp::create(k.builder, k.loc, inside, k.constantVector(k.builder.getI1Type(), 1, 1));
    k.when(inside, [&] {
      fill(value, row, zero, low);
      copy();
      fill(value, row, end, columns);
    });
    k.when(outside, [&] { fill(value, row, zero, columns); });
  }
};

} // namespace

void codegen::emitPad(KernelBuilder &k) {
  auto op = cast<nn::PadOp>(k.root());
  const View &input = k.input(op.getOperand());
  if (input.dims.empty()) { // Nothing can be added around a scalar.
    forPositions(k, 1, [&](ArrayRef<Value>, Value, int64_t) { return k.loadElements(input, k.constant(0), 1); });
    return;
  }
  Pad pad{k, op, input, k.output(0), elementStrides(input)};
  k.loop(k.begin, k.end, 1, [&](Value row) { pad.rowAt(row); });
}

void codegen::emitIota(KernelBuilder &k) {
  auto op = cast<nn::IotaOp>(k.root());
  int64_t axis = op.getAxis();
  Type element = k.output(0).element;
  forPositions(k, 1, [&](ArrayRef<Value> row, Value column, int64_t) -> Value {
    Value position = axis < static_cast<int64_t>(row.size()) ? row[axis] : column;
    if (isa<FloatType>(element))
      return arith::SIToFPOp::create(k.builder, k.loc, element, position);
    if (element.isInteger(64))
      return position;
    return arith::TruncIOp::create(k.builder, k.loc, element, position);
  });
}

void codegen::emitDims(KernelBuilder &k) {
  auto op = cast<nn::DimsOp>(k.root());
  for (auto [index, dim] : llvm::enumerate(op.getDims().getDims()))
    k.storeElements(k.dim(dim), k.output(0), k.constant(index));
}
