//===- PackWeights.cpp - constant inputs of kernels, in their final form --===//

#include "codegen/weights/PackWeights.h"
#include "codegen/emit/WeightsObject.h"
#include "codegen/kernels/Tile.h"
#include "ir/Recipe.h"
#include "ir/reference/Evaluator.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// [depth][groups × columns] to [groups][columns / 16][depth][16], filled up with zeros. Elements are moved as bytes.
static std::vector<char> panels(ArrayRef<char> bytes, int64_t elementBytes, int64_t depth, int64_t columns,
                                int64_t groups) {
  int64_t perGroup = columns / groups, panelsPerGroup = llvm::divideCeil(perGroup, panelColumns);
  std::vector<char> packed(groups * panelsPerGroup * depth * panelColumns * elementBytes);
  char *target = packed.data();
  for (int64_t group = 0; group < groups; ++group)
    for (int64_t panel = 0; panel < panelsPerGroup; ++panel) {
      int64_t first = panel * panelColumns, count = std::min(panelColumns, perGroup - first);
      for (int64_t step = 0; step < depth; ++step, target += panelColumns * elementBytes)
        std::memcpy(target, bytes.data() + (step * columns + group * perGroup + first) * elementBytes,
                    count * elementBytes);
    }
  return packed;
}

static std::vector<char> pack(nn::KernelOp kernel, unsigned input, const reference::Tensor &tensor) {
  std::vector<char> bytes = tensor.toBytes();
  if (weightFormat(kernel, input) == WeightFormat::RowMajor)
    return bytes;
  auto conv = dyn_cast<nn::ConvOp>(rootOf(kernel));
  int64_t columns = tensor.shape().back(), depth = columns == 0 ? 0 : tensor.size() / columns;
  return panels(bytes, storageBytes(tensor.element()), depth, columns, conv ? conv.getGroups() : 1);
}

llvm::Expected<WeightOffsets> codegen::packWeights(ArrayRef<Operation *> steps, WeightsWriter &writer) {
  WeightOffsets offsets;
  // A recipe that several kernels read in one format is packed once.
  DenseMap<std::tuple<Value, int, int64_t>, uint64_t> done;
  for (Operation *step : steps)
    for (OpOperand &operand : step->getOpOperands()) {
      Value value = operand.get();
      if (!nn::isRecipe(value))
        continue;
      unsigned index = operand.getOperandNumber();
      auto kernel = dyn_cast<nn::KernelOp>(step); // Else nn.if or nn.loop, which hand it on.
      auto conv = kernel ? dyn_cast_or_null<nn::ConvOp>(rootOf(kernel)) : nn::ConvOp();
      WeightFormat format = kernel ? weightFormat(kernel, index) : WeightFormat::RowMajor;
      auto [entry, isNew] = done.try_emplace({value, static_cast<int>(format), conv ? conv.getGroups() : 1});
      if (isNew) {
        llvm::Expected<reference::Tensor> tensor = reference::evaluateConstant(value);
        if (!tensor)
          return tensor.takeError();
        entry->second = writer.append(kernel ? pack(kernel, index, *tensor) : tensor->toBytes());
      }
      offsets[&operand] = entry->second;
    }
  return offsets;
}
