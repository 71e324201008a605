//===- PackingGemm.cpp - products of computed matrices, in register tiles -===//
//
//   for matrices
//     for some columns of the right matrix   as many panels as stay in the second-level cache
//       for blocks of steps                  see codegen/plans/GemmBlocks.h
//         pack these panels                  into the scratch memory
//         for blocks of rows, panels, tiles
//
// A unit is a group of rows of one matrix; whoever computes some units packs what they need, so a matrix is packed as
// often as there are tasks that share it.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/MatrixStack.h"
#include "codegen/kernels/Panels.h"
#include "codegen/kernels/RowGroups.h"
#include "codegen/plans/GemmBlocks.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct PackingGemm {
  KernelBuilder &k;
  MatrixStack lhs, rhs;
  Type element;
  GemmShape shape;
  GemmBlocks blocks;
  bool finishesRows; ///< Whether the epilogue is a loop of its own.
  int64_t lanes;
  Epilogue epilogue;
  EvenSplit split = evenSplit(*shape.rows, mostGroupRows);

  /// Some panels [begin, end), as they are packed.
  struct Chunk {
    Value begin, end;
    int64_t steps;
  };

  Value packedAt(const Chunk &chunk, Value panel) {
    return k.at(k.scratch, k.mul(k.sub(panel, chunk.begin), chunk.steps * panelColumns), element);
  }

  void pack(Value matrix, const Chunk &chunk, const StepBlock &steps) {
    Value stepStride = rhs.stride(k, 'k'), columnStride = rhs.stride(k, 'n');
    PackedPart part{k.at(matrix, k.mul(steps.begin, stepStride), element), stepStride, columnStride, steps.count};
    int64_t together = Emit::constantOf(columnStride) == 1 ? blocks.packedTogether : 1;
    forPanels(k, chunk.begin, chunk.end, shape.columns, lanes, together, [&](Value panel, const TileColumns &columns) {
      packPanel(k, part, panel, columns, packedAt(chunk, panel), element);
    });
  }

  /// One tile: rows [row, row + rows) of the left matrix, which make rows of the result from `resultRow` on.
  void tile(Value matrix, Value row, int64_t rows, Value resultRow, const Chunk &chunk, Value panel,
            const TileColumns &columns, const StepBlock &steps) {
    Value stride = lhs.stride(k, 'm'), column = k.mul(panel, panelColumns);
    Accumulators start = startTile(k, rows, columns, element, steps.isFirst, resultRow, column);
    TileOperands operands{k.at(matrix, k.add(k.mul(row, stride), steps.begin), element), stride, packedAt(chunk, panel),
                          steps.count * panelColumns};
    SmallVector<Value> sums =
        sumPanels(k, start, operands, steps.count, blocks.unroll, Factors::of(element), [](Value, int64_t) {});
    Accumulators done{rows, columns, sums};
    continueTile(k, done, steps.isFirst, resultRow, column);
    if (!steps.isLast)
      storeTile(k, done, resultRow, column);
    else
      finishTile(k, epilogue, done, resultRow, column, finishesRows);
  }

  /// Groups [begin, end) of one product.
  void multiply(Value batch, Value begin, Value end) {
    Value left = lhs.matrix(k, batch), right = rhs.matrix(k, batch), firstRow = k.mul(batch, *shape.rows);
    int64_t total = llvm::divideCeil(shape.columns, panelColumns);
    k.loop(k.constant(0), k.constant(total), blocks.packed, [&](Value first) {
      forStepBlocks(k, shape.depth, blocks.steps, [&](const StepBlock &steps) {
        Chunk chunk{first, k.min(k.add(first, blocks.packed), k.constant(total)), steps.count};
        pack(right, chunk, steps);
        forEvenBlocks(k, begin, end, blocks.rows / mostGroupRows, [&](Value from, Value to) {
          forPanels(k, chunk.begin, chunk.end, shape.columns, lanes, blocks.panels,
                    [&](Value panel, const TileColumns &columns) {
                      forGroups(k, split, from, to, blocks.tileRows, [&](Value row, int64_t rows) {
                        tile(left, row, rows, k.add(firstRow, row), chunk, panel, columns, steps);
                      });
                    });
        });
      });
    });
  }

  void emit() {
    Value groups = k.constant(split.parts);
    Value first = k.div(k.begin, groups), last = k.ceilDivClamped(k.end, split.parts);
    k.loop(first, last, 1, [&](Value batch) {
      Value base = k.mul(batch, split.parts);
      multiply(batch, k.max(k.sub(k.begin, base), k.constant(0)), k.min(k.sub(k.end, base), groups));
    });
  }
};

} // namespace

void codegen::emitPackingGemm(KernelBuilder &k) {
  auto contract = cast<nn::ContractOp>(k.root());
  const View &left = k.input(contract.getLhs()), &right = k.input(contract.getRhs());
  PackingGemm gemm{.k = k,
                   .lhs = MatrixStack(left, contract.getLhsRoles()),
                   .rhs = MatrixStack(right, contract.getRhsRoles()),
                   .element = left.element,
                   .shape = gemmShape(k.kernel),
                   .blocks = gemmBlocks(k.kernel, k.level),
                   .finishesRows = canLeaveSums(k.kernel) && Epilogue::isLong(k.kernel),
                   .lanes = k.lanes(left.element),
                   .epilogue = Epilogue(k)};
  gemm.emit();
}
