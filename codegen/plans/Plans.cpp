//===- Plans.cpp - which algorithm computes a kernel, and in which units --===//

#include "codegen/plans/Plans.h"
#include "codegen/kernels/BlockTranspose.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Interleave.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Tile.h"
#include "codegen/plans/Attention.h"
#include "codegen/plans/ChooseConv.h"
#include "codegen/plans/ChooseGemm.h"
#include "codegen/plans/ConvUnits.h"
#include "codegen/plans/Dot.h"
#include "codegen/plans/GemmUnits.h"
#include "codegen/plans/LongRows.h"
#include "codegen/plans/PatchRuns.h"
#include "codegen/plans/PooledTiles.h"
#include "codegen/plans/Recurrent.h"
#include "codegen/plans/ReduceUnits.h"
#include "codegen/plans/Winograd.h"
#include "ir/Fault.h"
#include "ir/Recipe.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

static SmallVector<DimAttr> resultDims(nn::KernelOp kernel) { return nn::dimsOf(kernel.getResult(0).getType()); }

static DimAttr elementUnits(nn::KernelOp kernel) { return nn::product(kernel.getContext(), resultDims(kernel)); }

/// Everything at once: what cannot be split.
static DimAttr oneUnit(nn::KernelOp kernel) { return nn::constantDim(kernel.getContext(), 1); }

static DimAttr rowUnits(nn::KernelOp kernel) {
  SmallVector<DimAttr> dims = resultDims(kernel);
  if (!dims.empty())
    dims.pop_back();
  return nn::product(kernel.getContext(), dims);
}

/// Groups of products' rows; how many a product has is known.
static DimAttr groupUnits(nn::KernelOp kernel) {
  GemmShape shape = gemmShape(kernel);
  return shape.batches * nn::constantDim(kernel.getContext(), evenSplit(*shape.rows, mostGroupRows).parts);
}

/// Groups of rows in a task that packs a matrix first: those of whole matrices, or where these are few, of parts.
static int64_t packingGranule(nn::KernelOp kernel) {
  GemmShape shape = gemmShape(kernel);
  constexpr int64_t tasks = 8;
  int64_t groups = evenSplit(*shape.rows, mostGroupRows).parts, batches = shape.batches.getConstant().value_or(tasks);
  return batches * 2 >= tasks ? groups : std::max<int64_t>(1, groups * batches / tasks);
}

static int64_t knownColumnTask(nn::KernelOp kernel) { return columnTask(kernel, *gemmShape(kernel).rows); }

/// Rows of images: a result of [N, H, W, C] has N × H, one of [N, W, C] has N.
static DimAttr imageRowUnits(nn::KernelOp kernel) {
  SmallVector<DimAttr> dims = resultDims(kernel);
  dims.pop_back_n(2);
  return nn::product(kernel.getContext(), dims);
}

//===----------------------------------------------------------------------===//
// Algorithms
//===----------------------------------------------------------------------===//

