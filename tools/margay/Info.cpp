//===- Info.cpp - margay info ---------------------------------------------===//

#include "frontend/onnx/Load.h"
#include "tools/driver/LoadedModel.h"
#include "tools/driver/Messages.h"
#include "tools/margay/Arguments.h"
#include "tools/margay/Text.h"
#include "tools/margay/Verbs.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <tuple>

using namespace margay;
using namespace margay::cli;
using namespace margay::frontend;
using llvm::StringRef;

//===- Models -------------------------------------------------------------===//

/// "f32[N,3,224,224]", with the names that --dim takes for dimensions that are free.
static std::string describeType(const onnx::ValueInfo &value) {
  const onnx::Type &type = value.type;
  std::string element = onnx::nameOf(type.element).str();
  switch (type.kind) {
  case onnx::Type::Tensor:
    break;
  case onnx::Type::Sequence:
    return "sequence";
  case onnx::Type::Map:
    return "map";
  case onnx::Type::Optional:
    return "optional";
  case onnx::Type::SparseTensor:
    return "sparse tensor of " + element;
  default:
    return "of unknown type";
  }
  if (!type.hasShape)
    return element + " of unknown shape";
  std::vector<std::string> dims;
  for (auto [axis, dim] : llvm::enumerate(type.shape)) {
    if (dim.kind == onnx::Dimension::Value)
      dims.push_back(std::to_string(dim.value));
    else if (dim.kind == onnx::Dimension::Param)
      dims.push_back(dim.param.str());
    else
      dims.push_back((value.name + "." + llvm::Twine(axis)).str());
  }
  return element + "[" + llvm::join(dims, ",") + "]";
}

/// Counts the nodes of a graph and of the graphs within its nodes.
static void countOperators(llvm::ArrayRef<onnx::Node> nodes, std::map<std::string, size_t> &counts) {
  for (const onnx::Node &node : nodes) {
    StringRef domain = onnx::canonicalDomain(node.domain);
    ++counts[domain.empty() ? node.opType.str() : (domain + "." + node.opType).str()];
    for (const onnx::Attribute &attribute : node.attributes)
      for (const onnx::Graph &graph : attribute.graphs)
        countOperators(graph.nodes, counts);
  }
}

static void printModel(const onnx::Model &model) {
  const onnx::Graph &graph = model.graph;
  std::vector<TableRow> rows;
  std::string producer = (model.producerName + " " + model.producerVersion).str();
  rows.push_back({"format", "ONNX, IR version " + std::to_string(model.irVersion)});
  for (const onnx::OpsetImport &opset : model.opsets) {
    StringRef domain = onnx::canonicalDomain(opset.domain);
    rows.push_back({"opset", ((domain.empty() ? "ai.onnx" : domain) + " " + llvm::Twine(opset.version)).str()});
  }
  if (!StringRef(producer).trim().empty())
    rows.push_back({"producer", StringRef(producer).trim().str()});
  llvm::StringMap<bool> initialized;
  uint64_t elements = 0, bytes = 0;
  for (const onnx::Tensor &tensor : graph.initializers) {
    initialized[tensor.name] = true;
    uint64_t count = onnx::elementCount(tensor.dims).value_or(0);
    elements += count;
    bytes += onnx::byteSize(tensor.type, count).value_or(0);
  }
  // In old models parameters are listed among the inputs, too.
  for (const onnx::ValueInfo &input : graph.inputs)
    if (!initialized.contains(input.name))
      rows.push_back({"input", input.name.str(), describeType(input)});
  for (const onnx::ValueInfo &output : graph.outputs)
    rows.push_back({"output", output.name.str(), describeType(output)});
  rows.push_back({"parameters", countText(elements),
                  "in " + countText(graph.initializers.size()) + " tensors, " + bytesText(bytes)});
  std::map<std::string, size_t> counts;
  countOperators(graph.nodes, counts);
  size_t total = 0;
  for (const auto &[name, count] : counts)
    total += count;
  rows.push_back({"operators", countText(total)});
  // The most frequent first.
  std::vector<std::pair<std::string, size_t>> sorted(counts.begin(), counts.end());
  llvm::sort(sorted,
             [](const auto &a, const auto &b) { return std::tie(b.second, a.first) < std::tie(a.second, b.first); });
  for (const auto &[name, count] : sorted)
    rows.push_back({"", name, countText(count)});
  printTable(rows, llvm::outs());
}

