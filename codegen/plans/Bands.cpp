//===- Bands.cpp - kernels that are computed together, some image rows at a time ---===//

#include "codegen/plans/Bands.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/plans/ConvUnits.h"
#include "codegen/plans/PatchRuns.h"
#include "codegen/plans/Plans.h"
#include "ir/Recipe.h"
#include "ir/States.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

//===----------------------------------------------------------------------===//
// Chains
//===----------------------------------------------------------------------===//

static int64_t number(nn::KernelOp kernel, StringRef name) {
  nn::PlanAttr plan = kernel.getPlanAttr();
  return plan ? plan.get(name, 0) : 0;
}

bool codegen::isInner(nn::KernelOp kernel) { return number(kernel, "kept") > 0; }

/// Whoever computes what the root reads as its first operand; null where no kernel does.
static nn::KernelOp producerOf(nn::KernelOp kernel) {
  Operation *root = rootOf(kernel);
  if (!root || root->getNumOperands() == 0)
    return {};
  auto argument = dyn_cast<BlockArgument>(root->getOperand(0));
  return argument ? kernel.getInputs()[argument.getArgNumber()].getDefiningOp<nn::KernelOp>() : nn::KernelOp();
}

SmallVector<nn::KernelOp> codegen::chainOf(nn::KernelOp last) {
  SmallVector<nn::KernelOp> members{last};
  for (nn::KernelOp next = producerOf(last); next && isInner(next); next = producerOf(next))
    members.push_back(next);
  std::reverse(members.begin(), members.end());
  return members;
}

nn::KernelOp codegen::chainEnd(nn::KernelOp kernel) {
  while (isInner(kernel))
    kernel = cast<nn::KernelOp>(*kernel->getUsers().begin());
  return kernel;
}

std::string codegen::chainName(nn::KernelOp last) {
  std::string name;
  for (nn::KernelOp member : chainOf(last))
    name += (name.empty() ? "" : " + ") + member.getName().str();
  return name;
}

/// Dimensions of a kernel's result: [N, H, W, C].
static SmallVector<DimAttr> dimsOf(nn::KernelOp kernel) { return nn::dimsOf(kernel.getResult(0).getType()); }

DimAttr codegen::chainUnits(nn::KernelOp last) {
  if (chainOf(last).size() == 1)
    return algorithmOf(last).units(last);
  SmallVector<DimAttr> dims = dimsOf(last);
  return dims[0] * dims[1];
}

int64_t codegen::keptBytes(nn::KernelOp kernel) {
  SmallVector<DimAttr> dims = dimsOf(kernel);
  auto element = cast<RankedTensorType>(kernel.getResult(0).getType()).getElementType();
  int64_t row = dims[2].getValue() * dims[3].getValue() * storageBytes(element);
  return static_cast<int64_t>(llvm::alignTo(number(kernel, "kept") * row, 64));
}

int64_t codegen::chainScratchBytes(nn::KernelOp last, const Level &level) {
  int64_t own = 0, kept = 0;
  for (nn::KernelOp member : chainOf(last)) {
    own = std::max(own, scratchBytes(member, level));
    if (isInner(member))
      kept += keptBytes(member);
  }
  return static_cast<int64_t>(llvm::alignTo(own, 64)) + kept;
}

static bool isProduct(nn::KernelOp kernel) { return kernel.getPlan()->getAlgorithm().starts_with("gemm"); }

/// Whether a kernel has no root, and is computed row by row.
static bool isElementwise(nn::KernelOp kernel) { return kernel.getPlan()->getAlgorithm() == "elementwise-rows"; }

Axis codegen::bandAxis(nn::KernelOp kernel) {
  if (Operation *root = rootOf(kernel))
    return geometryOf(root).height;
  int64_t rows = dimsOf(kernel)[1].getValue();
  return {.in = rows, .out = rows};
}