static const Algorithm algorithms[] = {
    {.name = "arg-reduce", .emit = emitArgReduce, .units = rowUnits},
    {.name = "attention",
     .emit = emitAttention,
     .units = attentionUnits,
     .granuleOf = packingGranule,
     .scratchBytes = attentionScratchBytes},
    {.name = "concat", .emit = emitConcat, .units = rowUnits},
    {.name = "conv", .emit = emitConv, .units = convUnits, .weights = WeightFormat::Panels},
    {.name = "conv-general", .emit = emitGeneralConv, .units = rowUnits},
    {.name = "conv-transpose", .emit = emitConvTranspose, .units = rowUnits},
    {.name = "depthwise", .emit = emitDepthwiseConv, .units = imageRowUnits},
    {.name = "dims", .emit = emitDims, .units = oneUnit},
    {.name = "dot", .emit = emitDot, .units = dotUnits, .granule = dotLanes},
    {.name = "elementwise", .emit = emitElements, .units = elementUnits, .granule = 64},
    {.name = "elementwise-rows", .emit = emitElementRows, .units = rowUnits},
    {.name = "gather", .emit = emitGather, .units = rowUnits},
    {.name = "gather-elements", .emit = emitGatherElements, .units = rowUnits},
    {.name = "gather-nd", .emit = emitGatherNd, .units = rowUnits},
    {.name = "gemm",
     .emit = emitGemm,
     .units = gemmUnitCount,
     .weights = WeightFormat::Panels,
     .scratchBytes = gemmScratchBytes},
    {.name = "gemm-columns",
     .emit = emitGemmColumns,
     .units = columnUnits,
     .weights = WeightFormat::Panels,
     .taskOf = knownColumnTask,
     .scratchBytes = gemmScratchBytes},
    {.name = "gemm-general", .emit = emitGeneralGemm, .units = rowUnits},
    {.name = "gemm-packing",
     .emit = emitPackingGemm,
     .units = groupUnits,
     .granuleOf = packingGranule,
     .scratchBytes = packingScratchBytes},
    {.name = "gemm-plain", .emit = emitPlainGemm, .units = rowUnits, .granule = 4},
    {.name = "gemm-rows",
     .emit = emitGemmRows,
     .units = rowOrColumnUnits,
     .weights = WeightFormat::Panels,
     .granule = mostGroupRows,
     .taskOfCall = rowOrColumnTask,
     .scratchBytes = gemmScratchBytes},
    {.name = "interleave", .emit = emitInterleave, .units = interleaveUnits},
    {.name = "iota", .emit = emitIota, .units = rowUnits},
    {.name = "nms", .emit = emitNms, .units = rowUnits},
    {.name = "nonzero", .emit = emitNonZero, .units = oneUnit},
    {.name = "normalize", .emit = emitNormalize, .units = rowUnits},
    {.name = "pad", .emit = emitPad, .units = rowUnits},
    {.name = "recurrent", .emit = emitRecurrent, .units = recurrentSequences, .scratchBytes = recurrentScratchBytes},
    {.name = "recurrent-packed",
     .emit = emitPackedRecurrent,
     .units = recurrentSequences,
     .weights = WeightFormat::Panels,
     .granule = mostSequences,
     .scratchBytes = recurrentScratchBytes},
    {.name = "recurrent-steps",
     .emit = emitRecurrentSteps,
     .units = recurrentPanels,
     .phases = recurrentPhases,
     .weights = WeightFormat::Panels,
     .taskOf = recurrentTask,
     .scratchBytes = recurrentScratchBytes},
    {.name = "reduce", .emit = emitReduce, .units = elementUnits},
    {.name = "reduce-columns", .emit = emitReduceColumns, .units = reduceColumnUnits},
    {.name = "reduce-long-rows", .emit = emitReduceLongRows, .units = rowUnits, .scratchBytes = longRowsScratchBytes},
    {.name = "reduce-rows", .emit = emitReduce, .units = rowUnits},
    {.name = "resize", .emit = emitResize, .units = rowUnits},
    {.name = "scan", .emit = emitScan, .units = oneUnit},
    {.name = "scatter-elements", .emit = emitScatterElements, .units = oneUnit},
    {.name = "scatter-nd", .emit = emitScatterNd, .units = oneUnit},
    {.name = "slice", .emit = emitSlice, .units = rowUnits},
    {.name = "softmax", .emit = emitSoftmax, .units = rowUnits},
    {.name = "topk", .emit = emitTopK, .units = oneUnit},
    {.name = "transpose", .emit = emitTranspose, .units = rowUnits},
    {.name = "transpose-blocks", .emit = emitBlockTranspose, .units = transposeBlockUnits},
    {.name = "window", .emit = emitWindow, .units = imageRowUnits},
    {.name = "window-general", .emit = emitGeneralWindow, .units = rowUnits},
    {.name = "winograd",
     .emit = emitWinogradConv,
     .units = winogradUnits,
     .weights = WeightFormat::Winograd,
     .scratchBytes = winogradScratchBytes},
};

static const Algorithm &find(StringRef name) {
  return *llvm::find_if(algorithms, [&](const Algorithm &algorithm) { return algorithm.name == name; });
}

const Algorithm &codegen::algorithmOf(nn::KernelOp kernel) { return find(kernel.getPlan()->getAlgorithm()); }

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

