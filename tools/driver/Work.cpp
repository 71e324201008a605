//===- Work.cpp - how much a kernel has to do at least --------------------===//

#include "tools/driver/Work.h"
#include "codegen/kernels/Multiplications.h"
#include "codegen/memory/MemoryPlan.h"
#include "codegen/plans/Bands.h"
#include "codegen/plans/GemmBlocks.h"
#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tools/driver/Sizes.h"
#include "llvm/ADT/StringSet.h"

using namespace margay;
using namespace margay::driver;

/// A multiply-add for each element of the result and each summed index.
static double operationsOf(mlir::Operation *op, const Sizes &sizes) {
  if (auto contract = mlir::dyn_cast<nn::ContractOp>(op)) {
    double depth = 1;
    for (auto [axis, role] : llvm::enumerate(contract.getLhsRoles()))
      if (role == 'k')
        depth *= sizes.dim(contract.getLhs().getType(), axis);
    return 2 * depth * sizes.elements(contract.getType());
  }
  if (auto conv = mlir::dyn_cast<nn::ConvOp>(op)) {
    // The filter is [spatial..., C / groups, O]: all but O is summed over.
    mlir::Type filter = conv.getFilter().getType();
    int64_t outputs = mlir::cast<mlir::RankedTensorType>(filter).getRank() - 1;
    return 2 * sizes.elements(filter) / std::max(1.0, sizes.dim(filter, outputs)) * sizes.elements(conv.getType());
  }
  if (auto conv = mlir::dyn_cast<nn::ConvTransposeOp>(op)) {
    // The filter is [spatial..., C, O / groups]: each element of the input meets all but C.
    mlir::Type input = conv.getInput().getType();
    int64_t channels = mlir::cast<mlir::RankedTensorType>(input).getRank() - 1;
    return 2 * sizes.elements(conv.getFilter().getType()) / std::max(1.0, sizes.dim(input, channels)) *
           sizes.elements(input);
  }
  if (auto recurrent = mlir::dyn_cast<nn::RecurrentOp>(op))
    return 2 * sizes.elements(recurrent.getGates().getType()) * sizes.dim(recurrent.getHidden().getType(), 1);
  return 0;
}

/// Adds what a recurrent cell reads again in each step, however many sequences there are.
static void addSteps(nn::RecurrentOp op, const Sizes &sizes, KernelWork &work) {
  double bytes = sizes.bytes(op.getWeights().getType()), steps = sizes.dim(op.getGates().getType(), 0);
  work.stepBytes += bytes;
  work.repeatedBytes += bytes * std::max(0.0, steps - 1);
}

/// Whether a value is what the caller hands over.
static bool isInput(mlir::Value value) {
  auto argument = mlir::dyn_cast<mlir::BlockArgument>(value);
  auto function = argument ? mlir::dyn_cast<mlir::func::FuncOp>(argument.getOwner()->getParentOp()) : nullptr;
  return function && function.getName() == nn::mainFunction;
}

/// Whether a value, or another shape of it, is what the caller gets.
static bool isResult(mlir::Value value) {
  return llvm::any_of(value.getUsers(), [](mlir::Operation *user) {
    if (auto reshape = mlir::dyn_cast<nn::ReshapeOp>(user))
      return isResult(reshape.getResult());
    auto end = mlir::dyn_cast<mlir::func::ReturnOp>(user);
    return end && end->getParentOfType<mlir::func::FuncOp>().getName() == nn::mainFunction;
  });
}

/// Of a kernel, or of the chain that it is the last one of: what lies in between need not be moved.
static KernelWork workOf(nn::KernelOp last, const Sizes &sizes, const codegen::Level &level) {
  KernelWork work;
  work.name = codegen::chainName(last);
  auto isInner = [](mlir::Value value) {
    auto kernel = value.getDefiningOp<nn::KernelOp>();
    return kernel && codegen::isInner(kernel);
  };
  for (nn::KernelOp kernel : codegen::chainOf(last)) {
    work.ops.push_back(kernel);
    if (nn::PlanAttr plan = kernel.getPlanAttr())
      work.plan += (work.plan.empty() ? "" : " + ") + plan.getAlgorithm().str();
    if (codegen::multipliesPairs(kernel))
      work.pairOperations += operationsOf(codegen::rootOf(kernel), sizes);
    kernel.getBody().walk([&](mlir::Operation *op) {
      work.operations += operationsOf(op, sizes);
      if (auto recurrent = mlir::dyn_cast<nn::RecurrentOp>(op))
        addSteps(recurrent, sizes, work);
      if (double each = codegen::multiplicationsOf(op, level))
        work.multiplications += each * sizes.elements(op->getResult(0).getType());
    });
    for (mlir::Value operand : kernel.getInputs()) {
      double bytes = isInner(operand) ? 0 : sizes.bytes(operand.getType());
      work.bytes += bytes;
      work.weightBytes += nn::isRecipe(operand) ? bytes : 0;
      work.inputBytes += isInput(operand) ? bytes : 0;
    }
  }
  for (mlir::Value result : last.getResults()) {
    double bytes = sizes.bytes(result.getType());
    work.bytes += bytes;
    work.writtenBytes += bytes;
    work.resultBytes += isResult(result) ? bytes : 0;
  }
  return work;
}

/// The kernels of a function after those of the functions that it calls: the order of mg_model.kernels.
static void addWork(mlir::func::FuncOp function, const Sizes &sizes, const codegen::Level &level,
                    llvm::StringSet<> &done, std::vector<KernelWork> &kernels) {
  if (!done.insert(function.getName()).second)
    return;
  auto module = function->getParentOfType<mlir::ModuleOp>();
  for (mlir::Operation *step : codegen::stepsOf(function))
    for (llvm::StringRef callee : codegen::calleesOf(step))
      addWork(module.lookupSymbol<mlir::func::FuncOp>(callee), sizes, level, done, kernels);
  for (nn::KernelOp kernel : codegen::kernelsOf(function))
    if (!codegen::isInner(kernel))
      kernels.push_back(workOf(kernel, sizes, level));
}

std::vector<KernelWork> margay::driver::kernelWork(const Graph &graph, const llvm::StringMap<int64_t> &symbols,
                                                   const codegen::Level &level) {
  std::vector<KernelWork> kernels;
  llvm::StringSet<> done;
  auto main = mlir::ModuleOp(graph.module.get()).lookupSymbol<mlir::func::FuncOp>(nn::mainFunction);
  addWork(main, Sizes(symbols), level, done, kernels);
  return kernels;
}
