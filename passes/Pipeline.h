//===- Pipeline.h - the passes in order -----------------------------------===//

#ifndef MARGAY_PASSES_PIPELINE_H
#define MARGAY_PASSES_PIPELINE_H

#include "mlir/Pass/Pass.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <memory>

namespace margay::passes {

/// On a module: what products with a constant matrix read is rounded to bf16 (`--precision bf16`).
inline constexpr llvm::StringLiteral roundsProductsAttribute = "nn.rounds_products";

/// A step of the pipeline: a pass over the module and what to call it.
struct Step {
  llvm::StringLiteral name;
  std::unique_ptr<mlir::Pass> (*create)();
};

/// What turns an imported network into kernels, in order. Between any two of them the graph means the same.
llvm::ArrayRef<Step> inferenceSteps();

/// Adds these steps to a pass manager over modules.
void buildInferencePipeline(mlir::OpPassManager &manager);

/// Makes the passes, and the pipeline as `nn-inference`, known to command lines.
void registerPasses();

} // namespace margay::passes

#endif // MARGAY_PASSES_PIPELINE_H
