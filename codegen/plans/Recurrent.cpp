//===- Recurrent.cpp - how recurrent cells are cut ------------------------===//

#include "codegen/plans/Recurrent.h"
#include "codegen/kernels/Tile.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

static nn::RecurrentOp cellOf(nn::KernelOp kernel) { return cast<nn::RecurrentOp>(rootOf(kernel)); }

static int64_t hiddenUnits(nn::RecurrentOp op) { return op.getHidden().getType().getDimSize(1); }

/// Of all hidden states: steps, sequences, hidden units.
static SmallVector<DimAttr> stateDims(nn::RecurrentOp op) { return nn::dimsOf(op.getResult(0).getType()); }

int64_t codegen::gatesOf(nn::RecurrentOp op) {
  return op.getKind() == nn::CellKind::Lstm ? 4 : op.getKind() == nn::CellKind::Gru ? 3 : 1;
}

int64_t codegen::partsOfStep(nn::RecurrentOp op) {
  return op.getKind() == nn::CellKind::Gru && !op.getLinearBeforeReset() ? 2 : 1;
}

static int64_t elementBytes(nn::RecurrentOp op) { return storageBytes(op.getWeights().getType().getElementType()); }

/// Panels in a tile, at most.
static constexpr int64_t mostPanels = 4;

/// What a part of a step takes at least, in nanoseconds: products, or the weights' way from the last cache.
static double partTime(nn::RecurrentOp op) {
  const Level &level = planningLevel();
  int64_t units = hiddenUnits(op), sequences = stateDims(op)[1].getConstant().value_or(1);
  double weights = static_cast<double>(gatesOf(op) * units * units) / static_cast<double>(partsOfStep(op));
  return std::max(weights * static_cast<double>(sequences) / level.multiplyAdds,
                  weights * static_cast<double>(elementBytes(op)) / level.cacheBytes);
}

/// What is worth a task of its own, in nanoseconds: some times what it costs to hand it out and to wait for it.
static constexpr double taskTime = 1500;

StringRef codegen::chooseRecurrent(nn::RecurrentOp op, bool constant) {
  int64_t units = hiddenUnits(op);
  if (!constant || units % panelColumns != 0)
    return "recurrent";
  // Enough for four threads, each of which keeps all weights in its second-level cache.
  constexpr int64_t manySequences = 4 * mostSequences;
  int64_t weights = gatesOf(op) * units * units * elementBytes(op);
  bool hasMany = stateDims(op)[1].getConstant().value_or(1) >= manySequences && weights <= planningLevel().blockBytes;
  return hasMany || partTime(op) < 2 * taskTime ? "recurrent-packed" : "recurrent-steps";
}

DimAttr codegen::recurrentSequences(nn::KernelOp kernel) { return stateDims(cellOf(kernel))[1]; }

DimAttr codegen::recurrentPanels(nn::KernelOp kernel) {
  return nn::constantDim(kernel.getContext(), hiddenUnits(cellOf(kernel)) / panelColumns);
}

DimAttr codegen::recurrentPhases(nn::KernelOp kernel) {
  nn::RecurrentOp op = cellOf(kernel);
  auto constant = [&](int64_t value) { return nn::constantDim(kernel.getContext(), value); };
  return stateDims(op)[0] * constant(partsOfStep(op)) + constant(1);
}

int64_t codegen::recurrentTask(nn::KernelOp kernel) {
  nn::RecurrentOp op = cellOf(kernel);
  constexpr int64_t mostTasks = 8;
  int64_t tasks = std::clamp<int64_t>(static_cast<int64_t>(partTime(op) / taskTime), 1, mostTasks);
  tasks = llvm::bit_floor(static_cast<uint64_t>(tasks)); // Two threads get as much each.
  return llvm::alignTo(llvm::divideCeil(hiddenUnits(op) / panelColumns, tasks), mostPanels);
}

/// Sums, the weights of a step (a single sequence takes them from memory) and a state that is repeated.
static int64_t registersOf(int64_t sequences, int64_t perSequence) {
  return sequences * perSequence + (sequences == 1 ? 1 : perSequence) + 1;
}

static int64_t registersOfColumns(nn::RecurrentOp op, int64_t columns, const Level &level) {
  return llvm::divideCeil(columns, level.lanes(elementBytes(op)));
}

RecurrentTile codegen::recurrentTile(nn::RecurrentOp op, bool packed, const Level &level) {
  if (!packed)
    return {.columns = level.lanes(elementBytes(op))};
  RecurrentTile tile{.columns = panelColumns};
  // A sequence that ends early has a time of its own.
  int64_t sequences = op.getLengths() ? 1 : stateDims(op)[1].getConstant().value_or(mostSequences);
  int64_t perPanel = registersOfColumns(op, panelColumns, level);
  while (tile.sequences < std::min(sequences, mostSequences) &&
         registersOf(2 * tile.sequences, perPanel) <= level.registers)
    tile.sequences *= 2;
  // Too few sums would wait for each other.
  constexpr int64_t enoughSums = 6;
  int64_t gates = partsOfStep(op) == 1 ? gatesOf(op) : 1, panels = 1;
  while (tile.sequences == 1 && panels < mostPanels && gates * panels * perPanel < enoughSums)
    panels *= 2;
  tile.columns *= panels;
  return tile;
}

int64_t codegen::gatesTogether(nn::RecurrentOp op, int64_t gates, int64_t sequences, const RecurrentTile &tile,
                               const Level &level) {
  int64_t perGate = registersOfColumns(op, tile.columns, level), together = gates;
  while (together > 1 && registersOf(sequences, together * perGate) > level.registers)
    --together;
  return llvm::divideCeil(gates, llvm::divideCeil(gates, together)); // Evenly: not three and one of four.
}

int64_t codegen::recurrentScratchBytes(nn::KernelOp kernel, const Level &) {
  nn::RecurrentOp op = cellOf(kernel);
  return mostSequences * gatesOf(op) * mostPanels * panelColumns * elementBytes(op);
}
