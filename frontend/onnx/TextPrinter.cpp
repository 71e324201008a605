//===- TextPrinter.cpp - ONNX text, written -------------------------------===//

#include "frontend/onnx/ElementWriter.h"
#include "frontend/onnx/Text.h"
#include "frontend/onnx/TextLexer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include <charconv>
#include <cmath>

namespace margay::frontend::onnx {

namespace {
class TextPrinter {
public:
  explicit TextPrinter(llvm::raw_ostream &os) : os(os) {}
  void print(const Model &model);

private:
  void quote(llvm::StringRef text);
  void name(llvm::StringRef text);
  void newLine() { os << '\n' << std::string(indent, ' '); }
  template <typename Number> void number(Number value);
  template <typename List, typename Print>
  void list(llvm::StringRef open, const List &elements, llvm::StringRef close, Print print);
  void names(const std::vector<llvm::StringRef> &names);
  void pairs(const std::vector<StringPair> &pairs);
  void opsets(const std::vector<OpsetImport> &opsets);

  void print(const Type &type);
  void print(const ValueInfo &info);
  void tensorType(ElementType type, llvm::ArrayRef<int64_t> dims);
  void data(const Tensor &tensor);
  void printSparse(const SparseTensor &tensor, bool isInitializer);
  void print(const Tensor &tensor, bool isInitializer);
  void print(const Attribute &attribute);
  void value(const Attribute &attribute);
  void attributes(const std::vector<Attribute> &attributes) {
    list(" <", attributes, ">", [&](const Attribute &attribute) { print(attribute); });
  }
  void print(const Node &node);
  void print(const std::vector<Node> &nodes);
  void print(const Graph &graph);
  void print(const Function &function);

