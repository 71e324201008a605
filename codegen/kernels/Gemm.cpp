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
#include "llvm/Support/MathExtras.h"

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

  /// Steps [begin, begin + count) of the sums.
  struct Steps {
    Value begin;
    int64_t count;
    bool isFirst, isLast;
  };

  /// One tile: rows [row, row + rows) of the result and the columns from `panel` on. `weights(step, column)` loads.
  void tile(Value row, int64_t rows, Value panel, const TileColumns &shape, const Steps &steps,
            llvm::function_ref<Value(Value step, const TileColumn &)> weights) {
    auto rowAt = [&](int64_t r) { return k.add(row, r); };
    Value column = k.mul(panel, panelColumns);
    Accumulators start =
        steps.isFirst ? zeroAccumulators(k, rows, shape, element) : loadTile(k, rows, shape, rowAt, column);
    Value stride = k.dim(lhs.rowStride);
    Value origin = k.at(k.at(lhs.pointer, k.mul(row, stride), element), steps.begin, element);
    SmallVector<Value> sums =
        k.loop(k.constant(0), k.constant(steps.count), 1, start.values, [&](Value step, ValueRange carried) {
          Accumulators tile{rows, shape, SmallVector<Value>(carried)};
          Value column = k.at(origin, step, element);
          multiplyStep(
              k, tile, [&](const TileColumn &c) { return weights(step, c); },
              [&](int64_t r) { return k.load(element, k.at(column, k.mul(stride, r), element)); });
          return tile.values;
        });
    Accumulators done{rows, shape, sums};
    if (steps.isLast)
      finishTile(k, epilogue, done, rowAt, column);
    else
      storeTile(k, done, rowAt, column);
  }

  /// Covers all steps in blocks.
  void forSteps(int64_t block, llvm::function_ref<void(const Steps &)> body) {
    int64_t blocks = std::max<int64_t>(1, llvm::divideCeil(depth, block)), rest = depth - (blocks - 1) * block;
    if (blocks == 1)
      return body({k.constant(0), depth, true, true});
    body({k.constant(0), block, true, false});
    k.loop(k.constant(block), k.constant((blocks - 1) * block), block,
           [&](Value begin) { body({begin, block, false, false}); });
    body({k.constant((blocks - 1) * block), rest, false, true});
  }

  /// Whether sums may lie where the result will be before they are complete.
  bool canLeaveSums() const {
    const View &output = k.output(0);
    return k.outputs.size() == 1 && output.element == element && output.storage == storageType(element);
  }

  /// Rows [begin, end) in blocks that stay in the second-level cache while the panels pass by, so that each panel is
  /// read once per block. Of a panel so much is summed before the next that it stays in the first-level cache.
  void packed() {
    std::optional<int64_t> total = lhs.rows().getConstant();
    // There may be no rows, and nothing to sum.
    int64_t tileRows = std::max<int64_t>(1, std::min(maxTileRows(k.level), total.value_or(INT64_MAX)));
    int64_t panels = tilePanels(k.level, lanes, tileRows);
    int64_t bytes = storageBytes(element), block = depth;
    if (canLeaveSums() && (!total || *total > tileRows))
      block = blockSteps(k.level, depth, panels, bytes);
    int64_t blockRows = (int64_t(192) << 10) / std::max<int64_t>(1, block * bytes) / tileRows * tileRows;
    blockRows = std::max(blockRows, tileRows);
    k.loop(k.begin, k.end, blockRows, [&](Value blockBegin) {
      Value blockEnd = k.min(k.add(blockBegin, blockRows), k.end);
      forSteps(block, [&](const Steps &steps) {
        forPanels(k, columns, lanes, panels, [&](Value panel, const TileColumns &shape) {
          Value first = k.add(k.mul(panel, depth * panelColumns), k.mul(steps.begin, panelColumns));
          Value panelStart = k.at(rhs.pointer, first, element);
          forRows(k, blockBegin, blockEnd, tileRows, total, [&](Value row, int64_t rows) {
            tile(row, rows, panel, shape, steps, [&](Value step, const TileColumn &c) {
              Value line = k.at(panelStart, k.mul(step, panelColumns), element);
              return k.load(k.vectorOf(element, lanes), k.at(line, c.panel * depth * panelColumns + c.offset, element));
            });
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
          tile(row, rows, panel, shape, {k.constant(0), depth, true, true}, [&](Value step, const TileColumn &c) {
            Value line = k.at(k.at(corner, k.mul(step, stride), element), c.panel * panelColumns + c.offset, element);
            return widened(k, k.load(k.vectorOf(element, c.lanes), line), lanes);
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
