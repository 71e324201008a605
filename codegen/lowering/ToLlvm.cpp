//===- ToLlvm.cpp - from loops and vectors to LLVM IR ---------------------===//
//
//   math.exp …          ─ expandMath ─▶  arith (our polynomials)
//   scf.for             ─▶ cf.br / cf.cond_br
//   vector, math, arith ─▶ llvm
//   cf                  ─▶ llvm
//
//===----------------------------------------------------------------------===//

#include "codegen/lowering/ToLlvm.h"
#include "codegen/math/ExpandMath.h"
#include "ir/Fault.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static void buildLowering(OpPassManager &manager) {
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(arith::createArithExpandOpsPass());
  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
}

void codegen::registerLowering(MLIRContext &context) {
  // What the emitters write, and what the passes name even if they never make it: a dialect that was loaded while
  // levels are compiled in several threads would be a race.
  DialectRegistry registry;
  registry.insert<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect,
                  vector::VectorDialect>();
  PassManager manager(&context);
  buildLowering(manager);
  manager.getDependentDialects(registry);
  context.appendDialectRegistry(registry);
  for (StringRef name : registry.getDialectNames())
    context.getOrLoadDialect(name);
  registerBuiltinDialectTranslation(context);
  registerLLVMDialectTranslation(context);
}

llvm::Expected<std::unique_ptr<llvm::Module>> codegen::lowerToLlvm(ModuleOp module, const Level &level,
                                                                   llvm::LLVMContext &context) {
  expandMath(module, level);
  PassManager manager(module.getContext());
  buildLowering(manager);
  if (failed(manager.run(module)))
    return makeFault(Fault::Internal, "kernels could not be lowered to LLVM");
  std::unique_ptr<llvm::Module> result = translateModuleToLLVMIR(module, context, "margay");
  if (!result)
    return makeFault(Fault::Internal, "kernels could not be translated to LLVM IR");
  return result;
}