int64_t codegen::unitsPerImageRow(nn::KernelOp kernel) {
  return isProduct(kernel) || isElementwise(kernel) ? dimsOf(kernel)[2].getValue() : 1;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// Whether a kernel can compute any range of image rows.
static bool hasRows(nn::KernelOp kernel) {
  StringRef algorithm = kernel.getPlan()->getAlgorithm();
  bool isKnown = llvm::is_contained({"gemm", "gemm-rows", "depthwise", "window"}, algorithm) ||
                 (algorithm == "conv" && sharesRows(kernel));
  Operation *root = rootOf(kernel);
  bool isImages = root ? isKnown && isa<nn::ConvOp, nn::WindowOp>(root) : isElementwise(kernel);
  if (!isImages || kernel.getNumResults() != 1)
    return false;
  SmallVector<DimAttr> dims = dimsOf(kernel);
  return dims.size() == 4 && llvm::all_of(ArrayRef(dims).drop_front(), [](DimAttr dim) { return dim.isConstant(); });
}

/// Whether a kernel's emitter finds the rows that it reads in a ring, or reads but the rows that it computes.
static bool readsBands(nn::KernelOp kernel) {
  StringRef algorithm = kernel.getPlan()->getAlgorithm();
  bool isPlainProduct = (algorithm == "gemm" || algorithm == "gemm-rows") && !hasPatches(rootOf(kernel));
  return isPlainProduct || algorithm == "depthwise" || algorithm == "window";
}

/// Whether what the root reads of a ring is read by nothing else: the epilogue would not find its rows there.
static bool onlyRootReads(nn::KernelOp kernel) {
  Value input = rootOf(kernel)->getOperand(0);
  return input.hasOneUse() || bandAxis(kernel).kernel == 1;
}

bool codegen::readsState(nn::KernelOp kernel) {
  auto function = kernel->getParentOfType<func::FuncOp>();
  return llvm::any_of(kernel.getInputs(), [&](Value input) {
    while (auto reshape = input.getDefiningOp<nn::ReshapeOp>())
      input = reshape.getOperand();
    auto argument = dyn_cast<BlockArgument>(input);
    return argument && nn::stateResult(function, argument.getArgNumber());
  });
}

static int64_t imageBytes(nn::KernelOp kernel) {
  auto type = cast<RankedTensorType>(kernel.getResult(0).getType());
  return llvm::product_of(type.getShape().drop_front()) * storageBytes(type.getElementType());
}

double codegen::millisecondsToMove(nn::KernelOp kernel) {
  return 3.0 * double(imageBytes(kernel)) / planningLevel().cacheBytes * 1e-6;
}

static int64_t weightBytes(nn::KernelOp kernel) {
  int64_t bytes = 0;
  for (Value input : kernel.getInputs())
    if (auto type = cast<RankedTensorType>(input.getType()); nn::isRecipe(input) && type.hasStaticShape())
      bytes += type.getNumElements() * storageBytes(type.getElementType());
  return bytes;
}

namespace {

/// Kernels that may become a chain, and the rows that each computes for a band.
struct Chain {
  SmallVector<nn::KernelOp> members;
  int64_t band = 0;
  SmallVector<int64_t> rows; ///< Of each member's result, at most.

  /// With bands of so many rows.
  Chain(ArrayRef<nn::KernelOp> members, int64_t band)
      : members(members), band(std::min(band, bandAxis(members.back()).out)), rows(members.size()) {
    rows.back() = this->band;
    for (size_t i = members.size() - 1; i > 0; --i) {
      Axis axis = bandAxis(members[i]);
      rows[i - 1] = std::min(axis.in, (rows[i] - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1);
    }
  }

  int64_t keptBytes() const {
    int64_t bytes = 0;
    for (size_t i = 0; i + 1 < members.size(); ++i)
      bytes += imageBytes(members[i]) / bandAxis(members[i]).out * rows[i];
    return bytes;
  }

  int64_t bands() const { return llvm::divideCeil(bandAxis(members.back()).out, band); }

  /// Milliseconds for an image that go into moving what lies in between...
  double timeApart() const {
    double time = 0;
    for (nn::KernelOp member : ArrayRef(members).drop_back())
      time += millisecondsToMove(member);
    return time;
  }
  /// ...and into what a band needs again: weights.
  double timeTogether() const {
    double bytes = 0;
    for (nn::KernelOp member : members)
      bytes += double(weightBytes(member)) * double(bands() - 1);
    return bytes / planningLevel().cacheBytes * 1e-6;
  }
};

} // namespace

/// Whether `kernel` is the one that reads what `producer` computes, which is too much for a second-level cache.
static bool canFollow(nn::KernelOp producer, nn::KernelOp kernel) {
  return producer && hasRows(producer) && producer->hasOneUse() && readsBands(kernel) && onlyRootReads(kernel) &&
         !readsState(producer) && producer->getBlock() == kernel->getBlock() &&
         imageBytes(producer) > planningLevel().blockBytes;
}

/// The longest chain that ends in `last`, and pays.
static std::optional<Chain> chainEndingIn(nn::KernelOp last, const DenseSet<Operation *> &taken) {
  constexpr int64_t bands[] = {2, 1}; // Tiles may be two rows high.
  std::optional<Chain> best;
  if (!hasRows(last) || taken.contains(last))
    return best;
  SmallVector<nn::KernelOp> members{last};
  for (nn::KernelOp producer = producerOf(last); !taken.contains(producer) && canFollow(producer, members.front());
       producer = producerOf(producer)) {
    members.insert(members.begin(), producer);
    auto fits = [&](int64_t band) { return Chain(members, band).keptBytes() <= planningLevel().blockBytes; };
    const int64_t *band = llvm::find_if(bands, fits);
    if (band == std::end(bands))
      break;
    if (Chain chain(members, *band); chain.timeTogether() < chain.timeApart())
      best = chain;
  }
  return best;
}

static void setNumbers(nn::KernelOp kernel, ArrayRef<std::pair<StringRef, int64_t>> more) {
  Builder builder(kernel.getContext());
  NamedAttrList numbers(kernel.getPlan()->getNumbers());
  for (auto [name, value] : more)
    numbers.set(name, builder.getI64IntegerAttr(value));
  // A unit of a product by rows is a pixel, so that a band is some of them.
  StringRef algorithm = kernel.getPlan()->getAlgorithm();
  kernel.setPlanAttr(nn::PlanAttr::get(kernel.getContext(), algorithm == "gemm" ? "gemm-rows" : algorithm,
                                       numbers.getDictionary(kernel.getContext())));
}

/// Image rows in a task: a quarter of an image, or half of it where there would be too many rows that several tasks
/// compute.
static int64_t taskRows(const Chain &chain) {
  int64_t rows = bandAxis(chain.members.back()).out, computed = 1, again = 0;
  for (nn::KernelOp member : chain.members) {
    Axis axis = bandAxis(member);
    if (axis.kernel > 1 && member != chain.members.front())
      again += (axis.kernel - 1) * axis.dilation + 1 - axis.stride;
    computed = std::max(computed, axis.out);
  }
  constexpr int64_t mostParts = 4, mostAgain = 6; // Of which one may be computed again.
  int64_t parts = mostParts * again * mostAgain <= computed ? mostParts : 2;
  return static_cast<int64_t>(llvm::alignTo(llvm::divideCeil(rows, parts), chain.band));
}

static void plan(const Chain &chain) {
  for (auto [index, member] : llvm::enumerate(chain.members)) {
    bool isLast = index + 1 == chain.members.size();
    SmallVector<std::pair<StringRef, int64_t>> numbers;
    if (index > 0 && bandAxis(member).kernel > 1)
      numbers.emplace_back("ring", chain.rows[index - 1]);
    if (index > 0 && isProduct(member))
      numbers.emplace_back("fetch", 0); // What it reads has just been written.
    if (isLast)
      llvm::append_range(numbers,
                         ArrayRef<std::pair<StringRef, int64_t>>{{"band", chain.band}, {"task", taskRows(chain)}});
    else
      numbers.emplace_back("kept", chain.rows[index]);
    setNumbers(member, numbers);
  }
}

void codegen::chooseBands(ModuleOp module, std::string &explanation) {
  llvm::raw_string_ostream os(explanation);
  for (auto function : module.getOps<func::FuncOp>()) {
    DenseSet<Operation *> taken;
    auto kernels = llvm::to_vector(function.getOps<nn::KernelOp>());
    for (nn::KernelOp last : llvm::reverse(kernels)) {
      std::optional<Chain> chain = chainEndingIn(last, taken);
      if (!chain)
        continue;
      taken.insert(chain->members.begin(), chain->members.end());
      plan(*chain);
      os << '"' << chainName(last) << "\": moves " << llvm::format("%.3f ms", chain->timeTogether()) << " in bands of "
         << chain->band << (chain->band == 1 ? " row; " : " rows; ") << llvm::format("%.3f ms", chain->timeApart())
         << " one after another\n";
    }
  }
}
