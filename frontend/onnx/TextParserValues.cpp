//===- TextParserValues.cpp - types, tensors and attributes of ONNX text --===//

#include "frontend/onnx/Decode.h"
#include "frontend/onnx/TextParser.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <charconv>

namespace margay::frontend::onnx {

//===- Types --------------------------------------------------------------===//

static bool isContainerWord(llvm::StringRef word) {
  return llvm::is_contained({"seq", "map", "optional", "sparse_tensor", "opaque"}, word);
}

/// The element type that a word means; "undefined" is what printers write where there is none.
static std::optional<ElementType> elementTypeOf(llvm::StringRef word) {
  return word == "undefined" ? ElementType::Undefined : elementTypeNamed(word);
}

bool TextParser::atType() const {
  return token.kind == Token::Word && (elementTypeOf(token.text) || isContainerWord(token.text));
}

/// dimension ::= '?' | name | integer
bool TextParser::dimension(Dimension &dim) {
  if (accept('?'))
    return true;
  dim.kind = atName() ? Dimension::Param : Dimension::Value;
  if (dim.kind == Dimension::Value)
    return integer(dim.value);
  return name(dim.param, "a dimension");
}

/// tensor-type ::= element ('[' dimension,* ']')?        "float" is a scalar, "float[]" a tensor of unknown rank.
bool TextParser::tensorType(ElementType element, Type &type) {
  type.element = element;
  type.hasShape = true;
  if (!token.is('['))
    return true;
  if (!list('[', ']', [&] { return dimension(type.shape.emplace_back()); }))
    return false;
  type.hasShape = !type.shape.empty();
  return true;
}

/// opaque ::= 'opaque' '(' (name ('.' name)* | name ',' name)? ')'
bool TextParser::opaqueType(Type &type) {
  llvm::StringRef part;
  std::string text;
  if (!expect('('))
    return false;
  if (accept(')'))
    return true;
  do {
    if (!name(part, "the name of an opaque type"))
      return false;
    text += (text.empty() ? "" : ".") + part.str();
  } while (accept('.'));
  type.opaqueName = arena.copy(text);
  if (accept(',')) {
    type.opaqueDomain = type.opaqueName;
    if (!name(type.opaqueName, "the name of an opaque type"))
      return false;
  }
  return expect(')');
}

/// type ::= tensor-type | 'seq' '(' type ')' | 'optional' '(' type ')' | 'map' '(' element ',' type ')' |
/// 'sparse_tensor' '(' tensor-type ')' | opaque
bool TextParser::type(Type &type) {
  if (!atType())
    return expected("a type");
  if (depth >= maxDepth)
    return fail("types are nested more than " + llvm::Twine(maxDepth) + " deep");
  llvm::StringRef word = token.text;
  advance();
  if (std::optional<ElementType> element = elementTypeOf(word)) {
    type.kind = Type::Tensor;
    return tensorType(*element, type);
  }
  if (word == "opaque") {
    type.kind = Type::Opaque;
    return opaqueType(type);
  }
  if (!expect('('))
    return false;
  if (word == "map" || word == "sparse_tensor") {
    std::optional<ElementType> element = token.kind == Token::Word ? elementTypeOf(token.text) : std::nullopt;
    if (!element)
      return expected("an element type");
    advance();
    type.kind = word == "map" ? Type::Map : Type::SparseTensor;
    type.element = *element;
    if (type.kind == Type::SparseTensor)
      return tensorType(*element, type) && expect(')');
    if (!expect(','))
      return false;
  } else {
    type.kind = word == "seq" ? Type::Sequence : Type::Optional;
  }
  ++depth;
  bool isParsed = this->type(type.inner.emplace_back()) && expect(')');
  --depth;
  return isParsed;
}

/// value-info ::= type? name
bool TextParser::valueInfo(ValueInfo &info) {
  return (!atType() || type(info.type)) && name(info.name, "the name of a value");
}

//===- Tensors ------------------------------------------------------------===//

template <typename Float> bool TextParser::floating(Float &value) {
  if (token.kind != Token::Integer && token.kind != Token::Float &&
      !(token.kind == Token::Word && isFloatWord(token.text)))
    return expected("a number");
  auto [end, error] = std::from_chars(token.text.begin(), token.text.end(), value);
  if (error != std::errc() || end != token.text.end()) {
    // Too small or too large: the small become zero or denormal.
    llvm::APFloat exact(sizeof(Float) == 4 ? llvm::APFloat::IEEEsingle() : llvm::APFloat::IEEEdouble());
    auto status = exact.convertFromString(token.text, llvm::APFloat::rmNearestTiesToEven);
    if (!status || (*status & llvm::APFloat::opOverflow)) {
      llvm::consumeError(status.takeError());
      return fail("the number " + quoted(token.text) + " is too large");
    }
    value = Float(sizeof(Float) == 4 ? exact.convertToFloat() : exact.convertToDouble());
  }
  advance();
  return true;
}

bool TextParser::integerElement(const ElementTypeInfo &info, ElementWriter &writer) {
  uint64_t value;
  int64_t negative;
  if (token.kind != Token::Integer)
    return expected("an integer");
  if (token.text.getAsInteger(10, value)) {
    if (token.text.getAsInteger(10, negative))
      return fail(quoted(token.text) + " does not fit into 64 bits");
    value = uint64_t(negative);
  }
  bool wraps = info.bits == 64 && info.isSigned != token.text.starts_with("-") && int64_t(value) < 0;
  if (wraps || !writer.append(value))
    return fail(info.name + " cannot hold " + token.text);
  advance();
  return true;
}

/// element ::= number | string
bool TextParser::element(const ElementTypeInfo &info, ElementWriter &writer, Tensor &tensor) {
  switch (info.field) {
  case TypedField::String:
    return string(tensor.strings.emplace_back());
  case TypedField::Float: {
    float value;
    if (!floating(value))
      return false;
    writer.append(value);
    return true;
  }
  case TypedField::Double: {
    double value;
    if (!floating(value))
      return false;
    writer.append(value);
    return true;
  }
  default:
    return integerElement(info, writer);
  }
}

/// data ::= '{' element,* '}' | pairs
bool TextParser::elements(Tensor &tensor) {
  if (token.is('[')) {
    tensor.isExternal = true;
    return pairs(tensor.external);
  }
  const ElementTypeInfo *info = lookup(tensor.type);
  if (!info)
    return fail("a tensor of no element type has no elements");
  ElementWriter writer(*info);
  if (!list('{', '}', [&] { return element(*info, writer, tensor); }))
    return false;
  llvm::MutableArrayRef<uint8_t> bytes = arena.bytes(writer.bytes().size());
  llvm::copy(writer.bytes(), bytes.begin());
  tensor.bytes = bytes;
  return true;
}

/// The dimensions of a type as numbers.
bool TextParser::dims(const Type &type, llvm::SmallVectorImpl<int64_t> &dims) {
  if (!type.hasShape)
    return fail("a tensor with elements needs its dimensions in its type");
  for (const Dimension &dim : type.shape) {
    if (dim.kind != Dimension::Value)
      return fail("a tensor with elements needs dimensions that are numbers");
    dims.push_back(dim.value);
  }
  return true;
}

bool TextParser::tensor(const Type &type, llvm::StringRef name, Tensor &tensor) {
  size_t position = token.position;
  tensor.name = name;
  tensor.type = type.element;
  if (type.kind != Type::Tensor)
    return fail("only tensors can have elements");
  if (!dims(type, tensor.dims) || !elements(tensor))
    return false;
  std::optional<std::string> fault = findFault(tensor);
  return !fault || failAt(position, *fault);
}

/// sparse-data ::= data 'at' tensor-type data
bool TextParser::sparseTensor(const Type &type, llvm::StringRef name, SparseTensor &tensor) {
  size_t position = token.position;
  Type indices;
  tensor.values.name = name;
  tensor.values.type = type.element;
  if (!dims(type, tensor.dims) || !elements(tensor.values))
    return false;
  if (!acceptWord("at"))
    return expected("'at' and the indices of the sparse tensor");
  if (!this->type(indices) || !this->tensor(indices, "", tensor.indices))
    return false;
  // The type gives the dense dimensions; the values are as many as the indices say.
  tensor.values.dims.assign(1, tensor.indices.dims.empty() ? 0 : tensor.indices.dims[0]);
  std::optional<std::string> fault = findFault(tensor.values);
  if (!fault)
    fault = findFault(tensor);
  return !fault || failAt(position, *fault);
}

bool TextParser::initializer(const ValueInfo &info, Graph &graph, size_t position) {
  if (info.type.kind == Type::Tensor)
    return tensor(info.type, info.name, graph.initializers.emplace_back());
  if (info.type.kind == Type::SparseTensor)
    return sparseTensor(info.type, info.name, graph.sparseInitializers.emplace_back());
  return failAt(position, "only tensors can have elements");
}

//===- Attributes ---------------------------------------------------------===//

/// attributes ::= '<' attribute,* '>'
bool TextParser::attributes(std::vector<Attribute> &attributes) {
  return list('<', '>', [&] {
    Attribute &added = attributes.emplace_back();
    return name(added.name, "the name of an attribute") && attribute(added);
  });
}

/// attribute ::= name (':' word)? '=' (value | '[' value,* ']')        The name has been read.
bool TextParser::attribute(Attribute &attribute) {
  if (accept(':')) {
    std::optional<AttributeType> type = token.kind == Token::Word ? attributeTypeNamed(token.text) : std::nullopt;
    if (!type)
      return expected("the type of an attribute");
    attribute.type = *type;
    advance();
  }
  return expect('=') && attributeValue(attribute, attribute.type);
}

/// The type of the elements of a list type; a single type is itself.
static AttributeType elementOf(AttributeType type) {
  for (int32_t number = 1; number <= int32_t(AttributeType::Types); ++number)
    if (auto single = AttributeType(number); !isList(single) && listOf(single) == type)
      return single;
  return type;
}

bool TextParser::attributeValue(Attribute &attribute, AttributeType expected) {
  size_t position = token.position;
  AttributeType single = elementOf(expected), found = AttributeType::Undefined;
  auto mismatch = [&](AttributeType type) {
    return failAt(position, "attribute " + quoted(attribute.name) + " is of type " + nameOf(expected) +
                                ", but its value is of type " + nameOf(type));
  };
  if (!token.is('[')) {
    if (!value(attribute, single, found))
      return false;
    if (!attribute.refName.empty())
      return true;
    attribute.type = found;
    return expected == AttributeType::Undefined || expected == found || mismatch(found);
  }
  bool isParsed = list('[', ']', [&] {
    position = token.position;
    AttributeType type = AttributeType::Undefined;
    if (!value(attribute, single, type))
      return false;
    if (!attribute.refName.empty())
      return failAt(position, "a list cannot hold a reference to an attribute");
    if (single == AttributeType::Undefined)
      single = type;
    if (type != single)
      return failAt(position, "a value of type " + nameOf(type) + " in a list of type " + nameOf(single));
    found = listOf(type);
    return true;
  });
  if (!isParsed)
    return false;
  if (found == AttributeType::Undefined && !isList(expected))
    return failAt(position, "an empty list needs its type, as in 'axes: ints = []'");
  if (found != AttributeType::Undefined && expected != AttributeType::Undefined && found != expected)
    return mismatch(found);
  attribute.type = found == AttributeType::Undefined ? expected : found;
  return true;
}

/// typed-value ::= type | type name? '='? data
bool TextParser::typedValue(Attribute &attribute, AttributeType &found) {
  Type parsed;
  if (!type(parsed))
    return false;
  if (!token.is('{') && !token.is('=') && !atName()) {
    found = AttributeType::Type;
    attribute.types.push_back(std::move(parsed));
    return true;
  }
  llvm::StringRef tensorName;
  if (atName() && !name(tensorName, "the name of a tensor"))
    return false;
  accept('=');
  if (parsed.kind == Type::SparseTensor) {
    found = AttributeType::SparseTensor;
    return sparseTensor(parsed, tensorName, attribute.sparseTensors.emplace_back());
  }
  found = AttributeType::Tensor;
  return tensor(parsed, tensorName, attribute.tensors.emplace_back());
}

/// value ::= integer | float | string | '@' name | typed-value | graph
bool TextParser::value(Attribute &attribute, AttributeType expected, AttributeType &found) {
  if (accept('@')) {
    found = expected;
    return name(attribute.refName, "the name of an attribute of the function");
  }
  if (atType())
    return typedValue(attribute, found);
  bool isWord = token.kind == Token::Word;
  if (token.kind == Token::Float || (isWord && isFloatWord(token.text)) ||
      (token.kind == Token::Integer && expected == AttributeType::Float)) {
    found = AttributeType::Float;
    return floating(attribute.floats.emplace_back());
  }
  if (token.kind == Token::Integer) {
    found = AttributeType::Int;
    return integer(attribute.ints.emplace_back());
  }
  if (token.kind == Token::String && expected != AttributeType::Graph) {
    found = AttributeType::String;
    return string(attribute.strings.emplace_back());
  }
  if (isWord || token.kind == Token::String) {
    found = AttributeType::Graph;
    return graph(attribute.graphs.emplace_back());
  }
  return this->expected("the value of an attribute");
}

} // namespace margay::frontend::onnx
