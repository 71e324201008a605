//===- AttentionGroups.cpp - products around a softmax as one kernel ------===//

#include "passes/AttentionGroups.h"
#include "ir/Recipe.h"
#include "passes/KernelGroups.h"
#include "passes/Rewrites.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// Whether there is one dimension of each role but `b`, the last one has one of the roles `last`, and all sizes but
/// those of batches are known.
static bool isStack(Value operand, StringRef roles, StringRef last) {
  auto type = cast<RankedTensorType>(operand.getType());
  auto fits = [&](auto pair) {
    auto [role, size] = pair;
    return role == 'b' || (roles.count(role) == 1 && !ShapedType::isDynamic(size) && size > 0);
  };
  return roles.size() == roles.count('b') + 2 && last.contains(roles.back()) &&
         llvm::all_of(llvm::zip_equal(roles, type.getShape()), fits);
}

static bool isProductOfStacks(ContractOp op) {
  return isa<Float32Type>(elementOf(op)) && !isRecipe(op.getRhs()) && isStack(op.getLhs(), op.getLhsRoles(), "k") &&
         isStack(op.getRhs(), op.getRhsRoles(), "kn");
}

/// The product that a softmax is of, after elementwise operations, which `members` takes, too; or null.
static ContractOp scoresOf(SoftmaxOp softmax, llvm::SetVector<Operation *> &members) {
  ContractOp scores;
  members.insert(softmax);
  for (size_t i = 0; i < members.size(); ++i)
    for (Value operand : members[i]->getOperands()) {
      Operation *op = operand.getDefiningOp();
      auto isMember = [&](Operation *user) { return members.contains(user); };
      if (!op || members.contains(op) || !sameShape(operand.getType(), softmax.getType()) ||
          !llvm::all_of(op->getUsers(), isMember))
        continue;
      auto contract = dyn_cast<ContractOp>(op);
      if (contract && !scores && isProductOfStacks(contract)) {
        scores = contract;
        // What a product reads is its own affair.
      } else if (isElementwise(op)) {
        members.insert(op);
      }
    }
  if (scores)
    members.insert(scores);
  return scores;
}

/// The transpose that alone reads `product`, if rows stay whole and batches in order.
static TransposeOp transposeOf(ContractOp product) {
  if (!product->hasOneUse())
    return {};
  auto transpose = dyn_cast<TransposeOp>(*product->user_begin());
  int64_t rank = rankOf(product);
  if (!transpose || transpose.getPermutation().back() != rank - 1)
    return {};
  SmallVector<int64_t> batches;
  for (int64_t axis : transpose.getPermutation())
    if (axis < rank - 2)
      batches.push_back(axis);
  return llvm::is_sorted(batches) ? transpose : TransposeOp();
}

SmallVector<Operation *> passes::attentionOf(ContractOp product) {
  auto softmax = product.getLhs().getDefiningOp<SoftmaxOp>();
  bool isOrdered = product.getLhsRoles().ends_with("mk");
  if (!softmax || softmax.getLog() || !softmax->hasOneUse() || !isOrdered || !isProductOfStacks(product) ||
      static_cast<int64_t>(softmax.getAxis()) != rankOf(softmax) - 1)
    return {};
  // A few rows are not worth packing keys and values for.
  constexpr int64_t fewRows = 16;
  if (softmax.getType().getDimSize(softmax.getAxis() - 1) < fewRows)
    return {};
  llvm::SetVector<Operation *> members;
  ContractOp scores = scoresOf(softmax, members);
  if (!scores)
    return {};
  SmallVector<Operation *> ops(members.begin(), members.end());
  ops.push_back(product);
  if (TransposeOp transpose = transposeOf(product))
    ops.push_back(transpose);
  return ops;
}
