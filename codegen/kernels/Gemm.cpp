//===- Gemm.cpp - products with a constant matrix, in register tiles ------===//
//
// lhs [M, K] times rhs, which lies in panels [N / 16][K][16], in the blocks of codegen/plans/GemmBlocks.h.
//
// Each element is summed over K in one order, whatever the tile: so it has the same bits however units are cut.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/RowGroups.h"
#include "codegen/kernels/Tile.h"
#include "codegen/plans/GemmBlocks.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct Gemm {
  KernelBuilder &k;
  const View &lhs, &rhs;
  Type element;
  GemmShape shape;
  GemmBlocks blocks;
  bool finishesRows; ///< Whether the epilogue is a loop of its own.
  int64_t lanes;
  Epilogue epilogue;

  /// Steps [begin, begin + count) of the sums.
  struct Steps {
    Value begin;
    int64_t count;
    bool isFirst, isLast;
  };

  /// Where the left matrix's rows are read, from the first step of a block on.
  struct Source {
    Value pointer;
    Value stride;
    Value firstRow;
  };

  using RowRange = llvm::function_ref<void(llvm::function_ref<void(Value row, int64_t rows)>)>;
  using PanelRange = llvm::function_ref<void(llvm::function_ref<void(Value panel, const TileColumns &)>)>;

  void tile(const Source &source, Value row, int64_t rows, Value panel, const TileColumns &columns,
            const Steps &steps) {
    int64_t panelSize = shape.depth * panelColumns;
    Value weights = k.at(rhs.pointer, k.add(k.mul(panel, panelSize), k.mul(steps.begin, panelColumns)), element);
    Value origin = k.at(source.pointer, k.mul(k.sub(row, source.firstRow), source.stride), element);
    Value column = k.mul(panel, panelColumns);
    Accumulators start =
        steps.isFirst ? zeroAccumulators(k, rows, columns, element) : loadTile(k, rows, columns, row, column);
    SmallVector<Value> sums =
        sumSteps(k, start, steps.count, blocks.unroll, [&](Accumulators &now, Value first, int64_t step) {
          Value line = k.at(k.at(weights, k.mul(first, panelColumns), element), step * panelColumns, element);
          Value scalars = k.at(origin, first, element);
          if (blocks.fetchesRows && step == 0) // What the next tile reads, spread over the steps of this one.
            k.prefetch(k.at(origin, k.mul(first, rows), element), rows * shape.depth, element);
          if (blocks.ahead != 0)
            for (int64_t p = 0; p < columns.panels; ++p)
              k.prefetch(line, p * panelSize + blocks.ahead * panelColumns, element);
          multiplyStep(
              k, now,
              [&](const TileColumn &c) {
                return k.load(k.vectorOf(element, lanes), k.at(line, c.panel * panelSize + c.offset, element));
              },
              [&](int64_t r) {
                return k.load(element, k.at(k.at(scalars, k.mul(source.stride, r), element), step, element));
              });
        });
    Accumulators done{rows, columns, sums};
    if (!steps.isLast)
      storeTile(k, done, row, column);
    else if (finishesRows)
      finishRows(k, epilogue, done, row, column);
    else
      finishTile(k, epilogue, done, row, column);
  }

  /// Covers all steps in blocks.
  void forSteps(llvm::function_ref<void(const Steps &)> body) {
    int64_t size = blocks.steps, count = std::max<int64_t>(1, llvm::divideCeil(shape.depth, size));
    int64_t rest = shape.depth - (count - 1) * size;
    if (count == 1)
      return body({k.constant(0), shape.depth, true, true});
    body({k.constant(0), size, true, false});
    k.loop(k.constant(size), k.constant((count - 1) * size), size,
           [&](Value begin) { body({begin, size, false, false}); });
    body({k.constant((count - 1) * size), rest, false, true});
  }

  /// The rows [begin, end) of the left matrix for a block of steps: where they are, or copied.
  Source sourceOf(Value begin, Value end, const Steps &steps) {
    Value stride = k.dim(lhs.rowStride);
    Value origin = k.at(lhs.pointer, steps.begin, element);
    if (!blocks.copiesRows)
      return {origin, stride, k.constant(0)};
    int64_t copied = blocks.copiedStride();
    k.loop(begin, end, 1, [&](Value row) {
      Value from = k.at(origin, k.mul(row, stride), element);
      Value to = k.at(k.scratch, k.mul(k.sub(row, begin), copied), element);
      forChannels(k, steps.count, lanes, [&](Value column, int64_t width) {
        k.store(k.load(k.vectorOf(element, width), k.at(from, column, element)), k.at(to, column, element));
      });
    });
    return {k.scratch, k.constant(copied), begin};
  }

  /// A block of rows [begin, end), which `rows` covers with tiles, times some panels.
  void block(Value begin, Value end, RowRange rows, PanelRange panels) {
    forSteps([&](const Steps &steps) {
      Source source = sourceOf(begin, end, steps);
      panels([&](Value panel, const TileColumns &columns) {
        rows([&](Value row, int64_t count) { tile(source, row, count, panel, columns, steps); });
      });
    });
  }

  void allPanels(llvm::function_ref<void(Value panel, const TileColumns &)> body) {
    forPanels(k, k.constant(0), std::nullopt, shape.columns, lanes, blocks.panels, body);
  }

  /// Units are groups of rows.
  void groups() {
    EvenSplit split = evenSplit(*shape.rows, mostGroupRows);
    int64_t inBlock = blocks.rows / mostGroupRows;
    k.loop(k.begin, k.end, inBlock, [&](Value begin) {
      Value end = k.min(k.add(begin, inBlock), k.end);
      block(
          firstRow(k, split, begin), firstRow(k, split, end),
          [&](auto body) { forGroups(k, split, begin, end, blocks.tileRows, body); },
          [&](auto body) { allPanels(body); });
    });
  }

  /// Units are rows; how many there are only a call knows.
  void rows() {
    k.loop(k.begin, k.end, blocks.rows, [&](Value begin) {
      Value end = k.min(k.add(begin, blocks.rows), k.end);
      block(
          begin, end, [&](auto body) { forRows(k, begin, end, blocks.tileRows, std::nullopt, body); },
          [&](auto body) { allPanels(body); });
    });
  }

  /// Units are columns; there are few rows.
  void columns() {
    EvenSplit split = evenSplit(*shape.rows, mostGroupRows);
    block(
        k.constant(0), k.constant(*shape.rows),
        [&](auto body) { forGroups(k, split, k.constant(0), k.constant(split.parts), blocks.tileRows, body); },
        [&](auto body) {
          constexpr int64_t panels = unitColumns / panelColumns;
          forPanels(k, k.mul(k.begin, panels), k.mul(k.end, panels), shape.columns, lanes, blocks.panels, body);
        });
  }
};

Gemm gemmOf(KernelBuilder &k) {
  // A 1×1 convolution with stride 1 is a product of pixels and channels.
  const View &lhs = k.input(k.root()->getOperand(0)), &rhs = k.input(k.root()->getOperand(1));
  return {.k = k,
          .lhs = lhs,
          .rhs = rhs,
          .element = lhs.element,
          .shape = gemmShape(k.kernel),
          .blocks = gemmBlocks(k.kernel, k.level),
          .finishesRows = canLeaveSums(k.kernel) && Epilogue::isLong(k.kernel),
          .lanes = k.lanes(lhs.element),
          .epilogue = Epilogue(k)};
}

} // namespace

void codegen::emitGemm(KernelBuilder &k) { gemmOf(k).groups(); }
void codegen::emitGemmRows(KernelBuilder &k) { gemmOf(k).rows(); }
void codegen::emitGemmColumns(KernelBuilder &k) { gemmOf(k).columns(); }
