//===- Pipeline.cpp - the passes in order ---------------------------------===//

#include "passes/Pipeline.h"
#include "ir/Ops.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

namespace margay::passes {
#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace margay;
using namespace margay::passes;

static constexpr Step inference[] = {
    {"outline-regions", createOutlineRegionsPass},
    {"freeze-params", createFreezeParamsPass},
    // Which products have a constant matrix is known now.
    {"widen-half", createWidenHalfPass},
    {"canonicalize", mlir::createCanonicalizerPass},
    // Weights that are read twice count as shared from here on.
    {"cse", mlir::createCSEPass},
    {"fold-constants", createFoldConstantsPass},
    {"simplify", createSimplifyPass},
    {"lower-conv-transpose", createLowerConvTransposePass},
    {"propagate-layout", createPropagateLayoutPass},
    // Convolutions and what follows them have met: scales can go into weights now.
    {"simplify again", createSimplifyPass},
    {"normalize-roles", createNormalizeRolesPass},
    {"round-products", createRoundProductsPass},
    {"narrow-products", createNarrowProductsPass},
    // Transposes and reshapes that now meet become one; equal ones of a shared operand are merged.
    {"canonicalize again", mlir::createCanonicalizerPass},
    {"cse again", mlir::createCSEPass},
    {"fold-constants again", createFoldConstantsPass},
    {"sink-reshapes", createSinkReshapesPass},
    // Nothing may merge kernels: each result of the function has its own.
    {"fuse-kernels", createFuseKernelsPass},
    {"protect-states", createProtectStatesPass},
    {"verify-kernels", createVerifyKernelsPass},
};

llvm::ArrayRef<Step> passes::inferenceSteps() { return inference; }

void passes::buildInferencePipeline(mlir::OpPassManager &manager) {
  for (const Step &step : inferenceSteps())
    manager.addPass(step.create());
}

void passes::registerPasses() {
  registerMargayPasses();
  mlir::PassPipelineRegistration<> inferencePipeline("nn-inference", "Imported network to kernels",
                                                     buildInferencePipeline);
}
