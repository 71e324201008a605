//===- TextPrinter.cpp - models, graphs and nodes as ONNX text ------------===//

#include "frontend/onnx/TextPrinter.h"
#include "frontend/onnx/Text.h"
#include "frontend/onnx/TextLexer.h"

namespace margay::frontend::onnx {

//===- Words and numbers --------------------------------------------------===//

void TextPrinter::quote(llvm::StringRef text) {
  os << '"';
  for (char c : text) {
    if (c == '\\' || c == '"')
      os << '\\';
    os << c;
  }
  os << '"';
}

/// A word that would be read as a type or as a number is quoted too.
void TextPrinter::name(llvm::StringRef text) {
  bool isTaken = elementTypeNamed(text) || isFloatWord(text) ||
                 llvm::is_contained({"seq", "map", "optional", "sparse_tensor", "opaque", "undefined"}, text);
  if (isIdentifier(text) && !isTaken)
    os << text;
  else
    quote(text);
}

void TextPrinter::names(const std::vector<llvm::StringRef> &names) {
  list("(", names, ")", [&](llvm::StringRef text) { name(text); });
}

void TextPrinter::pairs(const std::vector<StringPair> &pairs) {
  list("[", pairs, "]", [&](const StringPair &pair) {
    quote(pair.key);
    os << ": ";
    quote(pair.value);
  });
}

void TextPrinter::opsets(const std::vector<OpsetImport> &opsets) {
  list("[", opsets, "]", [&](const OpsetImport &opset) {
    quote(opset.domain);
    os << " : " << opset.version;
  });
}

//===- Nodes and graphs ---------------------------------------------------===//

void TextPrinter::print(const Node &node) {
  newLine();
  if (!node.name.empty()) {
    os << '[';
    name(node.name);
    os << "] ";
  }
  list("", node.outputs, "", [&](llvm::StringRef text) { name(text); });
  os << " = ";
  if (!node.domain.empty()) {
    // com.example stands as it is; what is not words with dots between them is quoted as a whole.
    llvm::SmallVector<llvm::StringRef> parts;
    node.domain.split(parts, '.');
    if (llvm::all_of(parts, isIdentifier))
      os << node.domain;
    else
      quote(node.domain);
    os << '.';
  }
  name(node.opType);
  if (!node.overload.empty()) {
    os << ':';
    name(node.overload);
  }
  // Graphs come last, where they do not hide the inputs.
  bool hasGraphs = llvm::any_of(node.attributes, [](const Attribute &attribute) { return !attribute.graphs.empty(); });
  if (!hasGraphs && !node.attributes.empty())
    attributes(node.attributes);
  os << ' ';
  names(node.inputs);
  if (hasGraphs)
    attributes(node.attributes);
}

void TextPrinter::print(const std::vector<Node> &nodes) {
  os << '{';
  indent += 2;
  for (const Node &node : nodes)
    print(node);
  indent -= 2;
  newLine();
  os << '}';
}

void TextPrinter::print(const Graph &graph) {
  auto infos = [&](const std::vector<ValueInfo> &infos) {
    list("(", infos, ")", [&](const ValueInfo &info) { print(info); });
  };
  name(graph.name);
  os << ' ';
  infos(graph.inputs);
  os << " => ";
  infos(graph.outputs);
  os << ' ';
  if (!graph.initializers.empty() || !graph.sparseInitializers.empty() || !graph.valueInfos.empty()) {
    indent += 2;
    llvm::StringRef separator = "<";
    auto next = [&] {
      os << separator;
      separator = ",";
      newLine();
    };
    for (const Tensor &tensor : graph.initializers) {
      next();
      print(tensor, /*isInitializer=*/true);
    }
    for (const SparseTensor &tensor : graph.sparseInitializers) {
      next();
      printSparse(tensor, /*isInitializer=*/true);
    }
    for (const ValueInfo &info : graph.valueInfos) {
      next();
      print(info);
    }
    indent -= 2;
    newLine();
    os << "> ";
  }
  print(graph.nodes);
}

void TextPrinter::print(const Function &function) {
  os << "\n<domain: ";
  quote(function.domain);
  if (!function.overload.empty()) {
    os << ", overload: ";
    quote(function.overload);
  }
  os << ", opset_import: ";
  opsets(function.opsets);
  if (!function.docString.empty()) {
    os << ", doc_string: ";
    quote(function.docString);
  }
  os << ">\n";
  name(function.name);
  os << ' ';
  if (!function.attributes.empty() || !function.attributeDefaults.empty()) {
    list("<", function.attributes, "", [&](llvm::StringRef text) { name(text); });
    os << (function.attributes.empty() || function.attributeDefaults.empty() ? "" : ", ");
    list("", function.attributeDefaults, "> ", [&](const Attribute &attribute) { print(attribute); });
  }
  names(function.inputs);
  os << " => ";
  names(function.outputs);
  os << ' ';
  if (!function.valueInfos.empty())
    list("<", function.valueInfos, "> ", [&](const ValueInfo &info) { print(info); });
  print(function.nodes);
  os << '\n';
}

void TextPrinter::print(const Model &model) {
  os << "<\n  ir_version: " << model.irVersion;
  if (!model.opsets.empty()) {
    os << ",\n  opset_import: ";
    opsets(model.opsets);
  }
  auto text = [&](llvm::StringRef key, llvm::StringRef value) {
    if (value.empty())
      return;
    os << ",\n  " << key << ": ";
    quote(value);
  };
  text("producer_name", model.producerName);
  text("producer_version", model.producerVersion);
  text("domain", model.domain);
  if (model.modelVersion != 0)
    os << ",\n  model_version: " << model.modelVersion;
  text("doc_string", model.docString);
  if (!model.metadata.empty()) {
    os << ",\n  metadata_props: ";
    pairs(model.metadata);
  }
  os << "\n>\n";
  print(model.graph);
  os << '\n';
  for (const Function &function : model.functions)
    print(function);
}

void printModelText(const Model &model, llvm::raw_ostream &os) { TextPrinter(os).print(model); }

} // namespace margay::frontend::onnx
