//===- GemmBlocks.cpp - how a matrix product is cut into blocks -----------===//

#include "codegen/plans/GemmBlocks.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/plans/GemmUnits.h"
#include "codegen/plans/PatchRuns.h"
#include "ir/Dim.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

bool codegen::multipliesPairs(nn::KernelOp kernel) {
  Operation *root = rootOf(kernel);
  auto elementOf = [](Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); };
  return isa_and_nonnull<nn::ContractOp, nn::ConvOp>(root) && elementOf(root->getOperand(1)).isBF16() &&
         elementOf(root->getResult(0)).isF32();
}

/// Fills in what the steps of a sum are, whose summands are so many.
static void setSteps(GemmShape &shape, int64_t summands, Type element, Type sum) {
  shape.perStep = element.isBF16() && sum.isF32() ? 2 : 1;
  shape.depth = llvm::divideCeil(summands, shape.perStep);
  shape.isOdd = summands % shape.perStep != 0;
  shape.elementBytes = storageBytes(element) * shape.perStep;
  shape.sumBytes = storageBytes(sum);
}

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
  GemmShape shape{.batches = sizeOf(contract.getLhs(), lhsRoles, 'b'),
                  .height = sizeOf(contract.getLhs(), lhsRoles, 'm'),
                  .rows = sizeOf(contract.getLhs(), lhsRoles, 'm').getConstant(),
                  .columns = sizeOf(contract.getRhs(), rhsRoles, 'n').getConstant().value_or(0)};
  setSteps(shape, sizeOf(contract.getRhs(), rhsRoles, 'k').getConstant().value_or(0), rhs.getElementType(),
           contract.getType().getElementType());
  shape.run = shape.depth;
  return shape;
}

GemmShape codegen::gemmShape(nn::KernelOp kernel) {
  Operation *root = rootOf(kernel);
  if (auto contract = dyn_cast<nn::ContractOp>(root))
    return gemmShape(contract);
  auto filter = cast<RankedTensorType>(root->getOperand(1).getType());
  auto result = cast<RankedTensorType>(root->getResult(0).getType());
  SmallVector<DimAttr> pixels = nn::dimsOf(result);
  pixels.pop_back();
  GemmShape shape{.batches = nn::constantDim(kernel.getContext(), 1),
                  .height = nn::product(kernel.getContext(), pixels),
                  .rows = nn::product(kernel.getContext(), pixels).getConstant(),
                  .columns = filter.getShape().back()};
  setSteps(shape, llvm::product_of(filter.getShape().drop_back()), filter.getElementType(), result.getElementType());
  bool arePatches = hasPatches(root);
  shape.run = arePatches ? filter.getDimSize(filter.getRank() - 2) * runTaps(cast<nn::ConvOp>(root)) : shape.depth;
  return shape;
}

bool codegen::canLeaveSums(nn::KernelOp kernel) {
  // A kernel with a root shares no memory with what it reads (see passes/ProtectStates.cpp).
  auto sums = cast<RankedTensorType>(rootOf(kernel)->getResult(0).getType());
  return kernel.getNumResults() == 1 &&
         cast<RankedTensorType>(kernel.getResult(0).getType()).getElementType() == sums.getElementType();
}

/// How many steps of a patch a block has, at most `most`: some runs, or a part of one.
static int64_t patchSteps(nn::ConvOp conv, const GemmShape &shape, int64_t most) {
  if (shape.run <= most)
    return shape.run * evenSplit(shape.depth / shape.run, most / shape.run).size;
  if (runTaps(conv) > 1) // Of some taps, of which each may be in the padding, a part is not copied by itself.
    return shape.run;
  int64_t wanted = llvm::divideCeil(shape.run, most);
  for (int64_t parts = wanted; parts < 2 * wanted; ++parts)
    if (shape.run % parts == 0)
      return shape.run / parts;
  return shape.run;
}

/// Where threads may share the columns: how many of them a unit has, as tiles have to begin where it does. 0 otherwise.
static int64_t sharedColumns(nn::KernelOp kernel) {
  StringRef algorithm = kernel.getPlan()->getAlgorithm();
  if (algorithm == "gemm") {
    GemmUnits units = gemmUnits(kernel);
    return units.columnParts > 1 ? units.columns : 0;
  }
  return algorithm == "gemm-columns" || kernel.getPlan()->get("columns_task", 0) != 0 ? unitColumns(kernel) : 0;
}

