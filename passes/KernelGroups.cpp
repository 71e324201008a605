//===- KernelGroups.cpp - which operations become one kernel --------------===//
//
//   0. Attention is a kernel of several roots: see AttentionGroups.h.
//   1. A root takes the longest run of elementwise operations behind it of which a single value is used outside. The
//      last root before an operation that follows several has the first claim, and products before all others: an
//      epilogue costs nothing there.
//   2. Elementwise operations that are left form groups, from the last one upwards.
//   3. A group takes elementwise operations that feed its elementwise operations alone.
//   4. A broadcast that something else than elementwise operations reads becomes a group of its own.
//
//===----------------------------------------------------------------------===//

#include "passes/KernelGroups.h"
#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "passes/AttentionGroups.h"
#include "passes/Rewrites.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

bool passes::isRoot(Operation *op) {
  return isa<NNDialect>(op->getDialect()) && !isElementwise(op) &&
         !isa<BroadcastOp, ConstantOp, GetOp, IfOp, KernelOp, LoopOp, ParamOp, PrefixOp, ReshapeOp, YieldOp>(op);
}

bool passes::isElementwise(Operation *op) { return isa<ElementwiseInterface>(op); }

/// Roots whose emitters run elementwise operations on what they have computed while it is in registers. Joining and
/// transposing only move elements: they are copies, done best by themselves.
static bool takesEpilogue(Operation *root) {
  return isa<ContractOp, ConvOp, ConvTransposeOp, NormalizeOp, ReduceOp, SoftmaxOp, WindowOp>(root);
}

static bool isProduct(Operation *op) { return isa<ContractOp, ConvOp>(op); }

namespace {

/// The operations of one function and the groups that they were given to.
class Grouping {
public:
  explicit Grouping(func::FuncOp function);
  SmallVector<KernelGroup> run();

private:
  bool isFree(Operation *op) const { return isElementwise(op) && order.contains(op) && !owner.contains(op); }
  bool inBlockOrder(Operation *a, Operation *b) const { return order.at(a) < order.at(b); }
  SmallVector<Operation *> followers(Operation *root) const;
  void addGroup(ArrayRef<Operation *> ops);
  void groupAttentions();
  void groupRoot(Operation *root);
  void growUp(KernelGroup &group);
  bool needsKernel(BroadcastOp broadcast) const;

  SmallVector<Operation *> ops;        // All that need a kernel, in the block's order.
  DenseMap<Operation *, size_t> order; // Their places in `ops`.
  DenseSet<Operation *> owner;         // Those that are in a group.
  SmallVector<KernelGroup> groups;
};

} // namespace

Grouping::Grouping(func::FuncOp function) {
  for (Operation &op : function.getBody().front()) {
    bool computes = isRoot(&op) || isElementwise(&op) || isa<BroadcastOp>(op);
    if (!computes || llvm::all_of(op.getResults(), isRecipe))
      continue;
    order[&op] = ops.size();
    ops.push_back(&op);
  }
}

/// The elementwise operations of the root's shape that depend on it through nothing but such operations, in the block's
/// order.
SmallVector<Operation *> Grouping::followers(Operation *root) const {
  llvm::SetVector<Operation *> found;
  found.insert(root);
  for (size_t i = 0; i < found.size(); ++i)
    for (Operation *user : found[i]->getUsers())
      if (isFree(user) && sameShape(user->getResult(0).getType(), root->getResult(0).getType()))
        found.insert(user);
  SmallVector<Operation *> sorted(found.begin() + 1, found.end());
  llvm::sort(sorted, [&](Operation *a, Operation *b) { return inBlockOrder(a, b); });
  return sorted;
}

void Grouping::addGroup(ArrayRef<Operation *> members) {
  groups.push_back({SmallVector<Operation *>(members)});
  owner.insert(members.begin(), members.end());
}

/// Makes a group of `root` and as many of its followers as leave a single value that is used outside.
void Grouping::groupRoot(Operation *root) {
  SmallVector<Operation *> members{root};
  size_t best = 1;
  if (takesEpilogue(root)) {
    llvm::append_range(members, followers(root));
    // Where a prefix has a single value that is used outside, that is its last one: so no path leaves the prefix and
    // comes back.
    DenseSet<Operation *> inside;
    for (size_t size = 1; size <= members.size(); ++size) {
      inside.insert(members[size - 1]);
      auto escapes = [&](Operation *op) {
        return llvm::any_of(op->getUsers(), [&](Operation *user) { return !inside.contains(user); });
      };
      if (llvm::count_if(ArrayRef(members).take_front(size), escapes) <= 1)
        best = size;
    }
  }
  addGroup(ArrayRef(members).take_front(best));
}

/// Takes elementwise operations of the same shape that feed elementwise operations of `group` alone.
void Grouping::growUp(KernelGroup &group) {
  DenseSet<Operation *> inside(group.ops.begin(), group.ops.end());
  Type shape = group.ops.back()->getResult(0).getType();
  for (size_t i = 0; i < group.ops.size(); ++i) {
    Operation *member = group.ops[i];
    if (!isElementwise(member)) // A root reads its operands in its own order.
      continue;
    for (Value operand : member->getOperands()) {
      Operation *op = operand.getDefiningOp();
      auto isFed = [&](Operation *user) { return inside.contains(user) && isElementwise(user); };
      if (!op || !isFree(op) || !sameShape(operand.getType(), shape) || !llvm::all_of(op->getUsers(), isFed))
        continue;
      inside.insert(op);
      owner.insert(op);
      group.ops.push_back(op);
      i = -1; // Operations seen before may now feed the group alone.
      break;
    }
  }
  llvm::sort(group.ops, [&](Operation *a, Operation *b) { return inBlockOrder(a, b); });
}

bool Grouping::needsKernel(BroadcastOp broadcast) const {
  return llvm::any_of(broadcast->getUsers(), [](Operation *user) { return !isElementwise(user); });
}

/// Gives each attention a group, with its operations in the block's order.
void Grouping::groupAttentions() {
  for (Operation *op : ops)
    if (auto product = dyn_cast<ContractOp>(op)) {
      SmallVector<Operation *> members = attentionOf(product);
      auto isFree = [&](Operation *member) { return order.contains(member) && !owner.contains(member); };
      if (members.empty() || !llvm::all_of(members, isFree))
        continue;
      llvm::sort(members, [&](Operation *a, Operation *b) { return inBlockOrder(a, b); });
      addGroup(members);
    }
}

SmallVector<KernelGroup> Grouping::run() {
  groupAttentions();
  for (bool products : {true, false})
    for (Operation *op : llvm::reverse(ops))
      if (isRoot(op) && isProduct(op) == products && !owner.contains(op))
        groupRoot(op);
  for (KernelGroup &group : groups)
    growUp(group);
  for (Operation *op : llvm::reverse(ops)) {
    if (isFree(op)) {
      addGroup(op);
      growUp(groups.back());
    } else if (auto broadcast = dyn_cast<BroadcastOp>(op); broadcast && needsKernel(broadcast)) {
      addGroup(op);
    }
  }
  llvm::sort(groups,
             [&](const KernelGroup &a, const KernelGroup &b) { return inBlockOrder(a.ops.back(), b.ops.back()); });
  return std::move(groups);
}

SmallVector<KernelGroup> passes::groupKernels(func::FuncOp function) { return Grouping(function).run(); }
