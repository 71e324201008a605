//===- Transpose.cpp - permuting dimensions -------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

/// How many lanes a row's columns take where they are no power of two, or 0: a row is then copied with one load and one
/// store, and what lies behind its end is overwritten with the next row.
static int64_t widerRow(KernelBuilder &k, const View &input, const View &output, DimAttr rowsApart) {
  DimAttr columns = output.columns();
  bool copies = llvm::hasSingleElement(k.kernel.getBlock()->without_terminator()) && k.outputs.size() == 1;
  if (!copies || !columns.isConstant() || output.rowStride != columns || !rowsApart.isConstant())
    return 0;
  int64_t count = columns.getValue(), lanes = llvm::PowerOf2Ceil(count);
  // What is read of the last row but one ends before the last one does.
  bool isThere = rowsApart.getValue() >= lanes - count;
  return lanes != count && lanes <= k.lanes(input.element) && isThere ? lanes : 0;
}

void codegen::emitTranspose(KernelBuilder &k) {
  auto op = cast<nn::TransposeOp>(k.root());
  const View &input = k.input(op.getOperand());
  SmallVector<DimAttr> strides = elementStrides(input);
  SmallVector<DimAttr> dims = nn::dimsOf(op.getType());
  ArrayRef<int64_t> permutation = op.getPermutation();
  DimAttr columnStride = strides[permutation.back()];
  bool contiguous = columnStride.getConstant() == 1;
  Epilogue epilogue(k);

  // The result's lines of rows: within one, rows lie a fixed number of elements apart in the operand, too.
  ArrayRef<DimAttr> leading = ArrayRef(dims).drop_back();
  bool hasLines = !leading.empty();
  Value lineRows = hasLines ? k.dim(leading.back()) : k.constant(1);
  Value rowsApart = hasLines ? k.dim(strides[permutation[leading.size() - 1]]) : k.constant(0);
  ArrayRef<DimAttr> lines = hasLines ? leading.drop_back() : leading;

  auto copyRow = [&](Value row, Value base) {
    auto body = [&](Value column, int64_t lanes) {
      Value value;
      if (contiguous || lanes == 1) {
        value = k.loadElements(input, k.add(base, k.mul(column, k.dim(columnStride))), lanes);
      } else {
        value = LLVM::PoisonOp::create(k.builder, k.loc, k.vectorOf(input.element, lanes));
        for (int64_t lane = 0; lane < lanes; ++lane) {
          Value scalar = k.loadElements(input, k.add(base, k.mul(k.add(column, lane), k.dim(columnStride))), 1);
          value = LLVM::InsertElementOp::create(k.builder, k.loc, value, scalar, k.constant(lane));
        }
      }
      epilogue.enterBlock();
      if (contiguous && lanes > 1)
        epilogue.prefetchApart(row, column);
      epilogue.finish(value, row, column, lanes);
    };
    forColumns(k, dims.back(), k.lanes(input.element), body);
  };

  int64_t wider =
      contiguous && hasLines ? widerRow(k, input, k.output(0), strides[permutation[leading.size() - 1]]) : 0;
  const View &output = k.output(0);
  Value endLine = k.div(k.add(k.end, k.sub(lineRows, k.constant(1))), lineRows);
  k.loop(k.div(k.begin, lineRows), endLine, 1, [&](Value line) {
    Value base = k.constant(0), first = k.mul(line, lineRows);
    for (auto [axis, coordinate] : llvm::enumerate(coordinates(k, line, lines)))
      base = k.add(base, k.mul(coordinate, k.dim(strides[permutation[axis]])));
    Value begin = k.max(k.sub(k.begin, first), k.constant(0)), end = k.min(k.sub(k.end, first), lineRows);
    if (wider != 0) {
      Value lastRow = k.sub(end, k.constant(1));
      k.loop(begin, lastRow, 1, [&](Value index) {
        Value row = k.loadElements(input, k.add(base, k.mul(index, rowsApart)), wider);
        k.storeElements(row, output, k.mul(k.add(first, index), k.dim(output.rowStride)));
      });
      begin = k.max(begin, lastRow);
    }
    k.loop(begin, end, 1, [&](Value index) { copyRow(k.add(first, index), k.add(base, k.mul(index, rowsApart))); });
  });
}
