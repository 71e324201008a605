//===- Dot.cpp - convolutions and products whose result has one column ----===//

#include "codegen/plans/Dot.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/plans/PatchRuns.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Whether sums of `runs` runs of `length` summands take less than half the time of a register whose lanes are columns
/// of the result, of which all but one are idle.
static bool isWorthIt(int64_t runs, int64_t length) {
  // In multiply-adds of eight lanes: those of the summands, and what adds the lanes up.
  int64_t mine = runs * llvm::divideCeil(length, dotLanes) * (dotLanes / 8) + 6;
  return 2 * mine <= runs * length;
}

bool codegen::isDot(Operation *root) {
  if (auto contract = dyn_cast<nn::ContractOp>(root)) {
    ArrayRef<int64_t> shape = contract.getRhs().getType().getShape();
    return contract.getLhsRoles() == "mk" && contract.getRhsRoles() == "kn" && shape.back() == 1 &&
           !ShapedType::isDynamic(shape.front()) && contract.getRhs().getType().getElementType().isF32() &&
           isWorthIt(1, shape.front());
  }
  auto conv = dyn_cast<nn::ConvOp>(root);
  if (!conv || conv.getGroups() != 1)
    return false;
  auto filter = conv.getFilter().getType(), input = conv.getInput().getType();
  int64_t rank = filter.getRank();
  ArrayRef<int64_t> shape = filter.getShape();
  if (shape.back() != 1 || !filter.getElementType().isF32() || !filter.hasStaticShape())
    return false;
  bool isImage = rank <= 4 && llvm::none_of(input.getShape().drop_front(), ShapedType::isDynamic);
  if (hasPatches(conv) && !isImage)
    return false;
  int64_t depth = llvm::product_of(shape), length = shape[rank - 2];
  if (rank > 2 && conv.getDilations().back() == 1)
    length *= shape[rank - 3];
  return isWorthIt(depth / std::max<int64_t>(1, length), length);
}

nn::DimAttr codegen::dotUnits(nn::KernelOp kernel) {
  SmallVector<nn::DimAttr> dims = nn::dimsOf(rootOf(kernel)->getResult(0).getType());
  dims.pop_back_n(hasPatches(rootOf(kernel)) ? 2 : 1);
  return nn::product(kernel.getContext(), dims);
}
