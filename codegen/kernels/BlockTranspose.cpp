//===- BlockTranspose.cpp - permuting dimensions in registers -------------===//
//
// Where the result's last dimension is not the operand's, elements side by side come from far apart. So squares of
// L × L elements are read as L vectors along the operand's last dimension (which the result has as its dimension `q`),
// transposed in registers, and written as L vectors along the result's last one.
//
// What is left at the ends is done in squares of 4 × 4. A unit is `blockRows` positions along q, at one position of all
// other dimensions but the last.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/BlockTranspose.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"
#include "codegen/kernels/Square.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

/// The dimension of the result that is the operand's last.
static int64_t rowAxis(nn::TransposeOp op) {
  return llvm::find(op.getPermutation(), op.getType().getRank() - 1) - op.getPermutation().begin();
}

/// The result's dimensions but its last one and `q`.
template <typename T> static SmallVector<T> others(ArrayRef<T> values, int64_t q) {
  SmallVector<T> rest(values.drop_back());
  rest.erase(rest.begin() + q);
  return rest;
}

bool codegen::canTransposeBlocks(nn::TransposeOp op) {
  auto type = op.getType();
  return type.getRank() > 1 && op.getPermutation().back() != type.getRank() - 1 &&
         storageType(type.getElementType()).getIntOrFloatBitWidth() == 32 &&
         (type.isDynamicDim(type.getRank() - 1) || type.getShape().back() >= 4);
}

DimAttr codegen::transposeBlockUnits(nn::KernelOp kernel) {
  auto op = cast<nn::TransposeOp>(rootOf(kernel));
  SmallVector<DimAttr> dims = nn::dimsOf(op.getType());
  int64_t q = rowAxis(op);
  return nn::product(op.getContext(), others<DimAttr>(dims, q)) * nn::ceilDiv(dims[q], blockRows);
}

namespace {

struct BlockTranspose {
  KernelBuilder &k;
  nn::TransposeOp op;
  const View &input, &output;
  int64_t q = rowAxis(op), lanes = k.lanes(input.element);
  SmallVector<DimAttr> from = elementStrides(input), to = elementStrides(output);
  ArrayRef<int64_t> permutation = op.getPermutation();
  Value rowsApart = k.dim(to[q]), columnsApart = k.dim(from[permutation.back()]);

  /// Elements of one row and one column after the other.
  void singly(Value source, Value target, Value firstRow, Value rows, Value firstColumn, Value columns) {
    k.loop(firstRow, rows, 1, [&](Value row) {
      k.loop(firstColumn, columns, 1, [&](Value column) {
        Value element = k.loadElements(input, k.add(source, k.add(k.mul(column, columnsApart), row)), 1);
        k.storeElements(element, output, k.add(target, k.add(k.mul(row, rowsApart), column)));
      });
    });
  }

  void square(Value source, Value target, Value row, Value column, int64_t size) {
    SmallVector<Value> square;
    for (int64_t lane = 0; lane < size; ++lane) {
      Value start = k.add(source, k.mul(k.add(column, lane), columnsApart));
      square.push_back(k.loadElements(input, k.add(start, row), size));
    }
    transposeSquare(k, square);
    for (int64_t lane = 0; lane < size; ++lane) {
      Value start = k.add(target, k.mul(k.add(row, lane), rowsApart));
      k.storeElements(square[lane], output, k.add(start, column));
    }
  }

  /// Whether the lines of a unit that come next in the result's rows are fetched, to be written: a square is as wide as
  /// a line, and what is fetched stays in the first-level cache, where rows half a page apart would share too few sets.
  bool fetchesLines() {
    constexpr int64_t lineBytes = 64, apart = 2048;
    int64_t bytes = storageBytes(output.element);
    std::optional<int64_t> stride = to[q].getConstant();
    return lanes * bytes == lineBytes && stride && *stride * bytes % apart != 0;
  }

  /// All rows of a unit for some columns before the next ones.
  void wholeUnit(Value source, Value target, Value columns) {
    bool fetches = fetchesLines();
    k.loop(k.constant(0), columns, lanes, [&](Value column) {
      constexpr int64_t linesAhead = 1;
      for (int64_t row = 0; fetches && row < blockRows; ++row)
        k.prefetchForWriting(k.at(output.pointer, k.add(k.add(target, k.mul(rowsApart, row)), column), output.storage),
                             linesAhead * lanes, output.storage);
      for (int64_t row = 0; row < blockRows; row += lanes)
        square(source, target, k.constant(row), column, lanes);
    });
  }

  /// Rows and columns [begin, end) in squares of so many.
  void squares(Value source, Value target, std::pair<Value, Value> rows, std::pair<Value, Value> columns,
               int64_t size) {
    k.loop(rows.first, rows.second, size, [&](Value row) {
      k.loop(columns.first, columns.second, size, [&](Value column) { square(source, target, row, column, size); });
    });
  }

  Value wholes(Value count, int64_t size) { return k.mul(k.div(count, k.constant(size)), size); }

  void unit(Value unit) {
    ArrayRef<DimAttr> dims = output.dims;
    Value blocks = k.dim(nn::ceilDiv(dims[q], blockRows)), first = k.mul(k.rem(unit, blocks), blockRows);
    SmallVector<Value> at = coordinates(k, k.div(unit, blocks), others<DimAttr>(dims, q));
    auto sources = llvm::map_to_vector(others<int64_t>(permutation, q), [&](int64_t axis) { return from[axis]; });
    Value source = k.add(offsetAt(k, at, sources), first);
    Value target = k.add(offsetAt(k, at, others<DimAttr>(to, q)), k.mul(first, rowsApart));
    Value rows = k.min(k.constant(blockRows), k.sub(k.dim(dims[q]), first)), columns = k.dim(dims.back());
    Value zero = k.constant(0), wholeColumns = wholes(columns, lanes), wholeRows = wholes(rows, lanes);
    Value isWhole = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, rows, k.constant(blockRows));
    k.when(isWhole, [&] { wholeUnit(source, target, wholeColumns); });
    Value done = arith::SelectOp::create(k.builder, k.loc, isWhole, rows, zero);
    squares(source, target, {done, wholeRows}, {zero, wholeColumns}, lanes);
    // What is left at the ends of rows and columns.
    constexpr int64_t small = 4;
    Value mostRows = wholes(rows, small), mostColumns = wholes(columns, small);
    if (lanes > small) {
      squares(source, target, {zero, wholeRows}, {wholeColumns, mostColumns}, small);
      squares(source, target, {wholeRows, mostRows}, {zero, mostColumns}, small);
    }
    singly(source, target, zero, mostRows, mostColumns, columns);
    singly(source, target, mostRows, rows, zero, columns);
  }
};

} // namespace

void codegen::emitBlockTranspose(KernelBuilder &k) {
  auto op = cast<nn::TransposeOp>(k.root());
  BlockTranspose transpose{k, op, k.input(op.getOperand()), k.output(0)};
  k.loop(k.begin, k.end, 1, [&](Value unit) { transpose.unit(unit); });
}
