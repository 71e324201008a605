//===- PackWeights.cpp - constant inputs of kernels, in their final form --===//

#include "codegen/weights/PackWeights.h"
#include "codegen/emit/WeightsObject.h"
#include "codegen/kernels/Tile.h"
#include "codegen/plans/Winograd.h"
#include "codegen/weights/WeightView.h"
#include "codegen/weights/WinogradFilters.h"
#include "ir/Recipe.h"
#include <cstring>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// [depth][groups × columns] to [groups][columns / 16][depth][16], filled up with zeros.
static void writePanels(const WeightView &weights, int64_t groups, WeightsWriter &writer) {
  if (weights.size() == 0)
    return;
  int64_t perGroup = weights.shape().back() / groups;
  for (int64_t group = 0; group < groups; ++group)
    for (int64_t first = 0; first < perGroup; first += panelColumns)
      weights.writeColumns(group * perGroup + first, std::min(panelColumns, perGroup - first), panelColumns,
                           [&](ArrayRef<char> piece) { writer.write(piece); });
}

/// bf16 [depth][columns] to [columns / 16][depth / 2][16][2], filled up with zeros.
static void writePairPanels(const WeightView &weights, WeightsWriter &writer) {
  if (weights.size() == 0)
    return;
  int64_t columns = weights.shape().back();
  std::vector<uint16_t> pairs(2 * panelColumns);
  auto bytesOf = [](std::vector<uint16_t> &values) {
    return ArrayRef(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(uint16_t));
  };
  for (int64_t first = 0; first < columns; first += panelColumns) {
    int64_t row = 0;
    weights.writeColumns(first, std::min(panelColumns, columns - first), panelColumns, [&](ArrayRef<char> piece) {
      for (; !piece.empty(); piece = piece.drop_front(panelColumns * sizeof(uint16_t))) {
        for (int64_t column = 0; column < panelColumns; ++column)
          std::memcpy(&pairs[2 * column + row % 2], &piece[column * sizeof(uint16_t)], sizeof(uint16_t));
        if (row++ % 2 == 1)
          writer.write(bytesOf(pairs));
      }
    });
    if (row % 2 == 0)
      continue;
    for (int64_t column = 0; column < panelColumns; ++column)
      pairs[2 * column + 1] = 0;
    writer.write(bytesOf(pairs));
  }
}

llvm::Expected<WeightOffsets> codegen::packWeights(ArrayRef<Operation *> steps, WeightsWriter &writer) {
  WeightOffsets offsets;
  // A recipe that several kernels read in one format is packed once.
  DenseMap<std::tuple<Value, int, int64_t, int64_t>, uint64_t> done;
  for (Operation *step : steps)
    for (OpOperand &operand : step->getOpOperands()) {
      Value value = operand.get();
      if (!nn::isRecipe(value))
        continue;
      unsigned index = operand.getOperandNumber();
      auto kernel = dyn_cast<nn::KernelOp>(step); // Else nn.if or nn.loop, which hand it on.
      auto conv = kernel ? dyn_cast_or_null<nn::ConvOp>(rootOf(kernel)) : nn::ConvOp();
      WeightFormat format = kernel ? weightFormat(kernel, index) : WeightFormat::RowMajor;
      WinogradTiling tiling = format == WeightFormat::Winograd ? winogradTiling(kernel) : WinogradTiling();
      auto [entry, isNew] = done.try_emplace({value, static_cast<int>(format), conv ? conv.getGroups() : 1,
                                              tiling.height.outputs * 16 + tiling.width.outputs});
      if (isNew) {
        llvm::Expected<WeightView> weights = WeightView::of(value);
        if (!weights)
          return weights.takeError();
        if (format == WeightFormat::Winograd)
          writeWinogradFilters(*weights, tiling, writer);
        else if (format == WeightFormat::PairPanels)
          writePairPanels(*weights, writer);
        else if (format == WeightFormat::Panels)
          writePanels(*weights, conv ? conv.getGroups() : 1, writer);
        else
          weights->writeRowMajor([&](ArrayRef<char> piece) { writer.write(piece); });
        entry->second = writer.endBlob();
      }
      offsets[&operand] = entry->second;
    }
  return offsets;
}
