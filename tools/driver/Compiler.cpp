//===- Compiler.cpp - from a model to files, or to code in this process ---===//
//
//   MODEL ─ loadGraph ─▶ nn ─ optimize ─▶ opt ─ plan ─▶ kernels ─ generate ─▶ obj ─▶ library
//
//===----------------------------------------------------------------------===//

#include "tools/driver/Compiler.h"
#include "codegen/emit/Archive.h"
#include "codegen/emit/Header.h"
#include "codegen/emit/Link.h"
#include "ir/Fault.h"
#include "tools/driver/Files.h"
#include "tools/driver/Messages.h"
#include "tools/driver/Phases.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <chrono>

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

namespace {
class Stopwatch {
public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }

private:
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
};

/// Where the results of a compilation go, and which are wanted.
class Outputs {
public:
  Outputs(const CompileOptions &options, std::string name) : options(options), name(std::move(name)) {
    last = options.emit.empty() ? Stage::Library : *llvm::max_element(options.emit);
    // An object file or shared library without its headers would be of little use.
    if (last >= Stage::Obj)
      last = Stage::Library;
  }

  bool wants(Stage stage) const { return llvm::is_contained(options.emit, stage); }
  /// Whether anything behind this stage is wanted.
  bool endsAt(Stage stage) const { return last <= stage; }

  std::string path(StringRef fileName) const {
    llvm::SmallString<128> path(options.outputFolder);
    llvm::sys::path::append(path, fileName);
    return path.str().str();
  }
  std::string stagePath(Stage stage) const { return path(name + factsOf(stage).ending.str()); }

  llvm::Error begin() { return toStdout() ? checkStdout() : files.addFolder(options.outputFolder); }
  llvm::Error commit() { return files.commit(); }

  llvm::Error writeGraphIfWanted(const Graph &graph) {
    if (!wants(graph.stage))
      return llvm::Error::success();
    if (toStdout()) {
      printGraph(graph, llvm::outs());
      return llvm::Error::success();
    }
    note(stagePath(graph.stage));
    return writeGraph(graph, stagePath(graph.stage), files);
  }

  llvm::Error writeText(Stage stage, StringRef text) {
    if (!toStdout())
      return write(stagePath(stage), text);
    llvm::outs() << text;
    return llvm::Error::success();
  }

  llvm::Error write(const std::string &place, StringRef bytes) {
    note(place);
    return files.add(place, bytes);
  }

  llvm::Error copy(StringRef from, const std::string &place) {
    return writeFileWith(place, [&](StringRef temporary) -> llvm::Error {
      if (std::error_code code = llvm::sys::fs::copy_file(from, temporary))
        return makeWriteFault(place, code);
      return llvm::Error::success();
    });
  }

  /// Lets somebody else write a file.
  llvm::Error writeFileWith(const std::string &place, llvm::function_ref<llvm::Error(StringRef)> writer) {
    note(place);
    llvm::Expected<std::string> temporary = files.reserve(place);
    return temporary ? writer(*temporary) : temporary.takeError();
  }

  std::vector<std::string> takeWritten() { return std::move(written); }

private:
  bool toStdout() const { return options.outputFolder == "-"; }
  void note(const std::string &place) { written.push_back(place); }

  llvm::Error checkStdout() const {
    if (options.emit.size() == 1 && last <= Stage::Asm)
      return llvm::Error::success();
    return makeFault(Fault::Usage, "'-o -' prints one text: --emit must be nn, opt, kernels, llvm or asm");
  }

  const CompileOptions &options;
  std::string name;
  Stage last;
  OutputFiles files;
  std::vector<std::string> written;
};
} // namespace

/// llvm and asm: the code of all levels as text.
static llvm::Error writeCode(Graph &graph, const CompileOptions &options, Stage stage, codegen::Text form,
                             Outputs &outputs) {
  if (!outputs.wants(stage))
    return llvm::Error::success();
  llvm::Expected<TemporaryFolder> folder = TemporaryFolder::create();
  if (!folder)
    return folder.takeError();
  llvm::Expected<codegen::Options> settings = codegenOptions(options, folder->path());
  if (!settings)
    return settings.takeError();
  std::string text;
  llvm::raw_string_ostream os(text);
  if (llvm::Error error = codegen::print(*graph.module, *settings, form, os))
    return inFile(options.input, std::move(error));
  return outputs.writeText(stage, text);
}