namespace {
/// An algorithm and the numbers of its plan.
struct Choice {
  Choice(StringRef algorithm) : algorithm(algorithm) {}
  Choice(StringLiteral algorithm) : algorithm(algorithm) {}
  Choice(const char *algorithm) : algorithm(algorithm) {}

  StringRef algorithm;
  SmallVector<std::pair<StringRef, int64_t>> numbers;
  SmallVector<Estimate> considered;
};
} // namespace

static std::string describe(Type type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << type;
  return text;
}

static llvm::Error unsupported(nn::KernelOp kernel, const Twine &what) {
  return makeFault(Fault::Unsupported, "node '" + kernel.getName() + "': " + what);
}

/// Whether an operand of the root is a kernel input that is a recipe.
static bool isConstantOperand(nn::KernelOp kernel, Value operand) {
  auto argument = dyn_cast<BlockArgument>(operand);
  return argument && nn::isRecipe(kernel.getInputs()[argument.getArgNumber()]);
}

static bool allConstant(RankedTensorType type, int64_t from) {
  return llvm::none_of(type.getShape().drop_front(from), ShapedType::isDynamic);
}

/// A product with a constant matrix: what is shared among threads is what there is more of.
static Choice choosePackedGemm(nn::KernelOp kernel) {
  std::optional<int64_t> rows = gemmShape(kernel).rows;
  if (rows)
    return *rows <= mostRowsOfColumns(kernel) ? "gemm-columns" : "gemm";
  Choice choice("gemm-rows");
  if (int64_t least = leastRows(kernel); least <= mostRowsOfColumns(kernel))
    choice.numbers = {{"columns_task", columnTask(kernel, least)}};
  return choice;
}

static Choice chooseConv(nn::KernelOp kernel, nn::ConvOp conv, bool strict) {
  auto input = conv.getInput().getType(), filter = conv.getFilter().getType();
  int64_t rank = input.getRank(), groups = conv.getGroups();
  bool canPack = isa<Float32Type, Float64Type>(input.getElementType()) && isConstantOperand(kernel, conv.getFilter());
  bool isImage = rank <= 4 && allConstant(input, 1);
  if (multipliesPairs(kernel) && isConstantOperand(kernel, conv.getFilter()) && groups == 1 && !hasPatches(conv))
    return choosePackedGemm(kernel);
  if (canPack && isDot(conv))
    return "dot";
  if (canPack && groups == 1 && (!hasPatches(conv) || !isImage))
    return choosePackedGemm(kernel);
  if (!canPack || !isImage)
    return "conv-general";
  if (groups > 1 && groups == input.getDimSize(rank - 1) && groups == filter.getDimSize(rank - 1))
    return "depthwise";
  auto filterArgument = cast<BlockArgument>(conv.getFilter());
  Value filterRecipe = kernel.getInputs()[filterArgument.getArgNumber()];
  SmallVector<Estimate> considered;
  ConvChoice best = codegen::chooseConv(conv, filterRecipe, strict, considered);
  Choice choice = best.way == ConvChoice::Patches ? choosePackedGemm(kernel) : best.tile ? "winograd" : "conv";
  if (best.tile) {
    choice.numbers = {{"tile_h", best.tile->height.outputs}, {"tile_w", best.tile->width.outputs}};
    if (best.tile->fromMemory)
      choice.numbers.push_back({"streams", memoryStreams});
  }
  choice.considered = std::move(considered);
  return choice;
}

/// Whether there is one dimension of each role but `b`, and those before the last two are all `b`.
static bool isInOrder(StringRef roles, StringRef last) {
  return roles.ends_with(last) && roles.drop_back(last.size()).find_first_not_of('b') == StringRef::npos;
}

