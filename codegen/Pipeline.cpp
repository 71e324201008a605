//===- Pipeline.cpp - from a graph of kernels to a library ----------------===//
//
//   kernels ─ plan ─▶ memory plan ─▶ packed weights ─▶ per level: loops + vectors ─▶ LLVM ─▶ object ─┐
//                                                      entry and tables (baseline)  ─▶ object ─┴─▶ one object that
//                                                      needs nothing
//
//===----------------------------------------------------------------------===//

#include "codegen/Pipeline.h"
#include "codegen/CompileLevels.h"
#include "codegen/driver/Describe.h"
#include "codegen/emit/ArenaBound.h"
#include "codegen/emit/EntryModule.h"
#include "codegen/emit/Link.h"
#include "codegen/emit/Object.h"
#include "codegen/emit/Runtime.h"
#include "codegen/emit/Symbols.h"
#include "codegen/emit/WeightsObject.h"
#include "codegen/lowering/ToLlvm.h"
#include "codegen/memory/RowStride.h"
#include "codegen/plans/Bands.h"
#include "codegen/plans/ExplainTiles.h"
#include "codegen/plans/GemmBlocks.h"
#include "codegen/plans/PooledTiles.h"
#include "ir/Fault.h"
#include "runtime/abi.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

llvm::Error codegen::planKernels(ModuleOp module, bool strict, std::string &explanation) {
  if (llvm::Error error = selectPlans(module, strict, explanation))
    return error;
  poolInTiles(module, explanation);
  chooseBands(module, explanation);
  chooseRowStrides(module, explanation);
  module.walk([&](nn::KernelOp kernel) { explanation += explainTiles(kernel); });
  return llvm::Error::success();
}

static func::FuncOp mainOf(ModuleOp module) { return module.lookupSymbol<func::FuncOp>(nn::mainFunction); }

/// Plans a function after those that it calls.
static void addBody(func::FuncOp function, Model &model, ArenaSizes &sizes) {
  if (sizes.contains(function.getName()))
    return;
  auto module = function->getParentOfType<ModuleOp>();
  for (Operation *step : stepsOf(function))
    for (StringRef callee : calleesOf(step))
      addBody(module.lookupSymbol<func::FuncOp>(callee), model, sizes);
  Body body{.function = function, .memory = planMemory(function, sizes), .steps = {}};
  sizes[function.getName()] = body.memory.arenaBytes;
  for (Operation *step : stepsOf(function)) {
    if (body.memory.views.contains(step))
      continue;
    body.steps.push_back(step);
    if (auto kernel = dyn_cast<nn::KernelOp>(step); kernel && !isInner(kernel))
      model.kernels.push_back(kernel);
  }
  model.bodies.push_back(std::move(body));
}

/// Everything but the weights' offsets, which packInto adds.
static Model modelOf(ModuleOp module) {
  Model model;
  model.symbols = symbolsOf(mainOf(module));
  ArenaSizes sizes;
  addBody(mainOf(module), model, sizes);
  return model;
}

/// Packs the model's weights into a file at `path`, which the caller finishes. They come before the code, which has
/// their offsets as constants.
static llvm::Expected<std::unique_ptr<WeightsWriter>> packInto(StringRef path, Model &model) {
  llvm::Expected<std::unique_ptr<WeightsWriter>> writer = WeightsWriter::create(path);
  if (!writer)
    return writer.takeError();
  SmallVector<Operation *> steps;
  for (const Body &body : model.bodies)
    llvm::append_range(steps, body.steps);
  llvm::Expected<WeightOffsets> offsets = packWeights(steps, **writer);
  if (!offsets)
    return offsets.takeError();
  model.weights = std::move(*offsets);
  return std::move(*writer);
}

/// The options without levels whose code would be that of another one: products of bf16 are all that v4-bf16 adds.
static Options withLevelsInUse(ModuleOp module, const Options &options) {
  bool multipliesPairs =
      module
          ->walk([](nn::KernelOp kernel) {
            return codegen::multipliesPairs(kernel) ? WalkResult::interrupt() : WalkResult::advance();
          })
          .wasInterrupted();
  bool hasOther = llvm::any_of(options.levels, [](const Level &level) { return level.isa == MG_ISA_X86_64_V4; });
  Options inUse = options;
  if (!multipliesPairs && hasOther)
    llvm::erase_if(inUse.levels, [](const Level &level) { return level.bf16Dots; });
  return inUse;
}

/// A fingerprint of what the code was made from: the graph with its plans, and the options.
static uint64_t hashOf(ModuleOp module, const Options &options, uint64_t weightsHash) {
  std::string text;
  llvm::raw_string_ostream os(text);
  // Not the module itself: it would first spell out the bytes of all weights, and then leave them away.
  for (Operation &op : *module.getBody())
    op.print(os, OpPrintingFlags().elideLargeElementsAttrs(16));
  os << weightsHash << options.name << options.embedWeights;
  for (const Level &level : options.levels)
    os << level.fullName;
  return llvm::xxh3_64bits(text);
}

/// Of the kernel and level that need most.
static int64_t scratchBytesOf(const Model &model, const Options &options, uint64_t alignment) {
  int64_t most = 0;
  for (nn::KernelOp kernel : model.kernels)
    for (const Level &level : options.levels)
      most = std::max(most, chainScratchBytes(kernel, level));
  return static_cast<int64_t>(llvm::alignTo(most, alignment));
}

