//===- KernelFacts.cpp - what can be said of a kernel ---------------------===//

#include "tools/driver/KernelFacts.h"
#include "ir/Recipe.h"
#include "tools/driver/Sizes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace margay;
using namespace margay::driver;

static std::string numbersOf(nn::PlanAttr plan) {
  std::vector<std::string> numbers;
  for (mlir::NamedAttribute number : plan.getNumbers()) {
    std::string text;
    llvm::raw_string_ostream os(text);
    if (auto integer = mlir::dyn_cast<mlir::IntegerAttr>(number.getValue()))
      os << integer.getValue();
    else
      number.getValue().print(os);
    numbers.push_back(number.getName().str() + "=" + text);
  }
  return llvm::join(numbers, " ");
}

static std::string typeText(mlir::Type type, const Sizes &sizes) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  std::string text;
  llvm::raw_string_ostream os(text);
  os << tensor.getElementType() << '[';
  for (int64_t axis = 0; axis < tensor.getRank(); ++axis)
    os << (axis ? "," : "") << static_cast<int64_t>(sizes.dim(tensor, axis));
  os << ']';
  return text;
}

std::vector<std::string> margay::driver::nodesOf(mlir::Location location) {
  if (auto name = mlir::dyn_cast<mlir::NameLoc>(location))
    return {name.getName().str()};
  std::vector<std::string> names;
  if (auto fused = mlir::dyn_cast<mlir::FusedLoc>(location))
    for (mlir::Location part : fused.getLocations())
      for (std::string &name : nodesOf(part))
        if (!llvm::is_contained(names, name))
          names.push_back(std::move(name));
  return names;
}

static void addNodes(nn::KernelOp kernel, std::vector<std::string> &nodes) {
  kernel.getBody().walk([&](mlir::Operation *op) {
    // A constant may be shared, and is then named after whoever had it first.
    if (op->getNumOperands() == 0 || op->hasTrait<mlir::OpTrait::IsTerminator>())
      return;
    for (std::string &name : nodesOf(op->getLoc()))
      if (!llvm::is_contained(nodes, name))
        nodes.push_back(std::move(name));
  });
}

KernelFacts margay::driver::factsOf(llvm::ArrayRef<mlir::Operation *> kernels,
                                    const llvm::StringMap<int64_t> &symbols) {
  Sizes sizes(symbols);
  KernelFacts facts;
  std::vector<std::string> numbers, operands, results;
  for (mlir::Operation *op : kernels) {
    auto kernel = mlir::cast<nn::KernelOp>(op);
    if (nn::PlanAttr plan = kernel.getPlanAttr())
      numbers.push_back(numbersOf(plan));
    for (mlir::Value operand : kernel.getInputs())
      if (nn::isRecipe(operand))
        facts.weightBytes += sizes.bytes(operand.getType());
      else if (!llvm::is_contained(kernels, operand.getDefiningOp()))
        operands.push_back(typeText(operand.getType(), sizes));
    if (op == kernels.back())
      for (mlir::Type type : kernel.getResultTypes())
        results.push_back(typeText(type, sizes));
    addNodes(kernel, facts.nodes);
  }
  facts.numbers = llvm::join(numbers, " + ");
  facts.operands = llvm::join(operands, ", ");
  facts.results = llvm::join(results, ", ");
  return facts;
}
