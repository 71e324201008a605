//===- EvalControl.cpp - regions that run by values -----------------------===//

#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Table.h"

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static Results choose(IfOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  bool condition = operands[0].values<int64_t>()[0] != 0;
  mlir::Region &region = condition ? op.getThenRegion() : op.getElseRegion();
  return evaluateBlock(region.front(), operands.drop_front().vec(), symbols);
}

/// Slices joined along a new first dimension.
static llvm::Expected<Tensor> stack(mlir::Type type, llvm::ArrayRef<Tensor> slices, const Symbols &symbols) {
  llvm::Expected<Shape> shape = shapeOf(type, symbols);
  if (!shape)
    return shape.takeError();
  auto join = [&](auto zero) {
    std::vector<decltype(zero)> elements;
    for (const Tensor &slice : slices)
      llvm::append_range(elements, slice.values<decltype(zero)>());
    return elements;
  };
  auto tensorType = llvm::cast<mlir::RankedTensorType>(type);
  (*shape)[0] = slices.size();
  if (llvm::isa<mlir::FloatType>(tensorType.getElementType()))
    return Tensor(tensorType.getElementType(), *shape, join(double()));
  return Tensor(tensorType.getElementType(), *shape, join(int64_t()));
}

static Results loop(LoopOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  int64_t trips = std::numeric_limits<int64_t>::max();
  bool goesOn = true;
  if (op.getTrips()) {
    trips = operands[0].values<int64_t>()[0];
    operands = operands.drop_front();
  }
  if (op.getCondition()) {
    goesOn = operands[0].values<int64_t>()[0] != 0;
    operands = operands.drop_front();
  }
  size_t carried = op.getCarried().size(), scanned = op.getNumResults() - carried;
  std::vector<Tensor> state = operands.take_front(carried).vec();
  llvm::ArrayRef<Tensor> inputs = operands.drop_front(carried);
  std::vector<std::vector<Tensor>> slices(scanned);
  mlir::Type i64 = mlir::IntegerType::get(op.getContext(), 64);
  for (int64_t trip = 0; trip < trips && goesOn; ++trip) {
    std::vector<Tensor> arguments{Tensor(i64, {}, std::vector<int64_t>{trip})};
    llvm::append_range(arguments, state);
    llvm::append_range(arguments, inputs);
    Results results = evaluateBlock(op.getBody().front(), std::move(arguments), symbols);
    if (!results)
      return results;
    goesOn = results->front().values<int64_t>()[0] != 0;
    for (size_t i = 0; i < carried; ++i)
      state[i] = (*results)[i + 1];
    for (size_t i = 0; i < scanned; ++i)
      slices[i].push_back((*results)[i + 1 + carried]);
  }
  for (size_t i = 0; i < scanned; ++i) {
    llvm::Expected<Tensor> joined = stack(op.getResult(carried + i).getType(), slices[i], symbols);
    if (!joined)
      return joined.takeError();
    state.push_back(std::move(*joined));
  }
  return state;
}

void reference::addControl(Table &table) {
  add<IfOp, choose>(table);
  add<LoopOp, loop>(table);
}
