//===- Stages.h - rows that pass through three stages ---------------------===//
//
// In a pass over a row, the row some rows further on goes through the stage before, and the one as many rows back
// through the stage after: what a stage has to know of a whole row, as a sum of all its lanes, has been joined long
// since, and nothing waits for it.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_STAGES_H
#define MARGAY_CODEGEN_KERNELS_STAGES_H

#include "codegen/kernels/Emit.h"

namespace margay::codegen {

/// Rows [begin, end), of which there is one at least.
struct Stages {
  Emit &e;
  mlir::Value begin, end;
  int64_t apart; ///< Rows from one stage to the next.

  /// Scalars that are known of a row.
  using Facts = llvm::SmallVector<mlir::Value>;
  /// What is to be done for some columns besides.
  using Also = llvm::function_ref<void(mlir::Value column, int64_t width)>;
  struct Passed {
    Facts first;  ///< Of the row that went through the first stage.
    Facts second; ///< Of the row itself.
  };

  /// The first stage alone.
  llvm::function_ref<Facts(mlir::Value row)> first;
  /// The second stage of `row`, of which `facts` are known, with the first one of `next`.
  llvm::function_ref<Passed(mlir::Value row, llvm::ArrayRef<mlir::Value> facts, mlir::Value next, Also also)> pass;
  /// The third stage, of which some columns are done in each pass, and all at the end.
  llvm::function_ref<void(mlir::Value row, llvm::ArrayRef<mlir::Value> facts, mlir::Value column, int64_t width)>
      finish;
  llvm::function_ref<void(mlir::Value row, llvm::ArrayRef<mlir::Value> facts)> finishRow;

  void run() const;
};

/// How far apart rows of so many columns go: their joining of lanes takes as long as some hundred columns. Those in the
/// stages are to be in the first-level cache.
int64_t rowsBetweenStages(int64_t columns, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_STAGES_H
