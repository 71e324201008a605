//===- Concat.cpp - joining tensors by copying ----------------------------===//
//
// The way for joins that the memory plan could not make views.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Kernels.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Copies `columns` elements of row `from` of `source` to row `to` of `target`, from `targetColumn` on.
static void copyRow(KernelBuilder &k, const View &source, Value from, const View &target, Value to,
                    Value targetColumn) {
  Value input = k.mul(from, k.dim(source.rowStride));
  Value output = k.add(k.mul(to, k.dim(target.rowStride)), targetColumn);
  auto body = [&](Value column, int64_t lanes) {
    k.storeElements(k.loadElements(source, k.add(input, column), lanes), target, k.add(output, column));
  };
  forColumns(k, source.columns(), k.lanes(source.element), body);
}

void codegen::emitConcat(KernelBuilder &k) {
  auto op = cast<nn::ConcatOp>(k.root());
  const View &target = k.output(0);
  int64_t axis = op.getAxis(), rank = op.getType().getRank();
  MLIRContext *context = op.getContext();
  if (axis == rank - 1) {
    k.loop(k.begin, k.end, 1, [&](Value row) {
      Value column = k.constant(0);
      for (Value input : op.getInputs()) {
        const View &source = k.input(input);
        copyRow(k, source, row, target, row, column);
        column = k.add(column, k.dim(source.columns()));
      }
    });
    return;
  }
  // A row of the result lies in one input: the one whose rows [start, start + size) of each outer slice it falls into.
  Value inner = k.dim(nn::product(context, ArrayRef(target.dims).slice(axis + 1, rank - axis - 2)));
  Value slice = k.mul(k.dim(target.dims[axis]), inner);
  k.loop(k.begin, k.end, 1, [&](Value row) {
    Value outer = k.div(row, slice), within = k.rem(row, slice), start = k.constant(0);
    for (Value input : op.getInputs()) {
      const View &source = k.input(input);
      Value size = k.mul(k.dim(source.dims[axis]), inner);
      Value stop = k.add(start, size);
      Value inside = arith::AndIOp::create(
          k.builder, k.loc, arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::sge, within, start),
          k.less(within, stop));
      k.when(inside,
             [&] { copyRow(k, source, k.add(k.mul(outer, size), k.sub(within, start)), target, row, k.constant(0)); });
      start = stop;
    }
  });
}
