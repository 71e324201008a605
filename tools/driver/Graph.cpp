//===- Graph.cpp - a network in the IR, with all that it needs ------------===//

#include "tools/driver/Graph.h"
#include "frontend/Import.h"
#include "ir/Ops.h"
#include "ir/States.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "tools/driver/Files.h"
#include "tools/driver/Messages.h"
#include "tools/driver/States.h"

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

/// In text, values of more bytes than this are left to the bytecode beside it.
static constexpr int64_t mostPrintedBytes = 1024;

void margay::driver::registerDialects(mlir::DialectRegistry &registry) {
  registry
      .insert<nn::NNDialect, mlir::arith::ArithDialect, mlir::cf::ControlFlowDialect, mlir::func::FuncDialect,
              mlir::LLVM::LLVMDialect, mlir::math::MathDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
}

static std::unique_ptr<mlir::MLIRContext> makeContext(bool isShared) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  // Code generation compiles levels in threads that share the context, which only locks itself if it knows.
  auto context = std::make_unique<mlir::MLIRContext>(registry, isShared ? mlir::MLIRContext::Threading::ENABLED
                                                                        : mlir::MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

/// The entry of a value that is known by name only.
static mlir::DialectResourceBlobManager::BlobEntry *elidedEntry(nn::ParamOp param) {
  auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(param.getValue());
  if (!resource || resource.getNumElements() == 0)
    return nullptr;
  auto *entry = resource.getRawHandle().getResource();
  return entry->getBlob() && !entry->getBlob()->getData().empty() ? nullptr : entry;
}

/// The bytecode that belongs to a file of text: model.nn.mlir -> model.nn.mlirbc.
static std::string bytecodeBeside(StringRef path) { return path.str() + "bc"; }

/// Takes the values that the text has left out from the bytecode beside it.
static llvm::Error fillElided(mlir::ModuleOp module, StringRef path) {
  if (llvm::none_of(module.getOps<nn::ParamOp>(), elidedEntry))
    return llvm::Error::success();
  std::string side = bytecodeBeside(path);
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> file = readFile(side);
  if (!file)
    return file.takeError();
  DiagnosticsToFaults diagnostics(*module.getContext());
  auto values = mlir::parseSourceString<mlir::ModuleOp>((*file)->getBuffer(), module.getContext(), side);
  if (!values)
    return inFile(side, diagnostics.take(Fault::Malformed, "reading the bytecode"));
  for (nn::ParamOp param : module.getOps<nn::ParamOp>()) {
    auto *entry = elidedEntry(param);
    if (!entry)
      continue;
    auto other = values->lookupSymbol<nn::ParamOp>(param.getSymName());
    auto value = other ? mlir::dyn_cast<mlir::DenseResourceElementsAttr>(other.getValue()) : nullptr;
    if (!value || other.getType() != param.getType() || !value.getRawHandle().getBlob())
      return makeFault(Fault::Malformed,
                       side + ": has no parameter '" + param.getSymName() + "' of the type that " + path + " says");
    // The values move, so that they keep the name that the text gives them.
    entry->setBlob(std::move(*value.getRawHandle().getBlob()));
  }
  return llvm::Error::success();
}

static llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> parseGraph(mlir::MLIRContext &context,
                                                                    const CompileOptions &options) {
  if (!options.dims.empty() || !options.constants.empty())
    return makeFault(Fault::Usage, options.input + ": its dimensions and inputs are settled: use --dim and --constant "
                                                   "where the model is imported");
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> file = readFile(options.input);
  if (!file)
    return file.takeError();
  DiagnosticsToFaults diagnostics(context);
  // The name tells the parser nothing: it looks at the first bytes.
  auto module = mlir::parseSourceString<mlir::ModuleOp>((*file)->getBuffer(), &context, options.input);
  if (!module)
    return inFile(options.input, diagnostics.take(Fault::Malformed, "reading the IR"));
  auto main = module->lookupSymbol<mlir::func::FuncOp>(nn::mainFunction);
  if (!main)
    return makeFault(Fault::Malformed, options.input + ": has no function '" + nn::mainFunction + "'");
  if (mlir::failed(nn::verifyStates(main)))
    return inFile(options.input, diagnostics.take(Fault::Malformed, "reading the IR"));
  if (llvm::Error error = fillElided(*module, options.input))
    return std::move(error);
  return module;
}

static llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importGraph(mlir::MLIRContext &context, const CompileOptions &options, std::vector<std::string> &notes) {
  frontend::ImportOptions importOptions;
  for (const DimRange &dim : options.dims)
    importOptions.dims.push_back({dim.name, dim.least, dim.most, dim.multiple});
  for (const auto &[name, value] : options.constants)
    importOptions.constants.push_back(
        {name, static_cast<int32_t>(value.dtype), value.shape, {value.bytes.begin(), value.bytes.end()}});
  DiagnosticsToFaults diagnostics(context);
  auto module = frontend::importModel(context, options.input, importOptions);
  if (!module)
    return inFile(options.input, module.takeError());
  // What the importer makes is valid whatever it was given, or the importer is wrong.
  if (mlir::failed(mlir::verify(**module)))
    return inFile(options.input, diagnostics.take(Fault::Internal, "importing"));
  for (const std::string &remark : diagnostics.takeRemarks())
    notes.push_back(options.input + ": note: " + remark);
  return module;
}

llvm::Expected<Graph> margay::driver::loadGraph(const CompileOptions &options) {
  Graph graph;
  graph.context = makeContext(options.jobs > 1);
  bool isModel = options.from == Stage::Model;
  auto module = isModel ? importGraph(*graph.context, options, graph.notes) : parseGraph(*graph.context, options);
  if (!module)
    return module.takeError();
  graph.module = std::move(*module);
  graph.stage = isModel ? Stage::Nn : options.from;
  if (llvm::Error error = tieStates(graph, options))
    return std::move(error);
  return graph;
}

/// What was considered, as comments.
static void printConsidered(StringRef lines, llvm::raw_ostream &os) {
  if (!lines.empty())
    os << "// Plans that were considered; estimates for one core and a batch of one:\n";
  for (; !lines.empty(); lines = lines.split('\n').second)
    os << "//   " << lines.split('\n').first << '\n';
}

void margay::driver::printGraph(const Graph &graph, llvm::raw_ostream &os) {
  printConsidered(graph.considered, os);
  mlir::OpPrintingFlags flags;
  flags.elideLargeResourceString(mostPrintedBytes);
  std::string text;
  llvm::raw_string_ostream stream(text);
  mlir::ModuleOp module = graph.module.get();
  module.print(stream, flags);
  // Where all values are left out, what remains of their list says nothing.
  StringRef printed = StringRef(text).rtrim();
  if (printed.consume_back("#-}") && printed.rtrim().ends_with("{-#"))
    os << printed.rtrim().drop_back(3).rtrim() << '\n';
  else
    os << text << '\n';
}

llvm::Error margay::driver::writeGraph(const Graph &graph, StringRef path, OutputFiles &files) {
  if (llvm::Error error = files.add(path, [&](llvm::raw_ostream &os) { printGraph(graph, os); }))
    return error;
  return files.add(bytecodeBeside(path), [&](llvm::raw_ostream &os) {
    mlir::BytecodeWriterConfig config("margay");
    (void)mlir::writeBytecodeToFile(graph.module.get(), os, config); // Fails only where an older version is asked for.
  });
}
