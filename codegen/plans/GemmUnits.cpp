//===- GemmUnits.cpp - what threads share of a product with a constant matrix ===//

#include "codegen/plans/GemmUnits.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// For how many rows weights have to be read once, that two threads which both read them from memory wait for their
/// products rather than for that; with as much again, because reading is not even.
static int64_t worthReading(const GemmShape &shape) {
  constexpr double floatBytes = 4, threads = 2, margin = 2;
  const Level &level = planningLevel();
  return std::lround(margin * threads * floatBytes / static_cast<double>(shape.perStep) * level.multiplyAdds /
                     level.memoryBytes);
}

GemmUnits codegen::gemmUnits(nn::KernelOp kernel) {
  constexpr int64_t wantedUnits = 6; // So that a few threads have equal shares.
  constexpr int64_t granule = 4 * panelColumns;
  GemmShape shape = gemmShape(kernel);
  int64_t groups = std::max<int64_t>(1, evenSplit(*shape.rows, mostGroupRows).parts);
  int64_t unitGroups = llvm::divideCeil(worthReading(shape), mostGroupRows);
  auto number = [&](StringRef name, int64_t chosen) { return kernel.getPlan()->get(name, chosen); };
  unitGroups = std::clamp<int64_t>(number("unit_rows", unitGroups), 1, groups);

  GemmUnits units;
  units.rows = evenSplit(groups, unitGroups);
  int64_t parts = llvm::divideCeil(wantedUnits, units.rows.parts);
  int64_t columns = llvm::divideCeil(shape.columns, parts * granule) * granule;
  columns = llvm::divideCeil(std::max<int64_t>(1, number("unit_columns", columns)), granule) * granule;
  units.columns = std::min(columns, std::max<int64_t>(1, shape.columns));
  units.columnParts = std::max<int64_t>(1, llvm::divideCeil(shape.columns, units.columns));
  return units;
}

nn::DimAttr codegen::gemmUnitCount(nn::KernelOp kernel) {
  GemmUnits units = gemmUnits(kernel);
  return nn::constantDim(kernel.getContext(), units.rows.parts * units.columnParts);
}
