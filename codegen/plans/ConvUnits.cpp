//===- ConvUnits.cpp - what threads share of a direct convolution ---------===//

#include "codegen/plans/ConvUnits.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/kernels/Tile.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static bool isOneRow(nn::ConvOp conv) {
  auto result = conv.getType();
  return result.getRank() == 3 || (result.getRank() == 4 && result.getDimSize(1) == 1);
}

int64_t codegen::pixelParts(nn::KernelOp kernel) {
  constexpr int64_t unitPixels = 64, mostParts = 16;
  auto conv = cast<nn::ConvOp>(rootOf(kernel));
  if (!isOneRow(conv) || conv.getGroups() != 1)
    return 1;
  return std::clamp<int64_t>(conv.getType().getDimSize(conv.getType().getRank() - 2) / unitPixels, 1, mostParts);
}

bool codegen::sharesColumns(nn::KernelOp kernel) {
  auto conv = cast<nn::ConvOp>(rootOf(kernel));
  return isOneRow(conv) && conv.getGroups() == 1 && pixelParts(kernel) == 1 &&
         conv.getType().getShape().back() > convUnitColumns;
}

bool codegen::sharesRows(nn::KernelOp kernel) { return pixelParts(kernel) == 1 && !sharesColumns(kernel); }

TileUse codegen::convTileUse(nn::KernelOp kernel) {
  auto conv = cast<nn::ConvOp>(rootOf(kernel));
  auto filter = conv.getFilter().getType(), result = conv.getType();
  int64_t depth = llvm::product_of(filter.getShape().drop_back());
  return {.rows = result.getDimSize(result.getRank() - 2),
          .columns = filter.getShape().back() / static_cast<int64_t>(conv.getGroups()),
          .unitColumns = sharesColumns(kernel) ? convUnitColumns : 0,
          .panelBytes = depth * panelColumns * storageBytes(filter.getElementType())};
}

nn::DimAttr codegen::convUnits(nn::KernelOp kernel) {
  SmallVector<nn::DimAttr> dims = nn::dimsOf(rootOf(kernel)->getResult(0).getType());
  int64_t columns = dims.back().getConstant().value_or(1);
  dims.pop_back_n(2);
  nn::DimAttr rows = nn::product(kernel.getContext(), dims);
  if (!sharesColumns(kernel))
    return rows * nn::constantDim(kernel.getContext(), pixelParts(kernel));
  return rows * nn::constantDim(kernel.getContext(), llvm::divideCeil(columns, convUnitColumns));
}
