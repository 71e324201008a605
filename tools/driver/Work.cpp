//===- Work.cpp - how much a kernel has to do at least --------------------===//

#include "tools/driver/Work.h"
#include "ir/Dim.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace margay;
using namespace margay::driver;

namespace {
/// Sizes of tensors where the symbols have values.
class Sizes {
public:
  explicit Sizes(const llvm::StringMap<int64_t> &symbols) : symbols(symbols) {}

  double dim(mlir::Type tensor, int64_t axis) const {
    auto lookup = [&](llvm::StringRef symbol) { return symbols.lookup(symbol); };
    return static_cast<double>(nn::evaluate(nn::dimOf(tensor, axis), lookup).value_or(0));
  }
  double elements(mlir::Type tensor) const {
    double product = 1;
    for (int64_t axis = 0, rank = mlir::cast<mlir::RankedTensorType>(tensor).getRank(); axis < rank; ++axis)
      product *= dim(tensor, axis);
    return product;
  }
  double bytes(mlir::Type tensor) const {
    mlir::Type element = mlir::cast<mlir::RankedTensorType>(tensor).getElementType();
    return elements(tensor) * ((element.getIntOrFloatBitWidth() + 7) / 8);
  }

private:
  const llvm::StringMap<int64_t> &symbols;
};
} // namespace

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

std::vector<KernelWork> margay::driver::kernelWork(const Graph &graph, const llvm::StringMap<int64_t> &symbols) {
  Sizes sizes(symbols);
  std::vector<KernelWork> kernels;
  mlir::ModuleOp module = graph.module.get();
  module.walk([&](nn::KernelOp kernel) {
    KernelWork work;
    work.name = kernel.getName().str();
    if (nn::PlanAttr plan = kernel.getPlanAttr())
      work.plan = plan.getAlgorithm().str();
    kernel.getBody().walk([&](mlir::Operation *op) { work.operations += operationsOf(op, sizes); });
    for (mlir::Value operand : kernel.getInputs())
      work.bytes += sizes.bytes(operand.getType());
    for (mlir::Value result : kernel.getResults())
      work.bytes += sizes.bytes(result.getType());
    kernels.push_back(std::move(work));
  });
  return kernels;
}