static llvm::Expected<Choice> chooseContract(nn::KernelOp kernel, nn::ContractOp contract) {
  auto lhs = contract.getLhs().getType(), rhs = contract.getRhs().getType();
  StringRef lhsRoles = contract.getLhsRoles(), rhsRoles = contract.getRhsRoles();
  bool isFlat = lhsRoles == "mk" && rhsRoles == "kn";
  bool inOrder = isInOrder(lhsRoles, "mk") && isInOrder(rhsRoles, "kn");
  bool isPairs = multipliesPairs(kernel), isFloat = isPairs || isa<Float32Type, Float64Type>(lhs.getElementType());
  GemmShape shape = gemmShape(kernel);
  bool canPack = isFloat && shape.rows && shape.columns > 0 && shape.depth > 0 && lhsRoles.ends_with("k");
  if (!inOrder && !canPack)
    return makeFault(Fault::Internal, "node '" + kernel.getName() + "': contract with roles " + lhsRoles + " and " +
                                          rhsRoles + " reached code generation");
  if (!allConstant(rhs, rhs.getRank() - 2) || !isFloat)
    return inOrder ? StringRef("gemm-general") : StringRef("gemm-packing");
  if (isFlat && isConstantOperand(kernel, contract.getRhs()))
    return isDot(contract) ? Choice("dot") : choosePackedGemm(kernel);
  if (isPairs)
    return unsupported(kernel, "a product of bf16 with a matrix that is no constant is not supported");
  if (!canPack || !inOrder)
    return StringRef(canPack ? "gemm-packing" : "gemm-plain");
  Choice choice("gemm-plain");
  if (paysToPack(shape, choice.considered))
    choice.algorithm = "gemm-packing";
  return choice;
}

static llvm::Expected<Choice> chooseWindow(nn::KernelOp kernel, nn::WindowOp window) {
  auto input = window.getInput().getType();
  if (window.getKind() == nn::ReduceKind::Mean && !isa<FloatType>(input.getElementType()))
    return unsupported(kernel, "the mean of " + describe(input.getElementType()) + " is not supported");
  return Choice(input.getRank() <= 4 && allConstant(input, 1) ? "window" : "window-general");
}

static StringRef chooseReduce(nn::ReduceOp reduce) {
  auto input = reduce.getInput().getType();
  bool lastStays = input.getRank() > 0 && !llvm::is_contained(reduce.getAxes(), input.getRank() - 1);
  if (!lastStays)
    return "reduce";
  if (reducesLongRows(reduce))
    return "reduce-long-rows";
  return reducesToOneRow(reduce) ? "reduce-columns" : "reduce-rows";
}

/// Whether every operand of an elementwise kernel has the result's shape or one element.
static bool isFlat(nn::KernelOp kernel) {
  auto result = cast<RankedTensorType>(kernel.getResult(0).getType());
  SmallVector<DimAttr> shape = nn::dimsOf(result);
  return llvm::all_of(kernel.getBlock()->getArgumentTypes(), [&](Type type) {
    SmallVector<DimAttr> dims = nn::dimsOf(type);
    return dims == shape || llvm::all_of(dims, [](DimAttr dim) { return dim.getConstant() == 1; });
  });
}

/// Roots that one algorithm computes, whatever their types and sizes; "" for others.
static StringRef onlyAlgorithm(Operation *root) {
  return llvm::TypeSwitch<Operation *, StringRef>(root)
      .Case([](nn::ArgReduceOp) { return "arg-reduce"; })
      .Case([](nn::ConcatOp) { return "concat"; })
      .Case([](nn::ConvTransposeOp) { return "conv-transpose"; })
      .Case([](nn::DimsOp) { return "dims"; })
      .Case([](nn::GatherOp) { return "gather"; })
      .Case([](nn::GatherElementsOp) { return "gather-elements"; })
      .Case([](nn::GatherNdOp) { return "gather-nd"; })
      .Case([](nn::IotaOp) { return "iota"; })
      .Case([](nn::NmsOp) { return "nms"; })
      .Case([](nn::NonZeroOp) { return "nonzero"; })
      .Case([](nn::NormalizeOp) { return "normalize"; })
      .Case([](nn::PadOp) { return "pad"; })
      .Case([](nn::ResizeOp) { return "resize"; })
      .Case([](nn::ScanOp) { return "scan"; })
      .Case([](nn::ScatterElementsOp) { return "scatter-elements"; })
      .Case([](nn::ScatterNdOp) { return "scatter-nd"; })
      .Case([](nn::SliceOp) { return "slice"; })
      .Case([](nn::TopKOp) { return "topk"; })
      .Case([](nn::TransposeOp op) {
        return canInterleave(op) ? "interleave" : canTransposeBlocks(op) ? "transpose-blocks" : "transpose";
      })
      .Default([](Operation *) { return ""; });
}

