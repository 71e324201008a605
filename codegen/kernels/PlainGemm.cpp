//===- PlainGemm.cpp - products of matrices as they lie in memory ---------===//
//
// lhs [B × M, K] times rhs [B, K, N], both row-major. A unit is a row of the result; tiles do not cross a batch.
//
// All of K is summed in registers in one order, whatever the tile: so a row has the same bits however the rows are cut.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Tile.h"
#include "codegen/plans/TileShape.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct PlainGemm {
  KernelBuilder &k;
  const View &lhs, &rhs;
  Type element;
  int64_t depth, columns;
  int64_t lanes;
  Epilogue epilogue;

  /// One tile: rows [row, row + rows) of the result and the columns of `shape`, which begin at `corner` of the right
  /// matrix and at `column` of the result.
  void tile(Value row, int64_t rows, Value corner, Value column, const TileColumns &shape) {
    Value stride = k.dim(lhs.rowStride), lineStride = k.dim(rhs.rowStride);
    Value origin = k.at(lhs.pointer, k.mul(row, stride), element);
    Accumulators start = zeroAccumulators(k, rows, shape, element);
    SmallVector<Value> sums =
        k.loop(k.constant(0), k.constant(depth), 1, start.values, [&](Value step, ValueRange carried) {
          Accumulators now{rows, shape, SmallVector<Value>(carried)};
          Value line = k.at(corner, k.mul(step, lineStride), element), scalars = k.at(origin, step, element);
          multiplyStep(
              k, now,
              [&](const TileColumn &c) {
                Value from = k.at(line, c.panel * panelColumns + c.offset, element);
                return widened(k, k.load(k.vectorOf(element, c.lanes), from), lanes);
              },
              [&](int64_t r) { return k.load(element, k.at(scalars, k.mul(stride, r), element)); });
          return now.values;
        });
    Accumulators done{rows, shape, sums};
    finishTile(k, epilogue, done, row, column);
  }

  void emit() {
    bool batched = lhs.dims.size() > 2;
    Value rowsPerBatch = k.dim(lhs.dims[lhs.dims.size() - 2]);
    int64_t tileRows = std::min<int64_t>(4, maxTileRows(k.level));
    auto inBatch = [&](Value batch) {
      Value first = k.mul(batch, rowsPerBatch);
      Value from = k.max(k.begin, first), to = k.min(k.end, k.add(first, rowsPerBatch));
      Value matrix = k.at(rhs.pointer, k.mul(k.mul(batch, depth), k.dim(rhs.rowStride)), element);
      forPanels(k, k.constant(0), std::nullopt, columns, lanes, 1, [&](Value panel, const TileColumns &shape) {
        Value column = k.mul(panel, panelColumns), corner = k.at(matrix, column, element);
        forRows(k, from, to, tileRows, std::nullopt,
                [&](Value row, int64_t rows) { tile(row, rows, corner, column, shape); });
      });
    };
    if (!batched)
      return inBatch(k.constant(0));
    k.when(k.less(k.begin, k.end), [&] {
      Value firstBatch = k.div(k.begin, rowsPerBatch), lastBatch = k.div(k.add(k.end, -1), rowsPerBatch);
      k.loop(firstBatch, k.add(lastBatch, 1), 1, inBatch);
    });
  }
};

} // namespace

void codegen::emitPlainGemm(KernelBuilder &k) {
  auto contract = cast<nn::ContractOp>(k.root());
  auto rhs = contract.getRhs().getType();
  const View &left = k.input(contract.getLhs()), &right = k.input(contract.getRhs());
  PlainGemm gemm{.k = k,
                 .lhs = left,
                 .rhs = right,
                 .element = left.element,
                 .depth = rhs.getDimSize(rhs.getRank() - 2),
                 .columns = rhs.getDimSize(rhs.getRank() - 1),
                 .lanes = k.lanes(left.element),
                 .epilogue = Epilogue(k)};
  gemm.emit();
}