/// How many rows a group has at most: where threads share columns, all rows are one thread's, and can be cut as a
/// level's registers want it.
static int64_t mostRowsOfGroup(nn::KernelOp kernel, const Level &level, const TileUse &use, int64_t rows) {
  if (kernel.getPlan()->getAlgorithm() != "gemm-columns" || level.registers < 32 || rows <= mostGroupRows)
    return mostGroupRows;
  return groupRows(level, level.lanes(gemmShape(kernel).elementBytes), rows, use);
}

TileUse codegen::gemmTileUse(nn::KernelOp kernel, const Level &level, std::optional<int64_t> rows) {
  GemmShape shape = gemmShape(kernel);
  TileUse use{.rows = mostGroupRows,
              .columns = shape.columns,
              .unitColumns = sharedColumns(kernel),
              .readsOnce = rows && *rows <= mostGroupRows,
              .panelBytes = shape.depth * panelColumns * shape.elementBytes};
  // Every group is cut evenly, too: the tiles of the largest one are the largest.
  if (rows)
    use.rows = std::max<int64_t>(1, evenSplit(*rows, mostRowsOfGroup(kernel, level, use, *rows)).size);
  return use;
}

GemmBlocks codegen::gemmBlocks(nn::KernelOp kernel, const Level &level) {
  return gemmBlocks(kernel, level, gemmShape(kernel).rows);
}

