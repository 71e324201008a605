//===- ProtectStates.cpp - states are read before they are overwritten ----===//
//
//   func.func @main(%x, %h {nn.state = 0})               func.func @main(%x, %h {nn.state = 0})
//     %n = nn.kernel "new" (%x, %h) { contract … }         %n = nn.kernel "new" (%x, %h) { contract … }
//     %d = nn.kernel "change" (%n, %h) { sub }      ─▶     %d = nn.kernel "change" (%n, %h) { sub }
//     return %n, %d                                        %c = nn.kernel "h_new" (%n) { copy }
//                                                          return %c, %d
//
// %h and the first result are one region. "new" would write into it while it and "change" still need what is there.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/States.h"
#include "passes/CopyKernel.h"
#include "passes/KernelGroups.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_PROTECTSTATESPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// What reads the elements of `value`, itself or seen through reshapes.
static SmallVector<OpOperand *> readsOf(Value value) {
  SmallVector<OpOperand *> reads;
  SmallVector<Value> names{value};
  while (!names.empty())
    for (OpOperand &use : names.pop_back_val().getUses())
      if (auto reshape = dyn_cast<ReshapeOp>(use.getOwner()))
        names.push_back(reshape.getResult());
      else
        reads.push_back(&use);
  return reads;
}

/// Whether a kernel has read an element of this operand by the time it writes the one with the same index, and no
/// element twice: all of it is elementwise, and so is what takes the operand.
static bool readsInPlace(KernelOp kernel, OpOperand &operand) {
  Block *block = kernel.getBlock();
  if (llvm::any_of(block->without_terminator(), [](Operation &op) { return isRoot(&op); }))
    return false;
  return llvm::all_of(block->getArgument(operand.getOperandNumber()).getUsers(),
                      [](Operation *user) { return isElementwise(user) || isa<YieldOp>(user); });
}

/// Whether `writer` would overwrite elements of `state` that somebody has still to read.
static bool writesTooEarly(Operation *writer, Value state) {
  return llvm::any_of(readsOf(state), [&](OpOperand *read) {
    // A read within an operation's region counts as the operation's.
    Operation *reader = writer->getBlock()->findAncestorOpInBlock(*read->getOwner());
    auto kernel = dyn_cast<KernelOp>(reader);
    if (reader == writer)
      return reader != read->getOwner() || !kernel || !readsInPlace(kernel, *read);
    return writer->isBeforeInBlock(reader);
  });
}

/// A name for the kernel that copies the result with this number.
static StringAttr nameOfCopy(func::FuncOp function, unsigned result) {
  auto given = function.getResultAttrOfType<StringAttr>(result, nameAttribute);
  const std::string wish = given ? given.str() : "state";
  std::string name = wish;
  auto isTaken = [&] {
    return llvm::any_of(function.getOps<KernelOp>(), [&](KernelOp kernel) { return kernel.getName() == name; });
  };
  for (unsigned number = 2; isTaken(); ++number)
    name = wish + "_" + std::to_string(number);
  return StringAttr::get(function.getContext(), name);
}

static void protectStates(func::FuncOp function) {
  auto terminator = cast<func::ReturnOp>(function.getBody().front().getTerminator());
  OpBuilder builder(terminator);
  for (BlockArgument state : function.getArguments()) {
    std::optional<unsigned> result = stateResult(function, state.getArgNumber());
    if (!result)
      continue;
    OpOperand &returned = terminator->getOpOperand(*result);
    Value made = returned.get();
    while (auto reshape = made.getDefiningOp<ReshapeOp>())
      made = reshape.getOperand();
    if (Operation *writer = made.getDefiningOp(); writer && writesTooEarly(writer, state))
      returned.set(copyKernel(builder, terminator.getLoc(), nameOfCopy(function, *result), returned.get()));
  }
}

namespace {

struct ProtectStatesPass : passes::impl::ProtectStatesPassBase<ProtectStatesPass> {
  void runOnOperation() override { llvm::for_each(functionsOf(getOperation()), protectStates); }
};

} // namespace
