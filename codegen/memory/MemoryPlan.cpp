//===- MemoryPlan.cpp - where every tensor lives --------------------------===//

#include "codegen/memory/MemoryPlan.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/plans/Plans.h"
#include "ir/Recipe.h"
#include "ir/States.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

SmallVector<nn::KernelOp> codegen::kernelsOf(func::FuncOp main) {
  return llvm::to_vector(main.getBody().front().getOps<nn::KernelOp>());
}

static DimAttr columnsOf(Value value) { return nn::columnsOf(value.getType()); }

static int64_t elementBytes(Value value) {
  return storageBytes(cast<RankedTensorType>(value.getType()).getElementType());
}

/// The value that a chain of reshapes renames.
static Value unreshaped(Value value) {
  while (auto reshape = value.getDefiningOp<nn::ReshapeOp>())
    value = reshape.getOperand();
  return value;
}

namespace {

struct Planner {
  explicit Planner(func::FuncOp main) : main(main), context(main.getContext()) {}

  func::FuncOp main;
  MLIRContext *context;
  MemoryPlan plan;

  Value placed(Value value, Placement placement) {
    plan.placements[value] = placement;
    return value;
  }

  void inputs() {
    for (BlockArgument argument : main.getArguments())
      placed(argument, {Placement::Input, argument.getArgNumber(), nn::constantDim(context, 0), columnsOf(argument)});
  }

  /// What the function returns is computed where the caller wants it.
  void outputs() {
    auto terminator = cast<func::ReturnOp>(main.getBody().front().getTerminator());
    for (OpOperand &result : terminator->getOpOperands()) {
      Value value = unreshaped(result.get());
      placed(value, {Placement::Output, result.getOperandNumber(), nn::constantDim(context, 0), columnsOf(value)});
    }
  }

  /// Whether `value` can be computed right inside a join: it has no home yet, and everybody who reads it is a kernel (a
  /// reshape would need dense rows).
  bool canMoveInto(Value value, DenseSet<Value> &claimed) {
    return value.getDefiningOp<nn::KernelOp>() && !plan.placements.contains(value) && claimed.insert(value).second &&
           llvm::all_of(value.getUsers(), [](Operation *user) { return isa<nn::KernelOp>(user); });
  }

  /// Whether `value` is computed where an input is. It is written when its own kernel runs, and not before.
  bool isState(Value value) {
    auto found = plan.placements.find(value);
    return found != plan.placements.end() && found->second.kind == Placement::Output &&
           nn::stateArgument(main, found->second.index);
  }

  /// Joins along the last dimension, the last one first, so that a join of joins nests.
  void joins() {
    SmallVector<nn::KernelOp> kernels = kernelsOf(main);
    for (nn::KernelOp kernel : llvm::reverse(kernels)) {
      auto concat = dyn_cast_or_null<nn::ConcatOp>(rootOf(kernel));
      Value result = kernel.getResult(0);
      if (isState(result))
        continue;
      if (!concat || static_cast<int64_t>(concat.getAxis()) != concat.getType().getRank() - 1 ||
          !llvm::all_of(kernel.getInputs(), [&](Value input) { return columnsOf(input).isConstant(); }))
        continue;
      DenseSet<Value> claimed;
      // The join's operands in its own order: arguments of the region stand for inputs.
      SmallVector<Value> parts = llvm::map_to_vector(
          concat.getInputs(), [&](Value part) { return kernel.getInputs()[cast<BlockArgument>(part).getArgNumber()]; });
      if (!llvm::all_of(parts, [&](Value part) { return canMoveInto(part, claimed); }))
        continue;
      if (!plan.placements.contains(result))
        buffer(result);
      Placement whole = plan.placements[result];
      DimAttr offset = whole.offset;
      for (Value part : parts) {
        placed(part, {whole.kind, whole.index, offset, whole.rowStride});
        offset = offset + columnsOf(part) * elementBytes(part);
      }
      plan.views.insert(kernel);
    }
  }

  void buffer(Value value) {
    DimAttr bytes = nn::product(context, nn::dimsOf(value.getType())) * elementBytes(value);
    placed(value, {Placement::Arena, static_cast<int64_t>(plan.buffers.size()), nn::constantDim(context, 0),
                   columnsOf(value)});
    plan.buffers.push_back(
        {.bytes = nn::ceilDiv(bytes, arenaAlignment) * arenaAlignment, .first = INT64_MAX, .last = -1});
  }

  void rest() {
    for (nn::KernelOp kernel : kernelsOf(main))
      for (Value result : kernel.getResults())
        if (!plan.placements.contains(result))
          buffer(result);
    for (auto reshape : main.getBody().front().getOps<nn::ReshapeOp>()) {
      if (nn::isRecipe(reshape.getOperand()))
        continue;
      Placement placement = plan.placements.lookup(reshape.getOperand());
      placement.rowStride = columnsOf(reshape.getResult());
      placed(reshape.getResult(), placement);
    }
  }

  /// Whoever computes or reads a part of a join sees rows with gaps between them.
  void strided() {
    for (nn::KernelOp kernel : kernelsOf(main)) {
      auto hasGaps = [&](Value value) {
        auto found = plan.placements.find(value);
        return found != plan.placements.end() && found->second.rowStride != columnsOf(value);
      };
      if (llvm::any_of(kernel.getInputs(), hasGaps) || llvm::any_of(kernel.getResults(), hasGaps))
        planByRows(kernel);
    }
  }

  void lifetimes() {
    SmallVector<nn::KernelOp> kernels = kernelsOf(main);
    for (size_t index = 0; index < kernels.size(); ++index) {
      nn::KernelOp kernel = kernels[index];
      if (plan.views.contains(kernel))
        continue;
      auto touch = [&](Value value) {
        auto found = plan.placements.find(value);
        if (found == plan.placements.end() || found->second.kind != Placement::Arena)
          return;
        Buffer &buffer = plan.buffers[found->second.index];
        buffer.first = std::min(buffer.first, static_cast<int64_t>(index));
        buffer.last = std::max(buffer.last, static_cast<int64_t>(index));
      };
      llvm::for_each(kernel.getInputs(), touch);
      llvm::for_each(kernel.getResults(), touch);
    }
  }
};

} // namespace

MemoryPlan codegen::planMemory(func::FuncOp main) {
  Planner planner(main);
  planner.inputs();
  planner.outputs();
  planner.joins();
  planner.rest();
  planner.strided();
  planner.lifetimes();
  planner.plan.arenaBytes = assignOffsets(main.getContext(), planner.plan.buffers);
  return std::move(planner.plan);
}