GemmBlocks codegen::gemmBlocks(nn::KernelOp kernel, const Level &level, std::optional<int64_t> known) {
  GemmShape shape = gemmShape(kernel);
  int64_t lanes = level.lanes(shape.elementBytes), rows = known.value_or(INT64_MAX);
  auto number = [&](StringRef name, int64_t chosen) { return kernel.getPlan()->get(name, chosen); };
  GemmBlocks blocks;
  TileUse use = gemmTileUse(kernel, level, known);
  TileShape tile = tileShape(level, lanes, use);
  blocks.widens = shape.perStep == 2 && !level.bf16Dots;
  blocks.perStep = shape.perStep;
  blocks.rowBytes = blocks.widens ? shape.sumBytes : shape.elementBytes / shape.perStep;
  blocks.sumBytes = shape.sumBytes;
  int64_t rowStepBytes = blocks.rowBytes * blocks.perStep;
  blocks.tileRows = tile.rows;
  blocks.groupRows = std::max(mostGroupRows, use.rows);
  blocks.panels = tile.panels;
  bool isOneTile = rows <= blocks.tileRows;

  int64_t mostSteps = level.panelBytes / (blocks.panels * panelColumns * shape.elementBytes);
  bool hasPatches = codegen::hasPatches(rootOf(kernel));
  // Patches that few panels read are best read from the first-level cache.
  bool staysNear = hasPatches && shape.columns <= 2 * panelColumns;
  int64_t nearBytes = level.panelBytes / 4, blockBytes = staysNear ? nearBytes : level.blockBytes;
  if (staysNear)
    mostSteps = std::min(mostSteps, nearBytes / (mostGroupRows * shape.elementBytes));
  // Rows a multiple of 4 KB apart share a few sets of the first-level cache (see codegen/memory/RowStride.h). A tile of
  // few rows leaves room in these sets, and then copying has to be for many columns; with AVX-512, where a copy takes
  // as long and the products half the time, it does not pay at all.
  constexpr int64_t page = 4096, roomyRows = 6, worthCopying = 128, worthCopyingRoomy = 512;
  int64_t leftBytes = number("left_stride", shape.depth * shape.perStep) * shape.elementBytes / shape.perStep;
  bool isRoomy = blocks.tileRows <= roomyRows, isPage = leftBytes % page == 0;
  bool areShared = shape.rows && rows > fewRows && gemmUnits(kernel).rows.parts == 1;
  int64_t columns = areShared ? shape.columns / 2 : shape.columns; // Of a thread that copies rows.
  bool canPay = !isRoomy || level.registers < 32;
  bool isWorthIt = canPay && rows > fewRows && columns >= (isRoomy ? worthCopyingRoomy : worthCopying);

  // Where sums are cut anyway, the panels that are read and fetched leave more of the second-level cache to the rows:
  // the wider a tile is, the more of it they would take. Where no rows are copied, more steps are as good, but only as
  // many as leave the rows in one block, or weights would be read again.
  int64_t fewSteps = blocks.panels > 1 ? mostSteps / 2 : mostSteps * 3 / 4;
  int64_t mostPatchSteps = blocks.panels > 1 ? fewSteps : mostSteps;
  if (!canPay && kernel.getPlan()->getAlgorithm() != "gemm-packing")
    fewSteps = std::clamp(level.blockBytes / shape.elementBytes / std::max<int64_t>(1, rows), fewSteps, mostSteps);
  int64_t cutSteps = hasPatches ? patchSteps(cast<nn::ConvOp>(rootOf(kernel)), shape, mostPatchSteps)
                                : evenSplit(shape.depth, fewSteps).size;
  bool isCut = !isOneTile && canLeaveSums(kernel) && shape.depth > mostSteps;
  blocks.steps = std::max<int64_t>(1, isCut ? cutSteps : shape.depth);
  if (canLeaveSums(kernel) && !hasPatches)
    blocks.steps = std::clamp<int64_t>(number("steps", blocks.steps), 1, std::max<int64_t>(1, shape.depth));

  blocks.finishesBlocks = rows > 1 && Epilogue::isLong(kernel);
  // Weights are read once for each block of rows, from the last cache or memory: rather a block that takes a little
  // more of the second-level cache than two. Sums that wait for the epilogue are hardly slower there than in the first
  // one.
  constexpr int64_t mostSumBytes = 64 << 10;
  int64_t mostBlockBytes = staysNear ? blockBytes : blockBytes * 5 / 4;
  int64_t blockRows = mostBlockBytes / (blocks.steps * rowStepBytes);
  if (blocks.finishesBlocks)
    blockRows = std::min(blockRows, mostSumBytes / (blocks.sumsStride() * blocks.sumBytes));
  blockRows = number("rows", blockRows);
  if (known) // Scratch memory is for no more than there are.
    blockRows = std::min(blockRows, static_cast<int64_t>(llvm::alignTo(rows, blocks.groupRows)));
  if (rows <= fewRows) // They are one block, whatever it takes.
    blockRows = llvm::alignTo(rows, blocks.groupRows);
  blocks.rows = std::max<int64_t>(1, blockRows / blocks.groupRows) * blocks.groupRows;
  // Packed panels and a block of rows share the cache. Some panels at once take each line's neighbours, and each page
  // less often.
  constexpr int64_t packedTogether = 4;
  int64_t panelSize = blocks.steps * panelColumns * shape.elementBytes;
  blocks.packed = std::max<int64_t>(1, number("packed", level.blockBytes / 2 / panelSize));
  blocks.packedTogether =
      blocks.packed >= packedTogether ? llvm::divideCeil(packedTogether, blocks.panels) * blocks.panels : blocks.panels;
  blocks.packed = std::max<int64_t>(1, blocks.packed / blocks.packedTogether) * blocks.packedTogether;
  // A row that ends within a pair gets a zero there.
  blocks.copiesRows = hasPatches || blocks.widens || shape.isOdd || (isPage && isWorthIt);
  // Where a tile has all rows, there is hardly more to do than to read weights: what comes soon is fetched, so far
  // ahead that memory has time to answer. A single row reads several panels at once, which the processor foresees by
  // itself.
  bool isReading = isOneTile && rows <= fewRows;
  blocks.ahead = number("ahead", isReading && rows > 1 ? 96 : 0);
  blocks.fetchesPanels = number("panels", !isReading) != 0;
  constexpr int64_t neededSoon = 96; // Rows.
  blocks.alternatesPanels = level.fma && known.value_or(leastRows(kernel)) <= neededSoon;
  // Where there are few panels, each block of rows is read for the first time as often as not.
  constexpr int64_t fewColumns = 256;
  bool isDense = !blocks.copiesRows && blocks.steps == shape.depth;
  blocks.fetchesRows = number("fetch", isDense && rows > fewRows && shape.columns <= fewColumns) != 0;
  blocks.unroll = std::max<int64_t>(1, number("unroll", stepsTogether));
  return blocks;
}

