//===- Gemm.cpp - matrix products in register tiles -----------------------===//
//
// lhs [B × M, K] times rhs, two ways:
//   packed: rhs is constant and lies in panels [N / 16][K][16]; a unit is a row of the result
//   plain:  rhs is row-major [B, K, N], in memory as it is; a unit is a row of the result; tiles do not cross a batch
//
// All of K is summed in registers in one order, whatever the tile: so a row has the same bits however the rows are cut.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Tile.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct Gemm {
  KernelBuilder &k;
  const View &lhs, &rhs;
  Type element;
  int64_t depth, columns;
  int64_t lanes;
  Epilogue epilogue;

  /// One tile: rows [row, row + rows) of the result and the columns from `panel` on. `weights(step, column)` loads.
  void tile(Value row, int64_t rows, Value panel, const TileColumns &shape,
            llvm::function_ref<Value(Value step, const TileColumn &)> weights) {
    Accumulators start = zeroAccumulators(k, rows, shape, element);
    Value stride = k.dim(lhs.rowStride);
    Value origin = k.at(lhs.pointer, k.mul(row, stride), element);
    SmallVector<Value> sums =
        k.loop(k.constant(0), k.constant(depth), 1, start.values, [&](Value step, ValueRange carried) {
          Accumulators tile{rows, shape, SmallVector<Value>(carried)};
          Value column = k.at(origin, step, element);
          multiplyStep(
              k, tile, [&](const TileColumn &c) { return weights(step, c); },
              [&](int64_t r) { return k.load(element, k.at(column, k.mul(stride, r), element)); });
          return tile.values;
        });
    Accumulators done{rows, shape, sums};
    finishTile(k, epilogue, done, [&](int64_t r) { return k.add(row, r); }, k.mul(panel, panelColumns));
  }

  /// Rows [begin, end) in blocks that stay in the second-level cache while the panels pass by, so that each panel is
  /// read once per block.
  void packed() {
    std::optional<int64_t> total = lhs.rows().getConstant();
    // There may be no rows, and nothing to sum.
    int64_t tileRows = std::max<int64_t>(1, std::min(maxTileRows(k.level), total.value_or(INT64_MAX)));
    int64_t blockBytes = int64_t(192) * 1024, rowBytes = std::max<int64_t>(1, depth * storageBytes(element));
    int64_t blockRows = std::max<int64_t>(1, blockBytes / rowBytes / tileRows) * tileRows;
    k.loop(k.begin, k.end, blockRows, [&](Value blockBegin) {
      Value blockEnd = k.min(k.add(blockBegin, blockRows), k.end);
      forPanels(k, columns, lanes, tilePanels(k.level, lanes, tileRows), [&](Value panel, const TileColumns &shape) {
        Value panelStart = k.at(rhs.pointer, k.mul(panel, depth * panelColumns), element);
        forRows(k, blockBegin, blockEnd, tileRows, total, [&](Value row, int64_t rows) {
          tile(row, rows, panel, shape, [&](Value step, const TileColumn &c) {
            Value line = k.at(panelStart, k.mul(step, panelColumns), element);
            return k.load(k.vectorOf(element, lanes), k.at(line, c.panel * depth * panelColumns + c.offset, element));
          });
        });
      });
    });
  }

  void plain() {
    bool batched = lhs.dims.size() == 3;
    Value rowsPerBatch = k.dim(lhs.dims[lhs.dims.size() - 2]);
    Value stride = k.dim(rhs.rowStride);
    int64_t tileRows = std::min<int64_t>(4, maxTileRows(k.level));
    auto inBatch = [&](Value batch) {
      Value first = k.mul(batch, rowsPerBatch);
      Value from = k.max(k.begin, first), to = k.min(k.end, k.add(first, rowsPerBatch));
      Value matrix = k.at(rhs.pointer, k.mul(k.mul(batch, depth), stride), element);
      forPanels(k, columns, lanes, 1, [&](Value panel, const TileColumns &shape) {
        Value corner = k.at(matrix, k.mul(panel, panelColumns), element);
        forRows(k, from, to, tileRows, std::nullopt, [&](Value row, int64_t rows) {
          tile(row, rows, panel, shape, [&](Value step, const TileColumn &c) {
            Value line = k.at(k.at(corner, k.mul(step, stride), element), c.panel * panelColumns + c.offset, element);
            return widen(k.load(k.vectorOf(element, c.lanes), line));
          });
        });
      });
    };
    if (!batched)
      return inBatch(k.constant(0));
    k.when(k.less(k.begin, k.end), [&] {
      Value firstBatch = k.div(k.begin, rowsPerBatch), lastBatch = k.div(k.add(k.end, -1), rowsPerBatch);
      k.loop(firstBatch, k.add(lastBatch, 1), 1, inBatch);
    });
  }

  /// A vector of a register's length whose further lanes do not matter.
  Value widen(Value vector) {
    auto type = dyn_cast<VectorType>(vector.getType());
    int64_t length = type ? type.getNumElements() : 1;
    if (length == lanes)
      return vector;
    if (!type)
      return k.splat(vector, lanes);
    SmallVector<int32_t> mask(lanes, -1);
    std::iota(mask.begin(), mask.begin() + length, 0);
    return LLVM::ShuffleVectorOp::create(k.builder, k.loc, vector, vector, mask);
  }
};

Gemm gemmOf(KernelBuilder &k, Value lhsValue, Value rhsValue, int64_t depth, int64_t columns) {
  const View &lhs = k.input(lhsValue), &rhs = k.input(rhsValue);
  return {.k = k,
          .lhs = lhs,
          .rhs = rhs,
          .element = lhs.element,
          .depth = depth,
          .columns = columns,
          .lanes = k.lanes(lhs.element),
          .epilogue = Epilogue(k)};
}

} // namespace

void codegen::emitPackedGemm(KernelBuilder &k) {
  // A 1×1 convolution with stride 1 is a product of pixels and channels.
  Value lhs = k.root()->getOperand(0), rhs = k.root()->getOperand(1);
  auto weights = cast<RankedTensorType>(rhs.getType());
  int64_t depth = weights.getDimSize(weights.getRank() - 2), columns = weights.getDimSize(weights.getRank() - 1);
  gemmOf(k, lhs, rhs, depth, columns).packed();
}

void codegen::emitPlainGemm(KernelBuilder &k) {
  auto contract = cast<nn::ContractOp>(k.root());
  auto rhs = contract.getRhs().getType();
  gemmOf(k, contract.getLhs(), contract.getRhs(), rhs.getDimSize(rhs.getRank() - 2), rhs.getDimSize(rhs.getRank() - 1))
      .plain();
}
