//===- Gemm.cpp - products with a constant matrix, in register tiles ------===//
//
// lhs [M, K] times rhs, which lies in panels [N / 16][K][16], in the blocks of codegen/plans/GemmBlocks.h. Convolutions
// with larger filters, or with strides, are such a product, too: with copies of their patches.
//
// Matrices of bf16 are multiplied in pairs of steps, with panels [N / 16][K / 2][16][2]: a level that has vdpbf16ps
// reads pairs of a row as they lie; others copy rows as f32, and take pairs of the panels apart in registers.
//
// Each element is summed over K in one order, whatever the tile: so it has the same bits however units are cut.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/FetchRegion.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Panels.h"
#include "codegen/kernels/Patches.h"
#include "codegen/kernels/RowGroups.h"
#include "codegen/plans/GemmUnits.h"
#include "codegen/plans/PatchRuns.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct Gemm {
  KernelBuilder &k;
  const View &lhs, &rhs;
  Factors factors;
  Type element; ///< Of the sums.
  GemmShape shape;
  GemmBlocks blocks;
  int64_t lanes;
  Epilogue epilogue;
  std::optional<Patches> patches; ///< Where the left matrix's rows are these.

  /// Where the left matrix's rows are read, from the first step of a block on.
  struct Source {
    Value pointer;
    Value stride;
    Value firstRow;
  };

  /// A block of rows.
  struct Rows {
    Value begin, end;
  };

  /// What has the next panels fetched while a tile works: a prefetch in each turn of the innermost loop.
  struct Fetch {
    Value pointer; ///< The first one of them.
    Value first;   ///< Element from which on the tile has them fetched.
    Value perStep; ///< In elements.
  };

  using RowRange = llvm::function_ref<void(llvm::function_ref<void(Value row, int64_t rows)>)>;

  /// Panels from `begin` on; to the last one where there is no `end`, which may be beyond it.
  struct Panels {
    Value begin;
    std::optional<Value> end;
  };

  int64_t allPanels() const { return llvm::divideCeil(shape.columns, panelColumns); }

  /// Whether a block's steps, which are fetched, are a part of each panel. Without fused multiply-adds tiles have a
  /// panel or two, whose parts are not told apart, as registers are short.
  bool isPart(const StepBlock &steps) const { return steps.count != shape.depth && k.level.fma; }

  /// What is read after `panels` panels from `panel` on: the same steps of those behind them. Behind the last ones come
  /// the next steps of the first ones, and in the end what lies behind the matrix: in most cases weights of the next
  /// kernel.
  Value nextPanels(const Panels &range, Value panel, int64_t panels, const StepBlock &steps) {
    int64_t panelSize = shape.depth * panelColumns;
    Value first = k.add(panel, panels), begin = k.mul(steps.begin, panelColumns);
    Value next = k.add(k.mul(first, panelSize), begin);
    if (!isPart(steps))
      return next;
    Value end = range.end ? k.min(*range.end, k.constant(allPanels())) : k.constant(allPanels());
    Value behind = steps.isLast ? k.constant(allPanels() * panelSize)
                                : k.add(k.add(k.mul(range.begin, panelSize), begin), steps.count * panelColumns);
    return LLVM::SelectOp::create(k.builder, k.loc, k.less(first, end), next, behind);
  }

  bool alternates(int64_t panels) const { return blocks.alternatesPanels && panels > 1; }

  /// Each tile of a block fetches a share of the panels that come next, by its rows.
  Fetch fetchNext(const Rows &block, Value row, int64_t rows, const Panels &range, Value panel, int64_t panels,
                  const StepBlock &steps) {
    Value size = k.constant(steps.count * panels * panelColumns), blockRows = k.sub(block.end, block.begin);
    auto ceilDiv = [&](Value a, Value b) { return k.div(k.add(a, k.add(b, -1)), b); };
    Value perRow = ceilDiv(size, blockRows), perStep = ceilDiv(k.mul(perRow, rows), k.constant(steps.count));
    Value first = k.mul(k.sub(row, block.begin), perRow), ofPanel = k.constant(steps.count * panelColumns);
    if (isPart(steps) && !alternates(panels))
      first = k.add(k.mul(k.div(first, ofPanel), shape.depth * panelColumns), k.rem(first, ofPanel));
    return {farAt(k, rhs.pointer, nextPanels(range, panel, panels, steps), factors.panels), first, perStep};
  }

  /// What is fetched in a step.
  void fetch(const Fetch &next, Value step, int64_t panels) {
    Value element = k.add(next.first, k.mul(step, next.perStep));
    if (alternates(panels)) {
      Value line = k.div(element, k.constant(panelColumns)), all = k.constant(panels);
      element = k.add(k.mul(k.div(line, all), panelColumns), k.mul(k.rem(line, all), shape.depth * panelColumns));
    }
    k.prefetch(k.at(next.pointer, element, factors.panels), 0, factors.panels);
  }

  /// In a step, what is read `blocks.ahead` steps later: of each panel, then of the panels behind them.
  void fetchAhead(Value weights, Value first, int64_t step, int64_t panels) {
    int64_t panelSize = shape.depth * panelColumns;
    Value isInside = k.less(first, k.constant(shape.depth - blocks.ahead));
    Value place = k.add(k.mul(first, panelColumns), pastReadPanels(k, isInside, panels, panelSize));
    for (int64_t panel = 0; panel < panels; ++panel)
      k.prefetch(farAt(k, weights, place, factors.panels), panel * panelSize + (step + blocks.ahead) * panelColumns,
                 factors.panels);
  }

  /// What a tile reads and writes besides the two matrices is fetched before its sums begin; tiles of a few steps,
  /// which take less time than that, fetch for those behind them. Where sums are added to what is there, these wait for
  /// all of its lines.
  void fetchResult(Value row, int64_t rows, Value column, const TileColumns &columns, const StepBlock &steps) {
    constexpr int64_t stepsToFetch = 64;
    Value first = k.add(row, rows * (llvm::divideCeil(stepsToFetch, steps.count) - 1));
    int64_t panels = steps.isFirst ? 1 : columns.panels;
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t panel = 0; panel < panels; ++panel)
        epilogue.prefetch(k.add(first, r), k.add(column, panel * panelColumns));
  }

  void tile(const Rows &block, const Source &source, Value row, int64_t rows, const Panels &range, Value panel,
            const TileColumns &columns, const StepBlock &steps) {
    int64_t panelSize = shape.depth * panelColumns;
    Value weights = k.at(rhs.pointer, k.add(k.mul(panel, panelSize), k.mul(steps.begin, panelColumns)), factors.panels);
    Value origin = k.at(source.pointer, k.mul(k.sub(row, source.firstRow), source.stride), factors.rows);
    Value column = k.mul(panel, panelColumns);
    Accumulators start = startTile(k, rows, columns, element, steps.isFirst, row, column);
    fetchResult(row, rows, column, columns, steps);
    std::optional<Fetch> next;
    if (blocks.fetchesPanels)
      next = fetchNext(block, row, rows, range, panel, columns.panels, steps);
    auto prefetch = [&](Value first, int64_t step) {
      if (blocks.fetchesRows && step == 0) // What the next tile reads, spread over the steps of this one.
        k.prefetch(k.at(origin, k.mul(first, rows * factors.perStep), factors.rows),
                   rows * shape.depth * factors.perStep, factors.rows);
      if (next && step == 0)
        fetch(*next, first, columns.panels);
      if (blocks.ahead != 0)
        fetchAhead(weights, first, step, columns.panels);
    };
    SmallVector<Value> sums =
        sumPanels(k, start, {origin, source.stride, weights, panelSize}, steps.count, blocks.unroll, factors, prefetch);
    Accumulators done{rows, columns, sums};
    continueTile(k, done, steps.isFirst, row, column);
    if (!steps.isLast)
      storeTile(k, done, row, column);
    else if (blocks.finishesBlocks)
      leaveSums(block, done, row);
    else
      finishTile(k, epilogue, done, row, column);
  }

  /// Where a row's sums wait for the epilogue.
  Value sumsAt(const Rows &block, Value row) {
    Value sums = k.at(k.scratch, blocks.copiedBytes() / blocks.sumBytes, element);
    return k.at(sums, k.mul(k.sub(row, block.begin), blocks.sumsStride()), element);
  }

  void leaveSums(const Rows &block, Accumulators &tile, Value row) {
    for (int64_t r = 0; r < tile.rows; ++r)
      for (auto [index, part] : llvm::enumerate(tile.columns.columns))
        k.store(tile.at(r, index),
                k.at(sumsAt(block, k.add(row, r)), part.panel * panelColumns + part.offset, element));
  }

  /// The epilogue of a block of rows and some panels.
  void finish(const Rows &block, Value panel, const TileColumns &columns) {
    forLongVectors(k, columns, element, [&](int64_t offset, int64_t width) {
      Value column = k.add(k.mul(panel, panelColumns), offset);
      k.loop(block.begin, block.end, 1, [&](Value row) {
        epilogue.enterBlock();
        Value sums = k.load(k.vectorOf(element, width), k.at(sumsAt(block, row), offset, element));
        epilogue.finish(sums, row, column, width);
      });
    });
  }

  /// Copies a part of a row, at elements of bf16 as pairs or, where the level cannot multiply these, as f32. The last
  /// pair is filled up with a zero: what lies behind a row may be a NaN.
  void copyRow(Value from, const StepBlock &steps, Value to) {
    int64_t count = steps.count * blocks.perStep, rest = shape.isOdd && steps.isLast ? 1 : 0;
    forChannels(k, count - rest, lanes, [&](Value column, int64_t width) {
      Value elements = k.load(k.vectorOf(lhs.storage, width), k.at(from, column, lhs.storage));
      if (blocks.widens)
        elements = arith::ExtFOp::create(k.builder, k.loc, k.vectorOf(element, width), k.fromStorage(elements, lhs));
      k.store(elements, k.at(to, column, factors.rows));
    });
    if (rest)
      k.store(k.constantVector(factors.rows, 1, 0), k.at(to, count - rest, factors.rows));
  }

  /// The rows of the left matrix for a block of steps: where they are, or copied.
  Source sourceOf(const Rows &block, const StepBlock &steps) {
    Value stride = k.dim(lhs.rowStride);
    Value origin = k.at(lhs.pointer, k.mul(steps.begin, blocks.perStep), lhs.storage);
    if (!blocks.copiesRows)
      return {origin, stride, k.constant(0)};
    int64_t copied = blocks.copiedStride();
    k.loop(block.begin, block.end, 1, [&](Value row) {
      Value to = k.at(k.scratch, k.mul(k.sub(row, block.begin), copied), factors.rows);
      if (patches)
        return patches->copy(row, steps, to);
      copyRow(k.at(origin, k.mul(row, stride), lhs.storage), steps, to);
    });
    return {k.scratch, k.constant(copied), block.begin};
  }

  /// A block of rows, which `rows` covers with tiles, times some panels.
  void multiply(const Rows &block, RowRange rows, const Panels &panels) {
    forStepBlocks(k, shape.depth, blocks.steps, [&](const StepBlock &steps) {
      Source source = sourceOf(block, steps);
      forPanels(
          k, panels.begin, panels.end, shape.columns, lanes, blocks.panels,
          [&](Value panel, const TileColumns &columns) {
            rows([&](Value row, int64_t count) { tile(block, source, row, count, panels, panel, columns, steps); });
            if (steps.isLast && blocks.finishesBlocks)
              finish(block, panel, columns);
          });
    });
  }

  /// Groups of rows [begin, end) times some panels, in blocks of rows.
  void groups(Value begin, Value end, const Panels &panels) {
    EvenSplit split = evenSplit(*shape.rows, blocks.groupRows);
    forEvenBlocks(k, begin, end, blocks.rows / blocks.groupRows, [&](Value from, Value to) {
      multiply(
          {firstRow(k, split, from), firstRow(k, split, to)},
          [&](auto body) { forGroups(k, split, from, to, blocks.tileRows, body); }, panels);
    });
  }

  /// See codegen/plans/GemmUnits.h.
  void units() {
    GemmUnits units = gemmUnits(k.kernel);
    if (units.columnParts == 1)
      return groups(firstRow(k, units.rows, k.begin), firstRow(k, units.rows, k.end), {k.constant(0), std::nullopt});
    Value parts = k.constant(units.columnParts);
    Value begin = k.div(k.begin, parts), count = k.sub(k.ceilDivClamped(k.end, units.columnParts), begin);
    // What begins and ends with all columns of a row is computed as a whole.
    Value isCut = k.less(k.constant(0), k.add(k.rem(k.begin, parts), k.rem(k.end, parts)));
    Value together = arith::SelectOp::create(k.builder, k.loc, isCut, k.constant(1), count);
    k.loop(k.constant(0), k.div(count, k.max(together, k.constant(1))), 1, [&](Value block) {
      Value row = k.add(begin, k.mul(block, together)), first = k.mul(row, parts);
      Value from = k.max(k.sub(k.begin, first), k.constant(0)), to = k.min(k.sub(k.end, first), parts);
      int64_t panels = units.columns / panelColumns;
      groups(firstRow(k, units.rows, row), firstRow(k, units.rows, k.add(row, together)),
             {k.mul(from, panels), k.mul(to, panels)});
    });
  }

  /// Units of columns, as panels.
  Panels unitPanels(Value begin, Value end) {
    int64_t panels = unitColumns(k.kernel) / panelColumns;
    return {k.mul(begin, panels), k.mul(end, panels)};
  }

  /// Blocks of rows whose number only a call knows.
  void rows(Value first, Value last, const Panels &panels) {
    forEvenBlocks(k, first, last, blocks.rows, [&](Value begin, Value end) {
      multiply({begin, end}, [&](auto body) { forRows(k, begin, end, blocks.tileRows, std::nullopt, body); }, panels);
    });
  }

  /// Units are rows, or columns if a call has few rows.
  void rowsOrColumns() {
    if (k.kernel.getPlan()->get("columns_task", 0) == 0)
      return rows(k.begin, k.end, {k.constant(0), std::nullopt});
    Value total = k.dim(shape.height), few = k.less(total, k.constant(mostRowsOfColumns(k.kernel) + 1));
    Value allUnits = k.constant(llvm::divideCeil(shape.columns, unitColumns(k.kernel)));
    auto choose = [&](Value ifFew, Value ifMany) -> Value {
      return arith::SelectOp::create(k.builder, k.loc, few, ifFew, ifMany);
    };
    Value firstUnit = choose(k.begin, k.constant(0)), lastUnit = choose(k.end, allUnits);
    auto several = [&] { rows(choose(k.constant(0), k.begin), choose(total, k.end), unitPanels(firstUnit, lastUnit)); };
    if (leastRows(k.kernel) > 1)
      return several();
    // A single row takes more columns at a time.
    Value isSingle = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, total, k.constant(1));
    k.when(isSingle, [&] {
      Gemm single = *this;
      single.blocks = gemmBlocks(k.kernel, k.level, 1);
      single.multiply(
          {k.constant(0), k.constant(1)}, [&](auto body) { body(k.constant(0), 1); }, unitPanels(firstUnit, lastUnit));
    });
    k.when(arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::ne, total, k.constant(1)), several);
  }

  /// Units are columns; there are few rows.
  void columns() {
    EvenSplit split = evenSplit(*shape.rows, blocks.groupRows);
    groups(k.constant(0), k.constant(split.parts), unitPanels(k.begin, k.end));
  }
};

