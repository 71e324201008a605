//===- Phases.cpp - the stages of a compilation, in order -----------------===//

#include "tools/driver/Phases.h"
#include "codegen/emit/Names.h"
#include "ir/Fault.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Pipeline.h"
#include "tools/driver/Messages.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Triple.h"

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

static constexpr StageFacts allStages[] = {
    {Stage::Nn, "nn", ".nn.mlir"}, {Stage::Opt, "opt", ".opt.mlir"}, {Stage::Kernels, "kernels", ".kernels.mlir"},
    {Stage::Llvm, "llvm", ".ll"},  {Stage::Asm, "asm", ".s"},        {Stage::Obj, "obj", ".o"},
    {Stage::Shared, "so", ".so"},  {Stage::Library, "lib", ".a"},
};

llvm::ArrayRef<StageFacts> margay::driver::stages() { return allStages; }

const StageFacts &margay::driver::factsOf(Stage stage) {
  return *llvm::find_if(allStages, [&](const StageFacts &facts) { return facts.stage == stage; });
}

std::optional<Stage> margay::driver::stageNamed(StringRef name) {
  for (const StageFacts &facts : allStages)
    if (facts.name == name)
      return facts.stage;
  return std::nullopt;
}

llvm::Error margay::driver::optimize(Graph &graph, const CompileOptions &options, Progress &progress,
                                     AfterPass afterPass) {
  llvm::ArrayRef<passes::Step> steps = passes::inferenceSteps();
  if (options.precision == Precision::Bf16)
    (*graph.module)->setAttr(passes::roundsProductsAttribute, mlir::UnitAttr::get(graph.context.get()));
  for (auto [index, step] : llvm::enumerate(steps)) {
    progress.show(("optimizing: " + step.name).str(), index, steps.size());
    DiagnosticsToFaults diagnostics(*graph.context);
    mlir::PassManager manager(graph.context.get());
    manager.addPass(step.create());
    if (mlir::failed(manager.run(*graph.module)))
      return inFile(options.input, diagnostics.take(Fault::Internal, ("pass " + step.name).str()));
    if (afterPass)
      if (llvm::Error error = afterPass(step.name))
        return error;
  }
  graph.stage = Stage::Opt;
  return llvm::Error::success();
}

llvm::Error margay::driver::plan(Graph &graph, const CompileOptions &options, Progress &progress) {
  progress.show("planning");
  graph.stage = Stage::Kernels;
  bool strict = options.precision == Precision::F32Strict;
  return inFile(options.input, codegen::planKernels(*graph.module, strict, graph.considered));
}

llvm::Error margay::driver::advanceToKernels(Graph &graph, const CompileOptions &options, Progress &progress) {
  if (graph.stage < Stage::Opt)
    if (llvm::Error error = optimize(graph, options, progress))
      return error;
  if (graph.stage < Stage::Kernels)
    return plan(graph, options, progress);
  return llvm::Error::success();
}

llvm::Expected<codegen::Library> margay::driver::generate(Graph &graph, const CompileOptions &options, StringRef folder,
                                                          Progress &progress) {
  progress.show("generating code");
  llvm::Expected<codegen::Options> settings = codegenOptions(options, folder);
  if (!settings)
    return settings.takeError();
  DiagnosticsToFaults diagnostics(*graph.context);
  llvm::Expected<codegen::Library> library = codegen::compile(*graph.module, *settings);
  if (!library)
    return inFile(options.input, library.takeError());
  return library;
}

llvm::Expected<codegen::Options> margay::driver::codegenOptions(const CompileOptions &options, StringRef folder) {
  llvm::Triple triple(options.target.empty() ? codegen::defaultTriple.str() : options.target);
  if (triple.getArch() != llvm::Triple::x86_64 || !triple.isOSLinux())
    return makeFault(Fault::Unsupported, options.input + ": target '" + triple.str() + "' is not supported; " +
                                             codegen::defaultTriple + " is");
  if (options.precision == Precision::F16)
    return makeFault(Fault::Unsupported, options.input + ": the precision f16 is not supported");
  llvm::Expected<llvm::SmallVector<codegen::Level>> levels = codegen::parseLevels(options.levels);
  if (!levels)
    return levels.takeError();
  llvm::Expected<std::string> name = modelName(options);
  if (!name)
    return name.takeError();
  codegen::Options settings;
  settings.name = *name;
  settings.levels = std::move(*levels);
  settings.embedWeights = options.weights == WeightsPlace::Embed;
  settings.directory = folder.str();
  settings.jobs = options.jobs;
  return settings;
}

llvm::Expected<std::string> margay::driver::modelName(const CompileOptions &options) {
  std::string name = options.name;
  if (name.empty()) {
    StringRef stem = llvm::sys::path::stem(options.input);
    // model.nn.mlir, as --emit calls it, is about the same model.
    if (options.from != Stage::Model)
      stem.consume_back(("." + factsOf(options.from).name).str());
    name = codegen::modelNameFromFile(stem);
  }
  if (llvm::Error error = codegen::checkModelName(name))
    return std::move(error);
  return name;
}
