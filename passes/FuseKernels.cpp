//===- FuseKernels.cpp - groups of operations become kernels --------------===//
//
//   %c = nn.conv %x, %w {…}        %y = nn.kernel "conv1" (%0 = %x, %1 = %w, %2 = %bias : tensor<1x1x1x8xf32>) {
//   %b = nn.broadcast %bias          %3 = nn.conv %0, %1 {…}
//   %s = nn.add %c, %b         ─▶    %4 = nn.broadcast %2
//   %y = nn.relu %s                  %5 = nn.add %3, %4
//                                    %6 = nn.relu %5
//                                    nn.yield %6
//                                  }
//
// Then each result of the function gets a kernel of its own: arguments, recipes and values returned twice are copied.
// Where a size depends on data, so are results that were known before it: a call may find that there is no room, and
// then has written nothing.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "passes/CopyKernel.h"
#include "passes/KernelGroups.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace margay::passes {
#define GEN_PASS_DEF_FUSEKERNELSPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// The name that a location gives, or nothing.
static StringRef nameIn(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName();
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (StringRef name = nameIn(part); !name.empty())
        return name;
  return {};
}

/// What a kernel is named after: its root, or else the last operation.
static Operation *namesake(const KernelGroup &group) {
  auto root = llvm::find_if(group.ops, isRoot);
  return root == group.ops.end() ? group.ops.back() : *root;
}

namespace {

/// Builds the kernels of one function.
class KernelBuilder {
public:
  explicit KernelBuilder(func::FuncOp function) : function(function), builder(function.getContext()) {}

  void build(const KernelGroup &group);
  void ownPrefix(PrefixOp op);
  void ownResults(func::ReturnOp op);

private:
  StringAttr uniqueName(StringRef wish);
  KernelOp createKernel(Location loc, StringRef name, ValueRange inputs, TypeRange results);

  func::FuncOp function;
  OpBuilder builder;
  llvm::StringSet<> names;
};

} // namespace

StringAttr KernelBuilder::uniqueName(StringRef wish) {
  std::string name = wish.str();
  for (unsigned number = 2; !names.insert(name).second; ++number)
    name = (wish + "_" + Twine(number)).str();
  return builder.getStringAttr(name);
}

/// An empty kernel; the caller fills its block.
KernelOp KernelBuilder::createKernel(Location loc, StringRef name, ValueRange inputs, TypeRange results) {
  auto kernel = KernelOp::create(builder, loc, results, uniqueName(name), inputs, PlanAttr());
  Block &block = kernel.getBody().emplaceBlock();
  for (Value input : inputs)
    block.addArgument(input.getType(), input.getLoc());
  return kernel;
}

/// The broadcast that the kernel of an elementwise operation has its own copy of, or null.
static BroadcastOp innerBroadcast(Operation *reader, Value operand) {
  return isElementwise(reader) ? operand.getDefiningOp<BroadcastOp>() : nullptr;
}

void KernelBuilder::build(const KernelGroup &group) {
  DenseSet<Operation *> members(group.ops.begin(), group.ops.end());
  llvm::SetVector<Value> inputs;
  for (Operation *op : group.ops)
    for (Value operand : op->getOperands()) {
      BroadcastOp broadcast = innerBroadcast(op, operand);
      Value source = broadcast ? broadcast.getOperand() : operand;
      if (!members.contains(source.getDefiningOp()))
        inputs.insert(source);
    }

  Operation *last = group.ops.back(), *namer = namesake(group);
  StringRef name = nameIn(namer->getLoc());
  builder.setInsertionPoint(last);
  KernelOp kernel = createKernel(namer->getLoc(), name.empty() ? namer->getName().stripDialect() : name,
                                 inputs.getArrayRef(), last->getResultTypes());

  IRMapping inner;
  inner.map(inputs.getArrayRef(), kernel.getBlock()->getArguments());
  builder.setInsertionPointToStart(kernel.getBlock());
  for (Operation *op : group.ops) {
    for (Value operand : op->getOperands())
      if (BroadcastOp broadcast = innerBroadcast(op, operand); broadcast && !inner.contains(operand))
        builder.clone(*broadcast, inner);
    builder.clone(*op, inner);
  }
  auto yielded = llvm::map_to_vector(last->getResults(), [&](Value result) { return inner.lookup(result); });
  YieldOp::create(builder, last->getLoc(), yielded);

  last->replaceAllUsesWith(kernel);
  for (Operation *op : llvm::reverse(group.ops))
    op->erase();
}

/// The value that a chain of reshapes renames.
static Value unreshaped(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getOperand();
  return value;
}

/// A prefix lies where the whole does, so a kernel makes that.
void KernelBuilder::ownPrefix(PrefixOp op) {
  builder.setInsertionPoint(op);
  if (!unreshaped(op.getOperand()).getDefiningOp<KernelOp>())
    op.getOperandMutable().assign(copyKernel(builder, op.getLoc(), uniqueName("copy"), op.getOperand()));
}

/// Copies what is returned but not made by a kernel, or too early, or returned twice.
void KernelBuilder::ownResults(func::ReturnOp op) {
  builder.setInsertionPoint(op);
  Operation *last = nullptr; // Behind it all sizes are known.
  for (PrefixOp prefix : function.getOps<PrefixOp>())
    last = prefix;
  DenseSet<Value> returned;
  for (OpOperand &result : op->getOpOperands()) {
    Value value = unreshaped(result.get());
    auto maker = value.getDefiningOp<KernelOp>();
    bool isEarly = maker && last && maker->isBeforeInBlock(last);
    if (maker && !isEarly && returned.insert(value).second)
      continue;
    auto name = function.getResultAttrOfType<StringAttr>(result.getOperandNumber(), nameAttribute);
    result.set(copyKernel(builder, op.getLoc(), uniqueName(name ? name.getValue() : "copy"), result.get()));
  }
}

/// Erases broadcasts of which each kernel now has its own, and what fed them alone.
static void eraseUnused(func::FuncOp function) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

namespace {

struct FuseKernelsPass : passes::impl::FuseKernelsPassBase<FuseKernelsPass> {
  void runOnOperation() override {
    for (func::FuncOp function : functionsOf(getOperation())) {
      KernelBuilder kernels(function);
      for (const KernelGroup &group : groupKernels(function))
        kernels.build(group);
      for (PrefixOp prefix : function.getOps<PrefixOp>())
        kernels.ownPrefix(prefix);
      kernels.ownResults(cast<func::ReturnOp>(function.getBody().front().getTerminator()));
      eraseUnused(function);
    }
  }
};

} // namespace