static EntryDescription describeEntry(const Model &model, const Interface &interface, const Options &options) {
  func::FuncOp main = model.main();
  MLIRContext *context = main.getContext();
  EntryDescription entry{.interface = interface,
                         .inputDims = {},
                         .outputDims = {},
                         .sharedBytes = model.memory().arenaBytes,
                         .scratchBytes = nn::constantDim(context, scratchBytesOf(model, options, interface.align)),
                         .levels = options.levels,
                         .embeddedWeights = options.embedWeights};
  nn::SymbolRanges ranges(main);
  auto dims = [&](Type type) {
    std::vector<DimAttr> bounds;
    for (DimAttr dim : nn::dimsOf(type))
      bounds.push_back(ranges.upperBound(dim));
    return bounds;
  };
  for (Type type : main.getArgumentTypes())
    entry.inputDims.push_back(dims(type));
  for (Type type : main.getResultTypes())
    entry.outputDims.push_back(dims(type));
  return entry;
}

/// Compiles what does not depend on a level: the tables and exported functions, and the runtime.
static llvm::Error compileEntry(const EntryDescription &entry, const Options &options,
                                std::vector<std::string> &objects) {
  llvm::LLVMContext context;
  llvm::Expected<std::unique_ptr<llvm::Module>> module = makeEntryModule(context, entry);
  if (!module)
    return module.takeError();
  objects.push_back(options.directory + "/entry.o");
  if (llvm::Error error = writeObject(objects.back(), compileToObject(**module, baselineLevel())))
    return error;
  objects.push_back(options.directory + "/runtime.o");
  return writeObject(objects.back(), runtimeObject(options.name));
}

llvm::Expected<Library> codegen::compile(ModuleOp module, const Options &allOptions) {
  Options options = withLevelsInUse(module, allOptions);
  registerLowering(*module.getContext());
  Model model = modelOf(module);
  Library library;
  library.interface = describeInterface(model.main(), options.name);
  auto least = [&](StringRef name) {
    return llvm::find_if(model.symbols, [&](nn::SymbolAttr symbol) { return symbol.getName() == name; })->getMin();
  };
  library.leastArenaBytes = nn::evaluate(model.memory().arenaBytes, least).value_or(MG__SIZE_MAX);
  library.object = options.directory + "/model.o";

  // Embedded weights are written where the library's object will be, and stay there.
  std::string weightsPath = options.embedWeights ? library.object : options.directory + "/weights.mgw";
  llvm::Expected<std::unique_ptr<WeightsWriter>> writer = packInto(weightsPath, model);
  if (!writer)
    return writer.takeError();
  library.weightsBytes = (*writer)->size();

  Interface &interface = library.interface;
  interface.hash = hashOf(module, options, (*writer)->hash());
  for (const Level &level : llvm::reverse(options.levels))
    interface.isaLevels.push_back(static_cast<int32_t>(level.isa));
  for (nn::KernelOp kernel : model.kernels)
    interface.kernels.push_back(chainName(kernel));
  if (!options.embedWeights) {
    interface.weightsHash = (*writer)->hash();
    interface.weightsBytes = (*writer)->size() + sizeof(mg__weights_header);
    library.weightsFile = weightsPath;
  }
  EntryDescription entry = describeEntry(model, interface, options);
  interface.maxArenaBytes = maxArenaBytes(interface, entry.sharedBytes, entry.scratchBytes);
  llvm::Expected<std::vector<std::string>> levels = compileLevels(model, options);
  if (!levels)
    return levels.takeError();
  std::vector<std::string> objects = std::move(*levels);
  if (llvm::Error error = compileEntry(entry, options, objects))
    return std::move(error);
  for (const std::string &object : objects) {
    uint64_t size = 0;
    if (!llvm::sys::fs::file_size(object, size))
      library.codeBytes += size;
  }

  // One object, so that nothing is left undefined and nothing but the model's own names shows.
  std::string merged = options.embedWeights ? options.directory + "/merged.o" : library.object;
  if (options.embedWeights) {
    objects.push_back(options.directory + "/weights.o");
    if (llvm::Error error = (*writer)->writeStandIn(objects.back(), options.name + "__weights"))
      return std::move(error);
  }
  if (llvm::Error error = linkRelocatable(objects, merged))
    return std::move(error);
  if (llvm::Error error = closeObject(merged, options.name))
    return std::move(error);
  if (llvm::Error error =
          options.embedWeights ? (*writer)->finishMerged(merged) : (*writer)->finishExternal(interface.hash))
    return std::move(error);
  return library;
}

llvm::Error codegen::print(ModuleOp module, const Options &options, Text form, raw_ostream &os) {
  registerLowering(*module.getContext());
  Model model = modelOf(module);
  llvm::Expected<std::unique_ptr<WeightsWriter>> writer = packInto(options.directory + "/weights.o", model);
  if (!writer)
    return writer.takeError();
  for (const Level &level : withLevelsInUse(module, options).levels) {
    llvm::LLVMContext context;
    llvm::Expected<std::unique_ptr<llvm::Module>> code = wholeLevel(model, level, options.name, context);
    if (!code)
      return code.takeError();
    os << (form == Text::Llvm ? "; " : "# ") << level.fullName << '\n';
    if (llvm::Error error = optimizeModule(**code, level))
      return error;
    if (form == Text::Llvm)
      (*code)->print(os, nullptr);
    else if (llvm::Error error = printAssembly(**code, level, os))
      return error;
  }
  return llvm::Error::success();
}