Gemm gemmOf(KernelBuilder &k) {
  const View &lhs = k.input(k.root()->getOperand(0)), &rhs = k.input(k.root()->getOperand(1));
  std::optional<Patches> patches;
  if (hasPatches(k.root()))
    patches.emplace(k, cast<nn::ConvOp>(k.root()));
  GemmBlocks blocks = gemmBlocks(k.kernel, k.level);
  Factors factors = Factors::of(lhs.element);
  if (multipliesPairs(k.kernel)) {
    Type sums = k.builder.getF32Type();
    factors = {sums, blocks.widens ? sums : lhs.storage, k.builder.getI32Type(), blocks.perStep};
  }
  return {.k = k,
          .lhs = lhs,
          .rhs = rhs,
          .factors = factors,
          .element = factors.sums,
          .shape = gemmShape(k.kernel),
          .blocks = blocks,
          .lanes = k.lanes(factors.sums),
          .epilogue = Epilogue(k),
          .patches = patches};
}

} // namespace

void codegen::emitGemm(KernelBuilder &k) { gemmOf(k).units(); }
void codegen::emitGemmRows(KernelBuilder &k) { gemmOf(k).rowsOrColumns(); }
void codegen::emitGemmColumns(KernelBuilder &k) { gemmOf(k).columns(); }