  llvm::raw_ostream &os;
  unsigned indent = 0;
};
} // namespace

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

/// The shortest digits that read back as the same number, in any locale.
template <typename Number> void TextPrinter::number(Number value) {
  if constexpr (std::is_floating_point_v<Number>)
    if (std::isnan(value)) {
      os << (std::signbit(value) ? "-nan" : "nan");
      return;
    }
  char buffer[40];
  auto [end, error] = std::to_chars(buffer, std::end(buffer), value);
  os << llvm::StringRef(buffer, end - buffer);
}

template <typename List, typename Print>
void TextPrinter::list(llvm::StringRef open, const List &elements, llvm::StringRef close, Print print) {
  os << open;
  llvm::interleave(elements, [&](const auto &element) { print(element); }, [&] { os << ", "; });
  os << close;
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

//===- Types and tensors --------------------------------------------------===//

void TextPrinter::print(const Type &type) {
  auto tensor = [&] {
    os << nameOf(type.element);
    if (type.hasShape && type.shape.empty())
      return;
    list("[", type.shape, "]", [&](const Dimension &dim) {
      if (dim.kind == Dimension::Value)
        os << dim.value;
      else if (dim.kind == Dimension::Param)
        name(dim.param);
      else
        os << '?';
    });
  };
  auto inner = [&] {
    if (!type.inner.empty())
      print(type.inner[0]);
    os << ')';
  };
  switch (type.kind) {
  case Type::None:
    return;
  case Type::Tensor:
    return tensor();
  case Type::SparseTensor:
    os << "sparse_tensor(";
    tensor();
    os << ')';
    return;
  case Type::Sequence:
    os << "seq(";
    return inner();
  case Type::Optional:
    os << "optional(";
    return inner();
  case Type::Map:
    os << "map(" << nameOf(type.element) << ", ";
    return inner();
  case Type::Opaque:
    os << "opaque(";
    if (!type.opaqueDomain.empty()) {
      name(type.opaqueDomain);
      os << ", ";
    }
    if (!type.opaqueName.empty())
      name(type.opaqueName);
    os << ')';
    return;
  }
}

void TextPrinter::print(const ValueInfo &info) {
  print(info.type);
  if (info.type.kind != Type::None)
    os << ' ';
  name(info.name);
}

void TextPrinter::tensorType(ElementType type, llvm::ArrayRef<int64_t> dims) {
  os << nameOf(type);
  if (!dims.empty())
    list("[", dims, "]", [&](int64_t dim) { os << dim; });
}

void TextPrinter::data(const Tensor &tensor) {
  if (tensor.isExternal)
    return pairs(tensor.external);
  if (tensor.type == ElementType::String)
    return list("{", tensor.strings, "}", [&](llvm::StringRef text) { quote(text); });
  const ElementTypeInfo *info = lookup(tensor.type);
  llvm::StringRef separator = "";
  auto put = [&](auto value) {
    os << separator;
    separator = ", ";
    number(value);
  };
  os << '{';
  if (!info) {
    // Nothing is known of its elements.
  } else if (info->field == TypedField::Float) {
    for (size_t at = 0; at + 4 <= tensor.bytes.size(); at += 4)
      put(llvm::bit_cast<float>(llvm::support::endian::read32le(tensor.bytes.data() + at)));
  } else if (info->field == TypedField::Double) {
    for (size_t at = 0; at + 8 <= tensor.bytes.size(); at += 8)
      put(llvm::bit_cast<double>(llvm::support::endian::read64le(tensor.bytes.data() + at)));
  } else {
    forEachNumber(*info, tensor.bytes, elementCount(tensor.dims).value_or(0), [&](uint64_t value) {
      if (info->isSigned)
        put(int64_t(value));
      else
        put(value);
    });
  }
  os << '}';
}

void TextPrinter::print(const Tensor &tensor, bool isInitializer) {
  tensorType(tensor.type, tensor.dims);
  if (!tensor.name.empty()) {
    os << ' ';
    name(tensor.name);
  }
  os << (isInitializer || tensor.isExternal ? " = " : " ");
  data(tensor);
}

void TextPrinter::printSparse(const SparseTensor &tensor, bool isInitializer) {
  os << "sparse_tensor(";
  tensorType(tensor.values.type, tensor.dims);
  os << ')';
  if (!tensor.values.name.empty()) {
    os << ' ';
    name(tensor.values.name);
  }
  os << (isInitializer || tensor.values.isExternal ? " = " : " ");
  data(tensor.values);
  os << " at ";
  tensorType(tensor.indices.type, tensor.indices.dims);
  os << ' ';
  data(tensor.indices);
}

//===- Attributes and nodes -----------------------------------------------===//

void TextPrinter::value(const Attribute &attribute) {
  auto some = [&](const auto &elements, auto print) {
    if (isList(attribute.type))
      list("[", elements, "]", print);
    else if (!elements.empty())
      print(elements[0]);
  };
  switch (listOf(attribute.type)) {
  case AttributeType::Floats:
    return some(attribute.floats, [&](float value) { number(value); });
  case AttributeType::Ints:
    return some(attribute.ints, [&](int64_t value) { number(value); });
  case AttributeType::Strings:
    return some(attribute.strings, [&](llvm::StringRef text) { quote(text); });
  case AttributeType::Tensors:
    return some(attribute.tensors, [&](const Tensor &tensor) { print(tensor, /*isInitializer=*/false); });
  case AttributeType::SparseTensors:
    return some(attribute.sparseTensors,
                [&](const SparseTensor &tensor) { printSparse(tensor, /*isInitializer=*/false); });
  case AttributeType::Graphs:
    indent += 2;
    some(attribute.graphs, [&](const Graph &graph) { print(graph); });
    indent -= 2;
    return;
  case AttributeType::Types:
    return some(attribute.types, [&](const Type &type) { print(type); });
  default:
    return;
  }
}

void TextPrinter::print(const Attribute &attribute) {
  name(attribute.name);
  if (attribute.type != AttributeType::Undefined)
    os << ": " << nameOf(attribute.type);
  os << " = ";
  if (attribute.refName.empty())
    return value(attribute);
  os << '@';
  name(attribute.refName);
}

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

//===- Graphs, functions, models ------------------------------------------===//

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
