//===- MemoryMap.cpp - what lies where in the arena, and when -------------===//

#include "tools/driver/MemoryMap.h"
#include "codegen/memory/MemoryPlan.h"
#include "tools/driver/Sizes.h"
#include "llvm/ADT/STLExtras.h"

using namespace margay;
using namespace margay::driver;

/// Plans a function after those that it calls, as code generation does.
static codegen::MemoryPlan planOf(mlir::func::FuncOp function, codegen::ArenaSizes &sizes) {
  auto module = function->getParentOfType<mlir::ModuleOp>();
  for (mlir::Operation *step : codegen::stepsOf(function))
    for (llvm::StringRef callee : codegen::calleesOf(step))
      if (!sizes.contains(callee))
        planOf(module.lookupSymbol<mlir::func::FuncOp>(callee), sizes);
  codegen::MemoryPlan plan = codegen::planMemory(function, sizes);
  sizes[function.getName()] = plan.arenaBytes;
  return plan;
}

static std::string nameOf(mlir::Operation *step) {
  if (auto kernel = mlir::dyn_cast<nn::KernelOp>(step))
    return kernel.getName().str();
  return step->getName().stripDialect().str();
}

MemoryMap margay::driver::memoryMap(const Graph &graph, const llvm::StringMap<int64_t> &symbols) {
  Sizes sizes(symbols);
  // Planning notes in the kernels what it finds, so it works on a copy.
  mlir::OwningOpRef<mlir::ModuleOp> copy = mlir::ModuleOp(graph.module.get()).clone();
  auto main = copy->lookupSymbol<mlir::func::FuncOp>(nn::mainFunction);
  codegen::ArenaSizes arenas;
  codegen::MemoryPlan plan = planOf(main, arenas);

  MemoryMap map;
  map.bytes = static_cast<int64_t>(sizes.valueOf(plan.arenaBytes));
  std::vector<std::vector<std::string>> names(plan.buffers.size());
  auto note = [&](int64_t buffer, const std::string &name) {
    if (buffer >= 0 && !llvm::is_contained(names[buffer], name))
      names[buffer].push_back(name);
  };
  for (mlir::Operation *step : codegen::stepsOf(main)) {
    std::string name = nameOf(step);
    map.steps.push_back(name);
    for (mlir::Value result : step->getResults())
      if (auto at = plan.placements.find(result);
          at != plan.placements.end() && at->second.kind == codegen::Placement::Arena)
        note(at->second.index, name);
    codegen::StepMemory memory = plan.steps.lookup(step);
    for (int64_t buffer : {memory.arena, memory.trip, memory.condition})
      note(buffer, name);
    for (int64_t buffer : memory.carried)
      note(buffer, name);
  }
  for (auto [index, buffer] : llvm::enumerate(plan.buffers)) {
    if (buffer.last < 0)
      continue; // Nobody uses it.
    std::string name;
    for (const std::string &step : names[index])
      name += (name.empty() ? "" : ", ") + step;
    map.buffers.push_back({name, static_cast<int64_t>(sizes.valueOf(buffer.offset)),
                           static_cast<int64_t>(sizes.valueOf(buffer.bytes)), buffer.first, buffer.last});
  }
  return map;
}