static llvm::Expected<Choice> choose(nn::KernelOp kernel, bool strict) {
  Operation *root = rootOf(kernel);
  if (!root)
    return isFlat(kernel) ? StringRef("elementwise") : StringRef("elementwise-rows");
  if (attentionOf(kernel))
    return StringRef("attention");
  if (auto conv = dyn_cast<nn::ConvOp>(root)) {
    Choice choice = chooseConv(kernel, conv, strict);
    if (poolOf(kernel) && choice.algorithm != "winograd") // Joined by other plans than these.
      return unsupported(kernel, "a convolution that is pooled in one kernel is not supported here");
    return choice;
  }
  if (auto contract = dyn_cast<nn::ContractOp>(root))
    return chooseContract(kernel, contract);
  if (auto window = dyn_cast<nn::WindowOp>(root))
    return chooseWindow(kernel, window);
  if (auto reduce = dyn_cast<nn::ReduceOp>(root))
    return Choice(chooseReduce(reduce));
  if (auto recurrent = dyn_cast<nn::RecurrentOp>(root))
    return Choice(chooseRecurrent(recurrent, isConstantOperand(kernel, recurrent.getWeights())));
  if (auto softmax = dyn_cast<nn::SoftmaxOp>(root)) {
    if (!isa<Float32Type>(softmax.getType().getElementType()))
      return unsupported(kernel,
                         "softmax of " + describe(softmax.getType().getElementType()) + " is not supported; f32 is");
    return Choice("softmax");
  }
  if (StringRef only = onlyAlgorithm(root); !only.empty())
    return Choice(only);
  return unsupported(kernel, root->getName().getStringRef() + " has no emitter");
}

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

/// Roughly how many multiply-adds take as long as one result element.
static int64_t costPerElement(nn::KernelOp kernel) {
  constexpr int64_t moved = 24; // Where an element is read, and another one written, for little arithmetic.
  Operation *root = rootOf(kernel);
  if (auto conv = dyn_cast_or_null<nn::ConvOp>(root))
    return conv.getFilter().getType().getNumElements() /
           std::max<int64_t>(1, conv.getFilter().getType().getShape().back());
  if (auto attention = attentionOf(kernel))
    return attention->keys * (attention->depth / std::max<int64_t>(1, attention->columns) + 1);
  if (auto contract = dyn_cast_or_null<nn::ContractOp>(root))
    return std::max<int64_t>(1, gemmShape(contract).depth); // 1 where only a call knows it
  if (auto window = dyn_cast_or_null<nn::WindowOp>(root))
    return std::max(moved, 2 * llvm::product_of(window.getKernel()));
  if (auto reduce = dyn_cast_or_null<nn::ReduceOp>(root)) {
    int64_t cost = 1;
    for (int64_t axis : reduce.getAxes())
      if (!reduce.getInput().getType().isDynamicDim(axis))
        cost *= reduce.getInput().getType().getDimSize(axis);
    return 2 * cost;
  }
  if (auto recurrent = dyn_cast_or_null<nn::RecurrentOp>(root))
    return recurrent.getWeights().getType().getDimSize(1);
  return isa_and_nonnull<nn::SoftmaxOp>(root) ? 32 : moved;
}

