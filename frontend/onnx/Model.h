//===- Model.h - an ONNX model as plain structs ---------------------------===//
//
// What ModelProto and the messages in it say, with the same names, whether it was read from the binary or from the text
// form. Strings and tensor bytes are views into the file or into the model's arena, so a Model lives no longer than the
// file it was read from (see Load.h, which holds both).
//
// Whatever field a tensor's elements are stored in (raw_data, float_data, int32_data, …), they are seen here as
// raw_data would hold them.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_MODEL_H
#define MARGAY_FRONTEND_ONNX_MODEL_H

#include "frontend/onnx/ElementType.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Allocator.h"
#include <memory>
#include <string>
#include <vector>

namespace margay::frontend::onnx {

/// A byte offset that is not known: the thing was not read from a binary file.
inline constexpr uint64_t noOffset = ~uint64_t(0);

/// The newest IR version whose structure is known here.
inline constexpr int64_t newestIrVersion = 14;

struct StringPair {
  llvm::StringRef key, value;
};

struct OpsetImport {
  llvm::StringRef domain; ///< "" and "ai.onnx" are the same
  int64_t version = 0;
};

//===- Types --------------------------------------------------------------===//

/// A dimension: a value, a name, or neither.
struct Dimension {
  enum Kind : uint8_t { Unknown, Value, Param };
  Kind kind = Unknown;
  int64_t value = 0;
  llvm::StringRef param;
  llvm::StringRef denotation;
};

struct Type {
  enum Kind : uint8_t { None, Tensor, SparseTensor, Sequence, Map, Optional, Opaque };
  Kind kind = None;
  ElementType element = ElementType::Undefined; ///< of tensors; of a map, the key's type
  bool hasShape = false;                        ///< a tensor without a shape has an unknown rank
  std::vector<Dimension> shape;
  std::vector<Type> inner; ///< the one element type of sequences and optionals, the value type of maps
  llvm::StringRef opaqueDomain, opaqueName;
  llvm::StringRef denotation;
};

struct ValueInfo {
  llvm::StringRef name;
  Type type;
  llvm::StringRef docString;
  std::vector<StringPair> metadata;
};

//===- Tensors ------------------------------------------------------------===//

struct Tensor {
  llvm::StringRef name;
  ElementType type = ElementType::Undefined;
  llvm::SmallVector<int64_t, 4> dims;
  llvm::ArrayRef<uint8_t> bytes;        ///< the elements, little-endian, row-major, sub-byte types packed
  uint64_t offset = noOffset;           ///< of `bytes` in the file, where they stand there as they are
  std::vector<llvm::StringRef> strings; ///< the elements of a string tensor
  bool isExternal = false;              ///< the elements are in another file
  std::vector<StringPair> external;     ///< location, offset, length, checksum
  llvm::StringRef docString;
  std::vector<StringPair> metadata;
};

struct SparseTensor {
  Tensor values;  ///< [nonzeros]; its name is the sparse tensor's
  Tensor indices; ///< int64 [nonzeros] (row-major positions) or [nonzeros, rank]
  llvm::SmallVector<int64_t, 4> dims;
};

//===- Graphs -------------------------------------------------------------===//

enum class AttributeType : int32_t {
  Undefined = 0,
  Float = 1,
  Int = 2,
  String = 3,
  Tensor = 4,
  Graph = 5,
  Floats = 6,
  Ints = 7,
  Strings = 8,
  Tensors = 9,
  Graphs = 10,
  SparseTensor = 11,
  SparseTensors = 12,
  Type = 13,
  Types = 14,
};

/// "ints", "graph", …: as ONNX text writes the kind after an attribute's name.
llvm::StringRef nameOf(AttributeType type);
std::optional<AttributeType> attributeTypeNamed(llvm::StringRef name);
/// Ints for Int, and so on; lists are themselves.
AttributeType listOf(AttributeType type);
bool isList(AttributeType type);

struct Graph;

/// An attribute. A single value is the only element of the list of its kind.
struct Attribute {
  llvm::StringRef name;
  AttributeType type = AttributeType::Undefined;
  llvm::StringRef refName; ///< inside functions: the function's attribute whose value this one takes
  std::vector<float> floats;
  std::vector<int64_t> ints;
  std::vector<llvm::StringRef> strings;
  std::vector<Tensor> tensors;
  std::vector<SparseTensor> sparseTensors;
  std::vector<Graph> graphs;
  std::vector<Type> types;
  llvm::StringRef docString;
};

struct Node {
  llvm::StringRef name, opType, domain, overload;
  std::vector<llvm::StringRef> inputs, outputs; ///< "" where an optional one is absent
  std::vector<Attribute> attributes;
  llvm::StringRef docString;
  std::vector<StringPair> metadata;