/// The library with its headers: all that an application needs.
static llvm::Error writeLibrary(const codegen::Library &library, Outputs &outputs) {
  const std::string &name = library.interface.name;
  if (outputs.wants(Stage::Obj))
    if (llvm::Error error = outputs.copy(library.object, outputs.stagePath(Stage::Obj)))
      return error;
  if (outputs.wants(Stage::Shared))
    if (llvm::Error error = outputs.writeFileWith(outputs.stagePath(Stage::Shared), [&](StringRef temporary) {
          return codegen::linkShared({library.object}, temporary, "lib" + name + ".so");
        }))
      return error;
  if (!library.weightsFile.empty())
    if (llvm::Error error = outputs.copy(library.weightsFile, outputs.path(name + ".mgw")))
      return error;
  if (llvm::Error error = outputs.writeFileWith(outputs.stagePath(Stage::Library), [&](StringRef temporary) {
        return codegen::writeStaticLibrary(library.object, name + ".o", temporary);
      }))
    return error;
  for (const auto &[file, text] :
       {std::pair<std::string, std::string>{name + ".h", codegen::writeHeader(library.interface)},
        {name + ".hpp", codegen::writeCppHeader(library.interface)},
        {"margay.h", codegen::margayHeader().str()},
        {"margay_pool.h", codegen::margayPoolHeader().str()}})
    if (llvm::Error error = outputs.write(outputs.path(file), text))
      return error;
  return llvm::Error::success();
}

/// The stages in order, up to the last one that is wanted.
static llvm::Error runStages(const CompileOptions &options, Outputs &outputs, Progress &progress, FilesReport &report) {
  progress.show("reading the model");
  llvm::Expected<Graph> graph = loadGraph(options);
  if (!graph)
    return graph.takeError();
  progress.clear();
  tell(graph->notes);
  if (llvm::Error error = outputs.writeGraphIfWanted(*graph); error || outputs.endsAt(graph->stage))
    return error;
  if (graph->stage < Stage::Opt) {
    if (llvm::Error error = optimize(*graph, options, progress))
      return error;
    if (llvm::Error error = outputs.writeGraphIfWanted(*graph); error || outputs.endsAt(Stage::Opt))
      return error;
  }
  if (graph->stage < Stage::Kernels) {
    if (llvm::Error error = plan(*graph, options, progress))
      return error;
    if (llvm::Error error = outputs.writeGraphIfWanted(*graph); error || outputs.endsAt(Stage::Kernels))
      return error;
  }
  if (llvm::Error error = writeCode(*graph, options, Stage::Llvm, codegen::Text::Llvm, outputs))
    return error;
  if (llvm::Error error = writeCode(*graph, options, Stage::Asm, codegen::Text::Assembly, outputs);
      error || outputs.endsAt(Stage::Asm))
    return error;

  llvm::Expected<Compiled> compiled = compileGraph(*graph, options, progress);
  if (!compiled)
    return compiled.takeError();
  // The weights are in the library's object by now: the model's own need not stay in memory.
  graph->module = nullptr;
  graph->context.reset();
  progress.show("writing the library");
  report.library = compiled->library;
  return writeLibrary(compiled->library, outputs);
}

llvm::Expected<FilesReport> margay::driver::compileToFiles(const CompileOptions &options, Progress &progress) {
  Stopwatch watch;
  // Whatever is wrong with the options is said before anything is done.
  if (llvm::Expected<codegen::Options> settings = codegenOptions(options, ""); !settings)
    return settings.takeError();
  llvm::Expected<std::string> name = modelName(options);
  if (!name)
    return name.takeError();
  Outputs outputs(options, *name);
  if (llvm::Error error = outputs.begin())
    return std::move(error);
  FilesReport report;
  if (llvm::Error error = runStages(options, outputs, progress, report))
    return std::move(error);
  if (llvm::Error error = outputs.commit())
    return std::move(error);
  report.files = outputs.takeWritten();
  report.seconds = watch.seconds();
  return report;
}

llvm::Expected<Compiled> margay::driver::compileGraph(Graph &graph, const CompileOptions &options, Progress &progress) {
  Stopwatch watch;
  if (llvm::Error error = advanceToKernels(graph, options, progress))
    return std::move(error);
  llvm::Expected<TemporaryFolder> folder = TemporaryFolder::create();
  if (!folder)
    return folder.takeError();
  llvm::Expected<codegen::Library> library = generate(graph, options, folder->path(), progress);
  if (!library)
    return library.takeError();
  return Compiled{std::move(*library), std::move(*folder), watch.seconds()};
}

llvm::Expected<CallableModel> margay::driver::compileAndLoad(Graph &graph, const CompileOptions &options,
                                                             Progress &progress) {
  llvm::Expected<Compiled> compiled = compileGraph(graph, options, progress);
  if (!compiled)
    return compiled.takeError();
  const codegen::Library &library = compiled->library;
  llvm::Expected<LoadedModel> loaded = LoadedModel::fromObject(library.object, library.interface.name);
  if (!loaded)
    return loaded.takeError();
  std::unique_ptr<llvm::MemoryBuffer> weights;
  if (!library.weightsFile.empty()) {
    llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> file = readFile(library.weightsFile);
    if (!file)
      return file.takeError();
    weights = std::move(*file);
  }
  progress.clear();
  return CallableModel{std::move(*compiled), std::move(*loaded), std::move(weights)};
}

llvm::Expected<ModelCall> CallableModel::prepare(std::vector<Array> inputs, CallOptions callOptions) const {
  if (weights)
    callOptions.weights = llvm::arrayRefFromStringRef(weights->getBuffer());
  return ModelCall::prepare(model(), std::move(inputs), callOptions);
}