/// Enough work to be worth a thread's while, a microsecond or some: more tasks than that cost more than they bring.
/// Where all units are known, tasks are equal, and an even number of them.
static int64_t unitsPerTask(nn::KernelOp kernel, const Algorithm &algorithm) {
  constexpr int64_t workPerTask = 1 << 17;
  if (algorithm.taskOf)
    return algorithm.taskOf(kernel);
  DimAttr all = nn::product(kernel.getContext(), resultDims(kernel)), units = algorithm.units(kernel);
  auto sizeWithOnes = [](DimAttr dim) { return nn::evaluate(dim, [](StringRef) { return int64_t(1); }).value_or(1); };
  int64_t elements = std::max<int64_t>(1, sizeWithOnes(all) / std::max<int64_t>(1, sizeWithOnes(units)));
  int64_t perUnit = std::max<int64_t>(1, elements * costPerElement(kernel));
  int64_t task = std::max<int64_t>(1, workPerTask / perUnit);
  int64_t granule = algorithm.granuleOf ? algorithm.granuleOf(kernel) : algorithm.granule;
  if (std::optional<int64_t> known = units.getConstant(); known && *known > task) {
    int64_t tasks = llvm::alignTo(llvm::divideCeil(*known, task), 2);
    task = std::min<int64_t>(task, llvm::divideCeil(*known, tasks));
  }
  return llvm::alignTo(task, granule);
}

static void setPlan(nn::KernelOp kernel, const Choice &choice) {
  Builder builder(kernel.getContext());
  NamedAttrList numbers;
  for (auto [name, value] : choice.numbers)
    numbers.set(name, builder.getI64IntegerAttr(value));
  auto set = [&] {
    kernel.setPlanAttr(
        nn::PlanAttr::get(kernel.getContext(), choice.algorithm, numbers.getDictionary(kernel.getContext())));
  };
  set(); // Units are counted by the plan's numbers.
  numbers.set("task", builder.getI64IntegerAttr(unitsPerTask(kernel, find(choice.algorithm))));
  set();
}

void codegen::setNumber(nn::KernelOp kernel, StringRef name, int64_t value) {
  NamedAttrList numbers(kernel.getPlan()->getNumbers());
  numbers.set(name, Builder(kernel.getContext()).getI64IntegerAttr(value));
  kernel.setPlanAttr(nn::PlanAttr::get(kernel.getContext(), kernel.getPlan()->getAlgorithm(),
                                       numbers.getDictionary(kernel.getContext())));
}

void codegen::planByRows(nn::KernelOp kernel) {
  if (kernel.getPlan()->getAlgorithm() != "elementwise")
    return;
  Choice choice("elementwise-rows");
  for (NamedAttribute number : kernel.getPlan()->getNumbers())
    if (auto value = dyn_cast<IntegerAttr>(number.getValue()))
      choice.numbers.emplace_back(number.getName(), value.getInt());
  setPlan(kernel, choice);
}

/// "conv1 (Conv)": winograd 4×4 0.210 ms; conv 0.607 ms
static std::string explain(nn::KernelOp kernel, ArrayRef<Estimate> considered) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '"' << kernel.getName() << "\": ";
  llvm::interleave(
      considered, os,
      [&](const Estimate &estimate) {
        os << estimate.plan << llvm::format(" %.3f ms", estimate.milliseconds)
           << (estimate.isExact ? "" : " (too inexact)");
      },
      "; ");
  os << '\n';
  return text;
}

llvm::Error codegen::selectPlans(ModuleOp module, bool strict, std::string &explanation) {
  llvm::Error faults = llvm::Error::success();
  module.walk([&](nn::KernelOp kernel) {
    llvm::Expected<Choice> choice = choose(kernel, strict);
    if (!choice) {
      faults = llvm::joinErrors(std::move(faults), choice.takeError());
      return;
    }
    setPlan(kernel, *choice);
    if (choice->considered.size() > 1)
      explanation += explain(kernel, choice->considered);
  });
  return faults;
}

int64_t codegen::scratchBytes(nn::KernelOp kernel, const Level &level) {
  const Algorithm &algorithm = algorithmOf(kernel);
  return algorithm.scratchBytes ? algorithm.scratchBytes(kernel, level) : 0;
}

WeightFormat codegen::weightFormat(nn::KernelOp kernel, unsigned input) {
  Operation *root = rootOf(kernel);
  bool isFilter = root && root->getNumOperands() >= 2 && root->getOperand(1) == kernel.getBlock()->getArgument(input);
  WeightFormat format = isFilter ? algorithmOf(kernel).weights : WeightFormat::RowMajor;
  return format == WeightFormat::Panels && multipliesPairs(kernel) ? WeightFormat::PairPanels : format;
}
