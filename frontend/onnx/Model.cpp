//===- Model.cpp - an ONNX model as plain structs -------------------------===//

#include "frontend/onnx/Model.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

namespace margay::frontend::onnx {

namespace {
struct AttributeTypeRow {
  AttributeType type, list;
  llvm::StringLiteral name;
};
} // namespace

static constexpr AttributeTypeRow attributeTypes[] = {
    {AttributeType::Float, AttributeType::Floats, "float"},
    {AttributeType::Int, AttributeType::Ints, "int"},
    {AttributeType::String, AttributeType::Strings, "string"},
    {AttributeType::Tensor, AttributeType::Tensors, "tensor"},
    {AttributeType::Graph, AttributeType::Graphs, "graph"},
    {AttributeType::SparseTensor, AttributeType::SparseTensors, "sparse_tensor"},
    {AttributeType::Type, AttributeType::Types, "type_proto"},
    {AttributeType::Floats, AttributeType::Floats, "floats"},
    {AttributeType::Ints, AttributeType::Ints, "ints"},
    {AttributeType::Strings, AttributeType::Strings, "strings"},
    {AttributeType::Tensors, AttributeType::Tensors, "tensors"},
    {AttributeType::Graphs, AttributeType::Graphs, "graphs"},
    {AttributeType::SparseTensors, AttributeType::SparseTensors, "sparse_tensors"},
    {AttributeType::Types, AttributeType::Types, "type_protos"},
};

static const AttributeTypeRow *rowOf(AttributeType type) {
  const auto *row = llvm::find_if(attributeTypes, [&](const AttributeTypeRow &row) { return row.type == type; });
  return row == std::end(attributeTypes) ? nullptr : row;
}

llvm::StringRef nameOf(AttributeType type) {
  const AttributeTypeRow *row = rowOf(type);
  return row ? llvm::StringRef(row->name) : "undefined";
}

std::optional<AttributeType> attributeTypeNamed(llvm::StringRef name) {
  for (const AttributeTypeRow &row : attributeTypes)
    if (row.name == name)
      return row.type;
  return std::nullopt;
}

AttributeType listOf(AttributeType type) {
  const AttributeTypeRow *row = rowOf(type);
  return row ? row->list : type;
}

bool isList(AttributeType type) { return type != AttributeType::Undefined && listOf(type) == type; }

const Attribute *Node::attribute(llvm::StringRef name) const {
  for (const Attribute &attribute : attributes)
    if (attribute.name == name)
      return &attribute;
  return nullptr;
}

std::string describe(const Node &node) {
  std::string op =
      node.opType.empty() ? "" : " (" + llvm::StringRef(quoted(node.opType)).drop_front().drop_back().str() + ")";
  if (!node.name.empty())
    return "node " + quoted(node.name) + op;
  for (llvm::StringRef output : node.outputs)
    if (!output.empty())
      return "node of " + quoted(output) + op;
  return "node without a name" + op;
}

llvm::StringRef Arena::copy(llvm::StringRef text) { return text.copy(allocator); }

llvm::MutableArrayRef<uint8_t> Arena::bytes(size_t size) {
  return {static_cast<uint8_t *>(allocator.Allocate(size, 16)), size};
}

llvm::StringRef canonicalDomain(llvm::StringRef domain) { return domain == "ai.onnx" ? "" : domain; }

int64_t opsetVersion(llvm::ArrayRef<OpsetImport> opsets, llvm::StringRef domain) {
  int64_t version = 0;
  for (const OpsetImport &opset : opsets)
    if (canonicalDomain(opset.domain) == canonicalDomain(domain))
      version = std::max(version, opset.version);
  return version;
}

std::string functionKey(llvm::StringRef domain, llvm::StringRef name, llvm::StringRef overload) {
  std::string key;
  for (llvm::StringRef part : {canonicalDomain(domain), name, overload}) {
    key += part;
    key += '\0';
  }
  return key;
}

std::string quoted(llvm::StringRef name) {
  constexpr size_t limit = 100;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '\'';
  for (char c : name.take_front(limit)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      os << "\\x" << llvm::hexdigit(byte >> 4) << llvm::hexdigit(byte & 15);
    else
      os << c;
  }
  os << (name.size() > limit ? "…'" : "'");
  return text;
}

std::optional<uint64_t> elementCount(llvm::ArrayRef<int64_t> dims) {
  uint64_t count = 1;
  bool isEmpty = false, overflow = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return std::nullopt;
    isEmpty |= dim == 0;
    bool step = false;
    count = llvm::SaturatingMultiply(count, uint64_t(dim), &step);
    overflow |= step;
  }
  if (isEmpty)
    return 0;
  if (overflow || count > uint64_t(INT64_MAX))
    return std::nullopt;
  return count;
}

} // namespace margay::frontend::onnx
