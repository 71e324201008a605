//===- Recurrent.h - how recurrent cells are cut --------------------------===//
//
// Sequences are independent of each other, a step needs all hidden units of the one before. So either
//
//   sequences are the units, and each call computes all of their steps: "recurrent", "recurrent-packed"; or
//   steps are phases (see Plans.h), whose units are panels of 16 hidden units of all sequences: "recurrent-steps",
//   where sequences are few, and a step is enough work for several threads.
//
// Some sequences at a time are multiplied with weights that are read once for them.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_RECURRENT_H
#define MARGAY_CODEGEN_PLANS_RECURRENT_H

#include "codegen/Target.h"
#include "ir/Dim.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// The algorithm for a cell, whose weights are `constant` or not.
llvm::StringRef chooseRecurrent(nn::RecurrentOp op, bool constant);

/// Sequences that are computed together, at most.
inline constexpr int64_t mostSequences = 4;

/// What is computed together.
struct RecurrentTile {
  int64_t sequences = 1; ///< At most; the rest of their number takes tiles of halving size.
  int64_t columns = 1;   ///< Hidden units: of some panels, or a register's where weights are not packed.
};
RecurrentTile recurrentTile(nn::RecurrentOp op, bool packed, const Level &level);
/// How many of `gates` gates' sums are in registers at the same time, for so many sequences.
int64_t gatesTogether(nn::RecurrentOp op, int64_t gates, int64_t sequences, const RecurrentTile &tile,
                      const Level &level);

/// A gru that resets its state before it multiplies it needs all reset gates first: a step has two parts.
int64_t partsOfStep(nn::RecurrentOp op);
/// Gates of a cell.
int64_t gatesOf(nn::RecurrentOp op);

// Of the algorithm "recurrent-steps".
nn::DimAttr recurrentPanels(nn::KernelOp kernel);
nn::DimAttr recurrentPhases(nn::KernelOp kernel);
int64_t recurrentTask(nn::KernelOp kernel);

// Of all.
nn::DimAttr recurrentSequences(nn::KernelOp kernel);
int64_t recurrentScratchBytes(nn::KernelOp kernel, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_RECURRENT_H
