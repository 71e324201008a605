//===- Passes.h - the passes over the nn graph ----------------------------===//

#ifndef MARGAY_PASSES_PASSES_H
#define MARGAY_PASSES_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace margay::passes {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

} // namespace margay::passes

#endif // MARGAY_PASSES_PASSES_H