int64_t codegen::gemmScratchBytes(nn::KernelOp kernel, const Level &level) {
  GemmShape shape = gemmShape(kernel);
  int64_t size = gemmBlocks(kernel, level).scratchBytes();
  if (!shape.rows) // A call may have a single row, whose sums are not cut.
    size = std::max(size, gemmBlocks(kernel, level, 1).scratchBytes());
  return size;
}

int64_t codegen::packingScratchBytes(nn::KernelOp kernel, const Level &level) {
  GemmBlocks blocks = gemmBlocks(kernel, level);
  GemmShape shape = gemmShape(kernel);
  int64_t panels = std::min<int64_t>(blocks.packed, llvm::divideCeil(shape.columns, panelColumns));
  return panels * panelColumns * blocks.steps * shape.elementBytes;
}

/// Wide enough for any tile where that leaves some units; else narrower, down to what is read well by itself.
int64_t codegen::unitColumns(nn::KernelOp kernel) {
  constexpr int64_t least = 2 * panelColumns, most = 8 * panelColumns, wantedUnits = 4;
  int64_t columns = most;
  while (columns > least && gemmShape(kernel).columns < columns * wantedUnits)
    columns /= 2;
  if (kernel.getPlan()) // There is none while it is being made.
    columns = std::max<int64_t>(1, kernel.getPlan()->get("unit_columns", columns));
  return llvm::alignTo(columns, panelColumns);
}

DimAttr codegen::columnUnits(nn::KernelOp kernel) {
  return nn::constantDim(kernel.getContext(), llvm::divideCeil(gemmShape(kernel).columns, unitColumns(kernel)));
}

/// Weights are read once: what that takes, or the products.
int64_t codegen::columnTask(nn::KernelOp kernel, int64_t rows) {
  constexpr double taskTime = 4000; // In nanoseconds: some times what it costs to hand a task out.
  GemmShape shape = gemmShape(kernel);
  const Level &level = planningLevel();
  auto weights = static_cast<double>(shape.depth * unitColumns(kernel));
  double unitTime = std::max(weights * static_cast<double>(rows * shape.perStep) / level.multiplyAdds,
                             weights * static_cast<double>(shape.elementBytes) / level.cacheBytes);
  return std::max<int64_t>(1, std::llround(taskTime / std::max(1.0, unitTime)));
}

int64_t codegen::mostRowsOfColumns(nn::KernelOp kernel) {
  constexpr int64_t manyRows = 256, largeBytes = 1 << 20, enoughUnits = 4;
  GemmShape shape = gemmShape(kernel);
  bool areLarge = shape.depth * shape.columns * shape.elementBytes >= largeBytes;
  return areLarge && llvm::divideCeil(shape.columns, unitColumns(kernel)) >= enoughUnits ? manyRows : fewRows;
}

/// 1 where a call has few rows, else 0.
static DimAttr isFew(nn::KernelOp kernel) {
  DimAttr one = nn::constantDim(kernel.getContext(), 1);
  return one - nn::min(one, nn::floorDiv(gemmShape(kernel).height, mostRowsOfColumns(kernel) + 1));
}

static DimAttr byRows(nn::KernelOp kernel, DimAttr few, DimAttr many) {
  DimAttr condition = isFew(kernel);
  return condition * few + (nn::constantDim(kernel.getContext(), 1) - condition) * many;
}

DimAttr codegen::rowOrColumnUnits(nn::KernelOp kernel) {
  DimAttr rows = gemmShape(kernel).height;
  return kernel.getPlan()->get("columns_task", 0) == 0 ? rows : byRows(kernel, columnUnits(kernel), rows);
}

DimAttr codegen::rowOrColumnTask(nn::KernelOp kernel) {
  auto constant = [&](int64_t value) { return nn::constantDim(kernel.getContext(), value); };
  DimAttr task = constant(kernel.getPlan()->get("task", 1));
  int64_t columns = kernel.getPlan()->get("columns_task", 0);
  return columns == 0 ? task : byRows(kernel, constant(columns), task);
}

int64_t codegen::leastRows(nn::KernelOp kernel) {
  return nn::evaluate(gemmShape(kernel).height, [](StringRef) { return int64_t(1); }).value_or(INT64_MAX);
}