  /// The attribute called `name`, or null.
  const Attribute *attribute(llvm::StringRef name) const;
};

/// What messages call a node: "node 'conv1' (Conv)". A node without a name goes by its first output: "node of
/// 'conv1_out' (Conv)".
std::string describe(const Node &node);

struct QuantizationAnnotation {
  llvm::StringRef tensorName;
  std::vector<StringPair> parameters;
};

struct Graph {
  llvm::StringRef name;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<SparseTensor> sparseInitializers;
  std::vector<ValueInfo> inputs, outputs, valueInfos;
  std::vector<QuantizationAnnotation> quantization;
  llvm::StringRef docString;
  std::vector<StringPair> metadata;
};

struct Function {
  llvm::StringRef name, domain, overload;
  std::vector<llvm::StringRef> inputs, outputs;
  std::vector<llvm::StringRef> attributes; ///< the names of attributes without a default
  std::vector<Attribute> attributeDefaults;
  std::vector<Node> nodes;
  std::vector<ValueInfo> valueInfos;
  std::vector<OpsetImport> opsets;
  llvm::StringRef docString;
  std::vector<StringPair> metadata;
};

struct TrainingInfo {
  std::vector<Graph> initialization; ///< at most one
  std::vector<Graph> algorithm;      ///< at most one
  std::vector<StringPair> initializationBindings, updateBindings;
};

//===- The model ----------------------------------------------------------===//

/// Owns what was not in the file as it is: strings with escapes, decoded numbers. Moving it leaves its views valid.
class Arena {
public:
  llvm::StringRef copy(llvm::StringRef text);
  /// `size` uninitialised bytes, aligned for any element.
  llvm::MutableArrayRef<uint8_t> bytes(size_t size);

private:
  llvm::BumpPtrAllocator allocator;
};

struct Model {
  int64_t irVersion = 0;
  std::vector<OpsetImport> opsets;
  llvm::StringRef producerName, producerVersion, domain, docString;
  int64_t modelVersion = 0;
  bool hasGraph = false;
  Graph graph;
  std::vector<Function> functions;
  std::vector<TrainingInfo> trainingInfos;
  std::vector<StringPair> metadata;
  Arena arena;
};

/// The domain as it is compared: "ai.onnx" is "".
llvm::StringRef canonicalDomain(llvm::StringRef domain);

/// The version of a domain's operators; 0 if it is not imported. Where it is imported twice, the highest counts.
int64_t opsetVersion(llvm::ArrayRef<OpsetImport> opsets, llvm::StringRef domain);

/// One string for what a node calls and a function is called by; names cannot contain its separator, a null character.
std::string functionKey(llvm::StringRef domain, llvm::StringRef name, llvm::StringRef overload);

/// A name for messages: quoted, control characters escaped, and shortened when it is long.
std::string quoted(llvm::StringRef name);

/// The number of elements of these dimensions; nothing when one is negative or the product overflows.
std::optional<uint64_t> elementCount(llvm::ArrayRef<int64_t> dims);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_MODEL_H
