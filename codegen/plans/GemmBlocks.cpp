//===- GemmBlocks.cpp - how a matrix product is cut into blocks -----------===//

#include "codegen/plans/GemmBlocks.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/plans/GemmUnits.h"
#include "ir/Dim.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

GemmShape codegen::gemmShape(nn::ContractOp contract) {
  auto rhs = contract.getRhs().getType();
  auto sizeOf = [](Value operand, StringRef roles, char wanted) {
    DimAttr size = nn::constantDim(operand.getContext(), 1);
    for (auto [role, dim] : llvm::zip_equal(roles, nn::dimsOf(operand.getType())))
      if (role == wanted)
        size = size * dim;
    return size;
  };
  StringRef lhsRoles = contract.getLhsRoles(), rhsRoles = contract.getRhsRoles();
  return {.batches = sizeOf(contract.getLhs(), lhsRoles, 'b'),
          .rows = sizeOf(contract.getLhs(), lhsRoles, 'm').getConstant(),
          .columns = sizeOf(contract.getRhs(), rhsRoles, 'n').getConstant().value_or(0),
          .depth = sizeOf(contract.getRhs(), rhsRoles, 'k').getConstant().value_or(0),
          .elementBytes = storageBytes(rhs.getElementType())};
}

GemmShape codegen::gemmShape(nn::KernelOp kernel) {
  Operation *root = rootOf(kernel);
  if (auto contract = dyn_cast<nn::ContractOp>(root))
    return gemmShape(contract);
  auto input = cast<RankedTensorType>(root->getOperand(0).getType());
  auto filter = cast<RankedTensorType>(root->getOperand(1).getType());
  SmallVector<DimAttr> pixels = nn::dimsOf(input);
  pixels.pop_back();
  return {.batches = nn::constantDim(kernel.getContext(), 1),
          .rows = nn::product(kernel.getContext(), pixels).getConstant(),
          .columns = filter.getShape().back(),
          .depth = filter.getDimSize(filter.getRank() - 2),
          .elementBytes = storageBytes(filter.getElementType())};
}

bool codegen::canLeaveSums(nn::KernelOp kernel) {
  // A kernel with a root shares no memory with what it reads (see passes/ProtectStates.cpp).
  auto sums = cast<RankedTensorType>(rootOf(kernel)->getResult(0).getType());
  return kernel.getNumResults() == 1 &&
         cast<RankedTensorType>(kernel.getResult(0).getType()).getElementType() == sums.getElementType();
}

GemmBlocks codegen::gemmBlocks(nn::KernelOp kernel, const Level &level) {
  GemmShape shape = gemmShape(kernel);
  int64_t lanes = level.lanes(shape.elementBytes), rows = shape.rows.value_or(INT64_MAX);
  auto number = [&](StringRef name, int64_t chosen) { return kernel.getPlan()->get(name, chosen); };
  GemmBlocks blocks;
  // Every group is cut evenly, too: the tiles of the largest one are the largest.
  int64_t groupRows = shape.rows ? std::max<int64_t>(1, evenSplit(rows, mostGroupRows).size) : mostGroupRows;
  blocks.tileRows = evenSplit(groupRows, maxTileRows(level)).size;
  blocks.panels = tilePanels(level, lanes, blocks.tileRows);
  bool isOneTile = rows <= blocks.tileRows;

  int64_t mostSteps = level.panelBytes / (blocks.panels * panelColumns * shape.elementBytes);
  bool isCut = !isOneTile && canLeaveSums(kernel) && shape.depth > mostSteps;
  // Where sums are cut anyway, the panels that are read and fetched leave more of the second-level cache to the rows.
  int64_t cutSteps = mostSteps * 3 / 4;
  blocks.steps = std::max<int64_t>(1, isCut ? evenSplit(shape.depth, cutSteps).size : shape.depth);
  if (canLeaveSums(kernel))
    blocks.steps = std::clamp<int64_t>(number("steps", blocks.steps), 1, std::max<int64_t>(1, shape.depth));

  blocks.finishesBlocks = rows > 1 && Epilogue::isLong(kernel);
  constexpr int64_t mostFinishedRows = 96; // Whose sums take a small part of the first-level cache.
  int64_t blockRows = level.blockBytes / (blocks.steps * shape.elementBytes);
  if (blocks.finishesBlocks)
    blockRows = std::min(blockRows, mostFinishedRows);
  blockRows = number("rows", blockRows);
  if (rows <= fewRows) // They are one block, whatever it takes.
    blockRows = fewRows + mostGroupRows;
  blocks.rows = std::max<int64_t>(1, blockRows / mostGroupRows) * mostGroupRows;
  // Packed panels and a block of rows share the cache. Some panels at once take each line's neighbours, and each page
  // less often.
  constexpr int64_t packedTogether = 4;
  int64_t panelSize = blocks.steps * panelColumns * shape.elementBytes;
  blocks.packed = std::max<int64_t>(1, number("packed", level.blockBytes / 2 / panelSize));
  blocks.packedTogether = blocks.packed >= packedTogether ? std::max(packedTogether, blocks.panels) : blocks.panels;
  blocks.packed = std::max<int64_t>(1, blocks.packed / blocks.packedTogether) * blocks.packedTogether;
  // Rows a multiple of 4 KB apart share a few sets of the first-level cache; those of a long matrix lie in as many
  // pages. A tile of few rows leaves room in these sets, and then copying has to be for many columns.
  constexpr int64_t page = 4096, roomyRows = 6, worthCopying = 128, worthCopyingRoomy = 512;
  bool isFar = shape.depth * shape.elementBytes % page == 0 || blocks.steps < shape.depth;
  int64_t columns = shape.rows && rows > fewRows ? gemmUnits(kernel).columns : shape.columns;
  blocks.copiesRows =
      isFar && rows > fewRows && columns >= (blocks.tileRows > roomyRows ? worthCopying : worthCopyingRoomy);
  // Where there is hardly more to do than to read weights, what comes soon is fetched. A single row reads several
  // panels at once, which the processor foresees by itself.
  bool isReading = rows <= fewRows;
  blocks.ahead = number("ahead", isReading && rows > 1 ? 32 : 0);
  blocks.fetchesPanels = number("panels", !isReading) != 0;
  // Where there are few panels, each block of rows is read for the first time as often as not.
  constexpr int64_t fewColumns = 256;
  bool isDense = !blocks.copiesRows && blocks.steps == shape.depth;
  blocks.fetchesRows = number("fetch", isDense && rows > fewRows && shape.columns <= fewColumns) != 0;
  blocks.unroll = std::max<int64_t>(1, number("unroll", stepsTogether));
  return blocks;
}

int64_t codegen::gemmScratchBytes(nn::KernelOp kernel, const Level &level) {
  return gemmBlocks(kernel, level).scratchSize() * gemmShape(kernel).elementBytes;
}

int64_t codegen::packingScratchBytes(nn::KernelOp kernel, const Level &level) {
  GemmBlocks blocks = gemmBlocks(kernel, level);
  GemmShape shape = gemmShape(kernel);
  int64_t panels = std::min<int64_t>(blocks.packed, llvm::divideCeil(shape.columns, panelColumns));
  return panels * panelColumns * blocks.steps * shape.elementBytes;
}
