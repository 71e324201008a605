//===- MemoryPlan.cpp - where every tensor lives --------------------------===//

#include "codegen/memory/MemoryPlan.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/memory/RowStride.h"
#include "codegen/plans/Bands.h"
#include "codegen/plans/Plans.h"
#include "ir/Recipe.h"
#include "ir/States.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

SmallVector<nn::KernelOp> codegen::kernelsOf(func::FuncOp function) {
  return llvm::to_vector(function.getBody().front().getOps<nn::KernelOp>());
}

SmallVector<Operation *> codegen::stepsOf(func::FuncOp function) {
  SmallVector<Operation *> steps;
  for (Operation &op : function.getBody().front())
    if (isa<nn::KernelOp, nn::IfOp, nn::LoopOp, nn::PrefixOp>(op))
      steps.push_back(&op);
  return steps;
}

SmallVector<StringRef> codegen::calleesOf(Operation *step) {
  SmallVector<StringRef> callees;
  if (isa<nn::IfOp, nn::LoopOp>(step))
    for (Region &region : step->getRegions())
      callees.push_back(cast<func::CallOp>(region.front().front()).getCallee());
  return callees;
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
  Planner(func::FuncOp main, const ArenaSizes &callees)
      : main(main), callees(callees), context(main.getContext()), ranges(main) {}

  func::FuncOp main;
  const ArenaSizes &callees;
  MLIRContext *context;
  nn::SymbolRanges ranges;
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

  /// Whether `part`, maybe some value by another name, can be computed right inside a join: it has no home yet.
  bool canMoveInto(Value part, DenseSet<Value> &claimed) {
    Value value = unreshaped(part);
    return value.getDefiningOp<nn::KernelOp>() && !plan.placements.contains(value) && claimed.insert(value).second &&
           columnsOf(value) == columnsOf(part) && isReadByRows(value);
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
        placed(unreshaped(part), {whole.kind, whole.index, offset, whole.rowStride});
        offset = offset + columnsOf(part) * elementBytes(part);
      }
      plan.views.insert(kernel);
    }
  }

  /// Whether the rows of a slice are rows of its operand, or parts of them: it takes all of each dimension but the
  /// last, or but the first that is not 1.
  static bool takesRows(nn::SliceOp slice) {
    if (!llvm::all_of(slice.getSteps(), [](int64_t step) { return step == 1; }))
      return false;
    SmallVector<DimAttr> from = nn::dimsOf(slice.getOperand().getType()), to = nn::dimsOf(slice.getType());
    ArrayRef<DimAttr> starts = slice.getStarts().getDims();
    bool outermost = true; // All dimensions so far are 1.
    for (size_t axis = 0; axis + 1 < from.size(); ++axis) {
      bool isWhole = from[axis] == to[axis] && starts[axis].getConstant() == 0;
      if (!isWhole && !outermost)
        return false;
      outermost &= from[axis].getConstant() == 1;
    }
    return !from.empty();
  }

  /// What a kernel slices: its region's argument stands for an input.
  static Value operandOf(nn::KernelOp kernel, nn::SliceOp slice) {
    return kernel.getInputs()[cast<BlockArgument>(slice.getOperand()).getArgNumber()];
  }

  /// Whether `value` is an argument whose elements change during a call.
  bool isStateArgument(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument && nn::stateResult(main, argument.getArgNumber());
  }

  /// The slice that a kernel is, where its result can be read where the operand lies. Only kernels can read rows with
  /// gaps; a state may be overwritten before they do.
  nn::SliceOp viewedSlice(Operation *step) {
    auto kernel = dyn_cast<nn::KernelOp>(step);
    auto slice = kernel ? dyn_cast_or_null<nn::SliceOp>(rootOf(kernel)) : nullptr;
    if (!slice || !takesRows(slice) || plan.placements.contains(kernel.getResult(0)) ||
        nn::isRecipe(operandOf(kernel, slice)) || isStateArgument(unreshaped(operandOf(kernel, slice))))
      return {};
    bool areKernels = llvm::all_of(kernel->getUsers(), [](Operation *user) { return isa<nn::KernelOp>(user); });
    return areKernels ? slice : nn::SliceOp();
  }

  /// Where a slice lies within its operand.
  void viewSlice(nn::KernelOp kernel, nn::SliceOp slice) {
    Placement placement = plan.placements.lookup(operandOf(kernel, slice));
    SmallVector<DimAttr> dims = nn::dimsOf(slice.getOperand().getType());
    DimAttr elements = nn::constantDim(context, 0), step = placement.rowStride;
    ArrayRef<DimAttr> starts = slice.getStarts().getDims();
    elements = elements + starts.back();
    for (int64_t axis = static_cast<int64_t>(dims.size()) - 2; axis >= 0; --axis) {
      elements = elements + starts[axis] * step;
      step = step * dims[axis];
    }
    placement.offset = placement.offset + elements * elementBytes(kernel.getResult(0));
    placed(kernel.getResult(0), placement);
  }

  /// A piece of the arena, of which lifetimes() finds out how long it is needed. It has room for whatever the data are.
  int64_t newBuffer(DimAttr bytes) {
    plan.buffers.push_back({.bytes = nn::ceilDiv(ranges.upperBound(bytes), arenaAlignment) * arenaAlignment,
                            .first = INT64_MAX,
                            .last = -1});
    return static_cast<int64_t>(plan.buffers.size()) - 1;
  }

  DimAttr bytesOf(Value value) { return nn::product(context, nn::dimsOf(value.getType())) * elementBytes(value); }

  void buffer(Value value) {
    SmallVector<DimAttr> rows = nn::dimsOf(value.getType());
    if (!rows.empty())
      rows.pop_back();
    DimAttr stride = rowStrideOf(value);
    int64_t index = newBuffer(nn::product(context, rows) * stride * elementBytes(value));
    placed(value, {Placement::Arena, index, nn::constantDim(context, 0), stride});
  }

  /// What nn.if and nn.loop need for themselves.
  void control() {
    for (Operation *step : stepsOf(main)) {
      if (!isa<nn::IfOp, nn::LoopOp>(step))
        continue;
      StepMemory &memory = plan.steps[step];
      DimAttr arena = nn::constantDim(context, 0);
      for (StringRef callee : calleesOf(step))
        arena = nn::max(arena, callees.lookup(callee));
      memory.arena = newBuffer(arena);
      auto loop = dyn_cast<nn::LoopOp>(step);
      if (!loop)
        continue;
      memory.trip = newBuffer(nn::constantDim(context, sizeof(int64_t)));
      memory.condition = newBuffer(nn::constantDim(context, 1));
      for (Value value : loop.getCarried())
        memory.carried.push_back(newBuffer(bytesOf(value)));
    }
  }

  void rest() {
    for (Operation *step : stepsOf(main)) {
      if (isa<nn::PrefixOp>(step))
        continue;
      auto kernel = dyn_cast<nn::KernelOp>(step);
      if (kernel && isInner(kernel))
        placed(kernel.getResult(0),
               {Placement::Scratch, 0, nn::constantDim(context, 0), columnsOf(kernel.getResult(0))});
      else if (viewedSlice(step))
        plan.views.insert(step);
      else
        for (Value result : step->getResults())
          if (!plan.placements.contains(result))
            buffer(result);
    }
    renamed();
  }

  /// What is where something else is: slices, reshaped values, and the beginnings of others.
  void renamed() {
    for (Operation &op : main.getBody().front()) {
      auto kernel = dyn_cast<nn::KernelOp>(op);
      if (kernel && plan.views.contains(kernel) && isa<nn::SliceOp>(rootOf(kernel)))
        viewSlice(kernel, cast<nn::SliceOp>(rootOf(kernel)));
      if (auto prefix = dyn_cast<nn::PrefixOp>(op))
        placed(prefix.getResult(), plan.placements.lookup(prefix.getOperand()));
      auto reshape = dyn_cast<nn::ReshapeOp>(op);
      if (!reshape || nn::isRecipe(reshape.getOperand()))
        continue;
      Placement placement = plan.placements.lookup(reshape.getOperand());
      if (columnsOf(reshape.getResult()) != columnsOf(reshape.getOperand()))
        placement.rowStride = columnsOf(reshape.getResult());
      placed(reshape.getResult(), placement);
    }
  }

  /// Whoever computes or reads a part of a join, or rows that lie farther apart, sees gaps between them.
  void strided() {
    for (nn::KernelOp kernel : kernelsOf(main)) {
      auto hasGaps = [&](Value value) {
        auto found = plan.placements.find(value);
        return found != plan.placements.end() && found->second.rowStride != columnsOf(value);
      };
      if (llvm::any_of(kernel.getInputs(), hasGaps) || llvm::any_of(kernel.getResults(), hasGaps))
        planByRows(kernel);
      if (Value rows = leftRows(kernel); rows && plan.placements.contains(rows))
        setLeftStride(kernel, plan.placements.lookup(rows).rowStride);
    }
  }

  void lifetimes() {
    SmallVector<Operation *> steps = stepsOf(main);
    DenseMap<Operation *, size_t> places;
    for (auto [place, step] : llvm::enumerate(steps))
      places[step] = place;
    for (Operation *step : steps) {
      if (plan.views.contains(step))
        continue;
      // All kernels of a chain run when the last one does.
      auto kernel = dyn_cast<nn::KernelOp>(step);
      size_t index = places[kernel ? chainEnd(kernel) : step];
      auto touchBuffer = [&](int64_t number) {
        if (number < 0)
          return;
        Buffer &buffer = plan.buffers[number];
        buffer.first = std::min(buffer.first, static_cast<int64_t>(index));
        buffer.last = std::max(buffer.last, static_cast<int64_t>(index));
      };
      auto touch = [&](Value value) {
        auto found = plan.placements.find(value);
        if (found != plan.placements.end() && found->second.kind == Placement::Arena)
          touchBuffer(found->second.index);
      };
      llvm::for_each(step->getOperands(), touch);
      llvm::for_each(step->getResults(), touch);
      StepMemory memory = plan.steps.lookup(step);
      for (int64_t number : {memory.arena, memory.trip, memory.condition})
        touchBuffer(number);
      llvm::for_each(memory.carried, touchBuffer);
    }
  }
};

} // namespace

MemoryPlan codegen::planMemory(func::FuncOp function, const ArenaSizes &callees) {
  Planner planner(function, callees);
  planner.inputs();
  planner.outputs();
  planner.joins();
  planner.rest();
  planner.control();
  planner.strided();
  planner.lifetimes();
  planner.plan.arenaBytes = assignOffsets(function.getContext(), planner.plan.buffers, nn::SymbolRanges(function));
  return std::move(planner.plan);
}
