//===- Optimize.cpp - LLVM's passes for code in its final shape -----------===//

#include "codegen/emit/Optimize.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Utils/LowerMemIntrinsics.h"

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

/// As many bytes as the back end copies or sets without a call on every level.
static constexpr uint64_t inlineBytes = 64;

/// Whether the back end would turn this into a call of the C library, which a model may not have.
static bool becomesCall(const MemIntrinsic &memory) {
  auto *bytes = dyn_cast<ConstantInt>(memory.getLength());
  return !bytes || bytes->getZExtValue() > inlineBytes;
}

static void expandMemoryCalls(Function &function, TargetMachine &machine) {
  SmallVector<MemIntrinsic *> calls;
  for (Instruction &instruction : instructions(function))
    if (auto *memory = dyn_cast<MemIntrinsic>(&instruction); memory && becomesCall(*memory))
      calls.push_back(memory);
  if (calls.empty())
    return;
  TargetTransformInfo costs = machine.getTargetTransformInfo(function);
  for (MemIntrinsic *memory : calls) {
    if (auto *copy = dyn_cast<MemCpyInst>(memory))
      expandMemCpyAsLoop(copy, costs);
    else if (auto *move = dyn_cast<MemMoveInst>(memory))
      expandMemMoveAsLoop(move, costs);
    else
      expandMemSetAsLoop(cast<MemSetInst>(memory));
    memory->eraseFromParent();
  }
}

static void setAttributes(Function &function, const TargetMachine &machine, const Level &level) {
  // Whatever the front end wrote about CPUs, builtins, frames or unwinding: there is one answer for a level.
  for (StringRef kind : {"frame-pointer", "stack-protector-buffer-size", "tune-cpu", "min-legal-vector-width",
                         "no-trapping-math", "probe-stack"})
    function.removeFnAttr(kind);
  function.addFnAttr("target-cpu", machine.getTargetCPU());
  function.addFnAttr("target-features", machine.getTargetFeatureString());
  function.addFnAttr("no-builtins");
  function.addFnAttr("prefer-vector-width", std::to_string(level.vectorBytes * 8)); // LLVM would halve AVX-512's
  function.removeFnAttr(Attribute::UWTable);
  function.removeFnAttr(Attribute::StackProtectStrong);
  function.setDoesNotThrow();
}

void codegen::prepareModule(Module &module, TargetMachine &machine, const Level &level) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  module.setSourceFileName("");
  module.setModuleIdentifier("");
  StripDebugInfo(module);
  if (NamedMDNode *ident = module.getNamedMetadata("llvm.ident"))
    module.eraseNamedMetadata(ident);
  if (NamedMDNode *flags = module.getModuleFlagsMetadata())
    module.eraseNamedMetadata(flags);
  module.setPICLevel(PICLevel::BigPIC);
  for (Function &function : module)
    if (!function.isDeclaration()) {
      setAttributes(function, machine, level);
      expandMemoryCalls(function, machine);
    }
}

void codegen::runPasses(Module &module, TargetMachine &machine) {
  PassBuilder builder(&machine);
  LoopAnalysisManager loopAnalyses;
  FunctionAnalysisManager functionAnalyses;
  CGSCCAnalysisManager callAnalyses;
  ModuleAnalysisManager moduleAnalyses;
  builder.registerModuleAnalyses(moduleAnalyses);
  builder.registerCGSCCAnalyses(callAnalyses);
  builder.registerFunctionAnalyses(functionAnalyses);
  builder.registerLoopAnalyses(loopAnalyses);
  builder.crossRegisterProxies(loopAnalyses, functionAnalyses, callAnalyses, moduleAnalyses);

  FunctionPassManager passes;
  passes.addPass(SROAPass(SROAOptions::ModifyCFG));
  passes.addPass(EarlyCSEPass(/*UseMemorySSA=*/false));
  passes.addPass(InstCombinePass());
  passes.addPass(SimplifyCFGPass());
  passes.addPass(createFunctionToLoopPassAdaptor(LICMPass(LICMOptions()), /*UseMemorySSA=*/true));
  passes.addPass(EarlyCSEPass(/*UseMemorySSA=*/true));
  passes.addPass(InstCombinePass());
  for (Function &function : module)
    if (!function.isDeclaration())
      passes.run(function, functionAnalyses);
}
