//===- PooledTiles.cpp - Winograd's tiles that are pooled before they are stored ---===//

#include "codegen/plans/PooledTiles.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Spatial.h"
#include "codegen/plans/Bands.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

nn::WindowOp codegen::poolOf(nn::KernelOp kernel) {
  if (!isa_and_nonnull<nn::ConvOp>(rootOf(kernel)))
    return {};
  auto windows = kernel.getBlock()->getOps<nn::WindowOp>();
  return windows.empty() ? nn::WindowOp() : *windows.begin();
}

/// Whether windows lie side by side and within the image, and none of them is cut off at its end.
static bool hasWholeWindows(const Axis &axis) {
  return axis.kernel == poolSide && axis.stride == poolSide && axis.dilation == 1 && axis.pad == 0 && axis.out > 0 &&
         axis.out == axis.in / poolSide;
}

/// Whether a pooling's windows lie within the tiles that a convolution's plan asks for.
static bool fitsTiles(nn::WindowOp window, nn::PlanAttr plan) {
  auto type = window.getInput().getType();
  if (type.getRank() != 4 || !isa<Float32Type>(type.getElementType()))
    return false;
  Geometry geometry = geometryOf(window);
  return hasWholeWindows(geometry.height) && hasWholeWindows(geometry.width) && plan.get("tile_h", 1) % poolSide == 0 &&
         plan.get("tile_w", 1) % poolSide == 0;
}

/// The convolution whose tiles a kernel can pool; null where there is none.
static nn::KernelOp tilesUnder(nn::KernelOp kernel) {
  auto window = dyn_cast_or_null<nn::WindowOp>(rootOf(kernel));
  if (!window || kernel.getPlan()->getAlgorithm() != "window" || kernel.getNumResults() != 1)
    return {};
  auto argument = dyn_cast<BlockArgument>(window.getInput());
  auto conv = argument ? kernel.getInputs()[argument.getArgNumber()].getDefiningOp<nn::KernelOp>() : nn::KernelOp();
  if (!conv || conv.getPlan()->getAlgorithm() != "winograd" || poolOf(conv) || conv.getNumResults() != 1 ||
      !conv->hasOneUse() || !argument.hasOneUse() || conv->getBlock() != kernel->getBlock() || readsState(conv))
    return {};
  // A long epilogue wants all registers.
  bool isShort = !Epilogue::isLong(conv) && !Epilogue::isLong(kernel);
  return isShort && fitsTiles(window, *conv.getPlan()) ? conv : nn::KernelOp();
}

/// One kernel that computes what both do, in the place of the later one.
static nn::KernelOp joined(nn::KernelOp conv, nn::KernelOp pool) {
  OpBuilder builder(pool);
  SmallVector<Value> inputs(conv.getInputs());
  llvm::copy_if(pool.getInputs(), std::back_inserter(inputs),
                [&](Value input) { return input.getDefiningOp() != conv.getOperation(); });
  std::string name = (conv.getName() + " + " + pool.getName()).str();
  auto kernel = nn::KernelOp::create(builder, conv.getLoc(), pool.getResultTypes(), name, inputs, conv.getPlanAttr());
  Block &block = kernel.getBody().emplaceBlock();
  IRMapping values;
  auto copy = [&](nn::KernelOp from) {
    for (auto [argument, input] : llvm::zip_equal(from.getBlock()->getArguments(), from.getInputs()))
      if (!values.contains(argument))
        values.map(argument, block.addArgument(input.getType(), argument.getLoc()));
    for (Operation &op : from.getBlock()->without_terminator())
      builder.clone(op, values);
  };
  builder.setInsertionPointToEnd(&block);
  copy(conv);
  Value between = values.lookupOrDefault(conv.getYield().getOperand(0));
  values.map(cast<nn::WindowOp>(rootOf(pool)).getInput(), between);
  copy(pool);
  builder.clone(*pool.getYield(), values);
  return kernel;
}

void codegen::poolInTiles(ModuleOp module, std::string &explanation) {
  llvm::raw_string_ostream os(explanation);
  for (auto function : module.getOps<func::FuncOp>())
    for (nn::KernelOp pool : llvm::to_vector(function.getOps<nn::KernelOp>())) {
      nn::KernelOp conv = tilesUnder(pool);
      if (!conv)
        continue;
      nn::KernelOp kernel = joined(conv, pool);
      os << '"' << kernel.getName() << "\": moves nothing in tiles; "
         << llvm::format("%.3f ms", millisecondsToMove(conv)) << " one after another\n";
      pool->replaceAllUsesWith(kernel);
      pool->erase();
      conv->erase();
    }
}
