//===- GeneralGemm.cpp - matrix products of any element type and size -----===//
//
// For sizes that are known in a call only, and for integers: a row of the result at a time, in vectors of columns.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Taps.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

void codegen::emitGeneralGemm(KernelBuilder &k) {
  auto op = cast<nn::ContractOp>(k.root());
  const View &lhs = k.input(op.getLhs()), &rhs = k.input(op.getRhs());
  Type element = lhs.element;
  bool batched = lhs.dims.size() > 2;
  Value depth = k.dim(lhs.dims.back()), columns = k.dim(rhs.dims.back()), stride = k.dim(rhs.rowStride);
  Value rowsPerBatch = k.dim(lhs.dims[lhs.dims.size() - 2]);
  int64_t lanes = k.lanes(element), wide = 4 * lanes;
  Epilogue epilogue(k);
  k.loop(k.begin, k.end, 1, [&](Value row) {
    Value from = k.mul(row, k.dim(lhs.rowStride));
    Value matrix = batched ? k.mul(k.mul(k.div(row, rowsPerBatch), depth), stride) : k.constant(0);
    auto part = [&](Value column, int64_t width) {
      Value start = k.constantVector(element, width, 0), corner = k.add(matrix, column);
      Value sum = k.loop(k.constant(0), depth, 1, ValueRange(start), [&](Value step, ValueRange carried) {
        Value x = k.splat(k.loadElements(lhs, k.add(from, step), 1), width);
        Value w = k.loadElements(rhs, k.add(corner, k.mul(step, stride)), width);
        return SmallVector<Value>{multiplyAccumulate(k, x, w, carried[0])};
      })[0];
      epilogue.enterBlock();
      epilogue.finish(sum, row, column, width);
    };
    // Four registers at a time hide the latency of their sums.
    Value full = k.mul(k.div(columns, k.constant(wide)), wide);
    k.loop(k.constant(0), full, wide, [&](Value column) { part(column, wide); });
    forElements(k, full, columns, lanes, part);
  });
}