//===- Libraries ----------------------------------------------------------===//

static std::string describeType(const mg_model &model, const mg_port &port) {
  std::vector<std::string> dims;
  for (int32_t axis = 0; axis < port.rank; ++axis) {
    int64_t dim = port.dims[axis];
    if (dim >= 0)
      dims.push_back(std::to_string(dim));
    else if (MG_DIM_IS_SYMBOL(dim) && MG_DIM_SYMBOL_INDEX(dim) < model.n_symbols)
      dims.push_back(model.symbols[MG_DIM_SYMBOL_INDEX(dim)]->name);
    else
      dims.push_back("?");
  }
  const char *kind = port.kind == MG_SEQUENCE ? "sequence of " : port.kind == MG_OPTIONAL ? "optional " : "";
  return kind + std::string(mg_dtype_name(port.dtype)) + "[" + llvm::join(dims, ",") + "]";
}

static void printLibrary(const mg_model &model) {
  std::vector<TableRow> rows;
  rows.push_back({"model", model.name});
  rows.push_back({"made by", std::string("Margay ") + model.version, "ABI " + std::to_string(model.abi)});
  for (const mg_port *port : llvm::ArrayRef(model.inputs, model.n_inputs))
    rows.push_back({"input", port->name, describeType(model, *port)});
  for (const mg_port *port : llvm::ArrayRef(model.outputs, model.n_outputs))
    rows.push_back({"output", port->name, describeType(model, *port)});
  for (const mg_state *state : llvm::ArrayRef(model.states, model.n_states))
    rows.push_back({"state", model.inputs[state->input]->name,
                    std::string("updated in place, becomes ") + model.outputs[state->output]->name});
  for (const mg_symbol *symbol : llvm::ArrayRef(model.symbols, model.n_symbols))
    rows.push_back({"dimension", symbol->name,
                    symbol->max == MG_UNBOUNDED ? ">= " + std::to_string(symbol->min)
                                                : std::to_string(symbol->min) + ".." + std::to_string(symbol->max)});
  std::vector<std::string> levels;
  for (int32_t isa : llvm::ArrayRef(model.isa_levels, model.n_isa_levels))
    levels.push_back(mg_isa_name(isa));
  rows.push_back({"levels", llvm::join(levels, ", ")});
  rows.push_back({"arena", model.max_arena_bytes ? bytesText(model.max_arena_bytes) : "depends on the dimensions"});
  rows.push_back(
      {"weights", model.weights_bytes ? "in a file of " + bytesText(model.weights_bytes) : "in the library"});
  rows.push_back({"kernels", countText(model.n_kernels)});
  rows.push_back({"hash", llvm::utohexstr(model.hash, /*LowerCase=*/true, /*Width=*/16)});
  printTable(rows, llvm::outs());
}

llvm::Error margay::cli::infoVerb(llvm::ArrayRef<StringRef> arguments) {
  Verb verb{"info",
            "MODEL|LIBRARY",
            "Says what a model (ONNX) or a compiled library (.a, .so, .o) takes, gives and consists of.",
            {}};
  llvm::Expected<std::optional<Parsed>> parsed = parseOrHelp(verb, arguments);
  if (!parsed || !*parsed)
    return parsed.takeError();
  const std::string &path = (*parsed)->operands[0];
  if (driver::isLibrary(path)) {
    llvm::Expected<driver::LoadedModel> library = driver::LoadedModel::fromLibrary(path);
    if (!library)
      return library.takeError();
    printLibrary(library->model());
    return llvm::Error::success();
  }
  llvm::Expected<std::unique_ptr<onnx::LoadedModel>> loaded = onnx::loadModel(path);
  if (!loaded)
    return driver::inFile(path, loaded.takeError());
  printModel((*loaded)->model);
  return llvm::Error::success();
}
