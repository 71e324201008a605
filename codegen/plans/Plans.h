//===- Plans.h - which algorithm computes a kernel, and in which units ----===//
//
// The one place that decides. A plan names an algorithm (an emitter of codegen/kernels) and its numbers:
//
//   #nn.plan<"conv", {task = 14 : i64}>     `task`: units that are worth a task of their own; of how many such parts a
//   task is, the runtime decides by the number of workers
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_PLANS_H
#define MARGAY_CODEGEN_PLANS_PLANS_H

#include "codegen/Target.h"
#include "ir/Dim.h"
#include "ir/Ops.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>

namespace margay::codegen {

class KernelBuilder;

/// How a constant input of a kernel is laid out in the weights.
enum class WeightFormat {
  RowMajor,
  Panels, ///< [groups][columns / 16][depth][16], where the last dimension is the columns (of all groups) and all others
          ///< the depth
  PairPanels, ///< [columns / 16][ceil(depth / 2)][16][2]: the same of bf16, with neighbours in the depth side by side
  Winograd,   ///< [columns / 16][points][channels][16]: filters as Winograd's tiles multiply them
};

/// An algorithm: how it is emitted, and what its unit of work is.
///
/// Units are independent of each other. What cannot be cut into such units alone is cut into phases first: a phase
/// needs what the one before has made of all units, so on several threads all tasks of one are done before the next
/// begins. KernelBuilder::phases says which ones a call computes: one, or on one thread all.
struct Algorithm {
  llvm::StringLiteral name;
  void (*emit)(KernelBuilder &);
  /// How many units a kernel has.
  nn::DimAttr (*units)(nn::KernelOp);
  /// How many phases; null where it is one.
  nn::DimAttr (*phases)(nn::KernelOp) = nullptr;
  /// How its constant second operand (the root's) is packed.
  WeightFormat weights = WeightFormat::RowMajor;
  /// A task's units are a multiple of this, so that tiles are whole.
  int64_t granule = 1;
  /// The same where it depends on the kernel; null where not.
  int64_t (*granuleOf)(nn::KernelOp) = nullptr;
  /// Units in a task, where the usual estimate of their work does not fit; null where it does.
  int64_t (*taskOf)(nn::KernelOp) = nullptr;
  /// The same where it depends on a call's sizes; null where it is the plan's number `task`.
  nn::DimAttr (*taskOfCall)(nn::KernelOp) = nullptr;
  /// What a task needs of the scratch memory at a level; null where nothing.
  int64_t (*scratchBytes)(nn::KernelOp, const Level &) = nullptr;
};

/// The algorithm that a kernel's plan names.
const Algorithm &algorithmOf(nn::KernelOp kernel);

/// Gives every kernel in `main` a plan. `strict` allows plain multiply-adds only. Joined faults for all that no
/// algorithm can compute. Where there was more than one way to compute a kernel, a line of `explanation` says which
/// were considered, and what they were estimated to take.
llvm::Error selectPlans(mlir::ModuleOp module, bool strict, std::string &explanation);

/// Puts a number into a kernel's plan.
void setNumber(nn::KernelOp kernel, llvm::StringRef name, int64_t value);

/// For when a tensor of the kernel turns out to lie within a wider one: its elements are not one run, so they are
/// computed row by row.
void planByRows(nn::KernelOp kernel);

/// What a task of the kernel needs of the scratch memory at a level.
int64_t scratchBytes(nn::KernelOp kernel, const Level &level);

/// The format of a kernel's input.
WeightFormat weightFormat(nn::KernelOp kernel, unsigned input);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_PLANS_H
