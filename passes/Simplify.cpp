//===- Simplify.cpp - the algebra that leaves less to compute -------------===//

#include "passes/Simplify.h"
#include "ir/Ops.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_SIMPLIFYPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;

namespace {

struct SimplifyPass : passes::impl::SimplifyPassBase<SimplifyPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    passes::populateAlgebraPatterns(patterns);
    passes::populateSpellingPatterns(patterns);
    passes::populateShapePatterns(patterns);
    passes::populateScalePatterns(patterns);
    passes::applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
