//===- VerifyKernels.cpp - the contract with code generation, as a pass ---===//

#include "ir/Ops.h"
#include "passes/Contracts.h"
#include "passes/Passes.h"

namespace margay::passes {
#define GEN_PASS_DEF_VERIFYKERNELSPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace margay;

namespace {

struct VerifyKernelsPass : passes::impl::VerifyKernelsPassBase<VerifyKernelsPass> {
  void runOnOperation() override {
    if (failed(passes::verifyKernels(getOperation())))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
