//===- Transpose.cpp - permuting dimensions -------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

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
      epilogue.finish(value, row, column, lanes);
    };
    forColumns(k, dims.back(), k.lanes(input.element), body);
  };

  Value endLine = k.div(k.add(k.end, k.sub(lineRows, k.constant(1))), lineRows);
  k.loop(k.div(k.begin, lineRows), endLine, 1, [&](Value line) {
    Value base = k.constant(0), first = k.mul(line, lineRows);
    for (auto [axis, coordinate] : llvm::enumerate(coordinates(k, line, lines)))
      base = k.add(base, k.mul(coordinate, k.dim(strides[permutation[axis]])));
    Value begin = k.max(k.sub(k.begin, first), k.constant(0)), end = k.min(k.sub(k.end, first), lineRows);
    k.loop(begin, end, 1, [&](Value index) { copyRow(k.add(first, index), k.add(base, k.mul(index, rowsApart))); });
  });
}
