//===- TextParser.cpp - models, graphs, nodes and functions of ONNX text --===//

#include "frontend/onnx/TextParser.h"
#include "frontend/onnx/Text.h"
#include "ir/Fault.h"

namespace margay::frontend::onnx {

//===- Tokens -------------------------------------------------------------===//

bool TextParser::failAt(size_t position, const llvm::Twine &text) {
  if (message.empty()) {
    auto [line, column] = lexer.locate(position);
    message = (llvm::Twine(line) + ":" + llvm::Twine(column) + ": " + text).str();
  }
  return false;
}

bool TextParser::expected(llvm::StringRef what) {
  if (token.kind == Token::Error)
    return fail(token.text);
  return fail("expected " + what + ", found " +
              (token.kind == Token::End ? std::string("the end of the file") : quoted(token.text)));
}

void TextParser::advance() { token = lexer.next(); }

bool TextParser::accept(char mark) {
  if (!token.is(mark))
    return false;
  advance();
  return true;
}

bool TextParser::expect(char mark) { return accept(mark) || expected(std::string("'") + mark + "'"); }

bool TextParser::acceptWord(llvm::StringRef word) {
  if (!token.isWord(word))
    return false;
  advance();
  return true;
}

bool TextParser::name(llvm::StringRef &name, llvm::StringRef what) {
  if (!atName())
    return expected(what);
  name = token.text;
  advance();
  return true;
}

bool TextParser::string(llvm::StringRef &text) {
  if (token.kind != Token::String)
    return expected("a quoted string");
  text = token.text;
  advance();
  return true;
}

bool TextParser::integer(int64_t &value) {
  if (token.kind != Token::Integer)
    return expected("an integer");
  if (token.text.getAsInteger(10, value))
    return fail(quoted(token.text) + " does not fit into 64 bits");
  advance();
  return true;
}

/// open (element (',' element)*)? close
bool TextParser::list(char open, char close, llvm::function_ref<bool()> element) {
  if (!expect(open))
    return false;
  if (accept(close))
    return true;
  do
    if (!element())
      return false;
  while (accept(','));
  return expect(close);
}

//===- Models -------------------------------------------------------------===//

/// opsets ::= '[' (string ':' integer),* ']'
bool TextParser::opsets(std::vector<OpsetImport> &opsets) {
  return list('[', ']', [&] {
    OpsetImport &opset = opsets.emplace_back();
    return string(opset.domain) && expect(':') && integer(opset.version);
  });
}

/// pairs ::= '[' (string ':' string),* ']'
bool TextParser::pairs(std::vector<StringPair> &pairs) {
  return list('[', ']', [&] {
    StringPair &pair = pairs.emplace_back();
    return string(pair.key) && expect(':') && string(pair.value);
  });
}

/// header ::= '<' (word ':' value),* '>'
bool TextParser::modelHeader(Model &model) {
  return list('<', '>', [&] {
    Token key = token;
    llvm::StringRef word;
    if (!name(word, "a property of the model") || !expect(':'))
      return false;
    if (word == "ir_version")
      return integer(model.irVersion);
    if (word == "opset_import")
      return opsets(model.opsets);
    if (word == "producer_name")
      return string(model.producerName);
    if (word == "producer_version")
      return string(model.producerVersion);
    if (word == "domain")
      return string(model.domain);
    if (word == "model_version")
      return integer(model.modelVersion);
    if (word == "doc_string")
      return string(model.docString);
    if (word == "metadata_props")
      return pairs(model.metadata);
    return failAt(key.position, "a model has no property " + quoted(word));
  });
}

/// model ::= header? graph function*
bool TextParser::parse(Model &model) {
  if (token.is('<') && !modelHeader(model))
    return false;
  model.hasGraph = true;
  if (!graph(model.graph))
    return false;
  while (token.kind != Token::End)
    if (!function(model.functions.emplace_back()))
      return false;
  return true;
}

//===- Graphs and nodes ---------------------------------------------------===//

/// inputs ::= '(' (value-info ('=' data)?),* ')'
bool TextParser::inputs(Graph &graph) {
  return list('(', ')', [&] {
    size_t position = token.position;
    ValueInfo &info = graph.inputs.emplace_back();
    return valueInfo(info) && (!accept('=') || initializer(info, graph, position));
  });
}

/// initializers ::= '<' (value-info ('=' data)?),* '>'      Those without data say what is known of a value.
bool TextParser::initializersAndValues(Graph &graph) {
  return list('<', '>', [&] {
    size_t position = token.position;
    ValueInfo info;
    if (!valueInfo(info))
      return false;
    if (accept('='))
      return initializer(info, graph, position);
    graph.valueInfos.push_back(std::move(info));
    return true;
  });
}

/// graph ::= name inputs '=>' '(' value-info,* ')' initializers? nodes
bool TextParser::graph(Graph &graph) {
  if (depth >= maxDepth)
    return fail("graphs are nested more than " + llvm::Twine(maxDepth) + " deep");
  ++depth;
  if (!name(graph.name, "the name of a graph") || !inputs(graph))
    return false;
  if (token.kind != Token::Arrow)
    return expected("'=>'");
  advance();
  if (!list('(', ')', [&] { return valueInfo(graph.outputs.emplace_back()); }))
    return false;
  if (token.is('<') && !initializersAndValues(graph))
    return false;
  --depth;
  return nodes(graph.nodes);
}

/// nodes ::= '{' node* '}'
bool TextParser::nodes(std::vector<Node> &nodes) {
  ++depth;
  if (!expect('{'))
    return false;
  while (!token.is('}'))
    if (!node(nodes.emplace_back()))
      return false;
  advance();
  --depth;
  return true;
}

/// name-list ::= (name? (',' name?)*)?        A missing name before a comma is an empty one, a comma at the end means
/// nothing.
bool TextParser::nameList(std::vector<llvm::StringRef> &names) {
  while (atName() || token.is(',')) {
    llvm::StringRef text;
    if (atName() && !name(text, "a name"))
      return false;
    names.push_back(text);
    if (!accept(','))
      break;
  }
  return true;
}

/// operator ::= (name '.')* name (':' name)?
bool TextParser::operatorName(Node &node) {
  llvm::StringRef part;
  if (!name(part, "an operator"))
    return false;
  std::string domain;
  while (accept('.')) {
    domain += (domain.empty() ? "" : ".") + part.str();
    if (!name(part, "an operator"))
      return false;
  }
  node.domain = arena.copy(domain);
  node.opType = part;
  return !accept(':') || name(node.overload, "the name of an overload");
}

/// node ::= ('[' name ']')? name-list '=' operator attributes? '(' name-list ')' attributes?
bool TextParser::node(Node &node) {
  if (accept('[') && !((token.is(']') || name(node.name, "the name of a node")) && expect(']')))
    return false;
  if (!nameList(node.outputs) || !expect('=') || !operatorName(node))
    return false;
  if (token.is('<') && !attributes(node.attributes))
    return false;
  if (!expect('(') || !nameList(node.inputs) || !expect(')'))
    return false;
  return !token.is('<') || attributes(node.attributes);
}

//===- Functions ----------------------------------------------------------===//

bool TextParser::functionHeader(Function &function) {
  return list('<', '>', [&] {
    Token key = token;
    llvm::StringRef word;
    if (!name(word, "a property of the function") || !expect(':'))
      return false;
    if (word == "domain")
      return string(function.domain);
    if (word == "overload")
      return string(function.overload);
    if (word == "opset_import")
      return opsets(function.opsets);
    if (word == "doc_string")
      return string(function.docString);
    return failAt(key.position, "a function has no property " + quoted(word));
  });
}

/// function-attributes ::= '<' (name | attribute),* '>'
bool TextParser::functionAttributes(Function &function) {
  return list('<', '>', [&] {
    Attribute parsed;
    if (!name(parsed.name, "the name of an attribute"))
      return false;
    if (!token.is(':') && !token.is('=')) {
      function.attributes.push_back(parsed.name);
      return true;
    }
    if (!attribute(parsed))
      return false;
    function.attributeDefaults.push_back(std::move(parsed));
    return true;
  });
}

/// function-values ::= '(' (type? name),* ')'
bool TextParser::functionValues(std::vector<llvm::StringRef> &names, std::vector<ValueInfo> &infos) {
  return list('(', ')', [&] {
    ValueInfo info;
    if (!valueInfo(info))
      return false;
    names.push_back(info.name);
    if (info.type.kind != Type::None)
      infos.push_back(std::move(info));
    return true;
  });
}

/// function ::= header? name function-attributes? function-values '=>' function-values ('<' value-info,* '>')? nodes
bool TextParser::function(Function &function) {
  if (token.is('<') && !functionHeader(function))
    return false;
  if (!name(function.name, "the name of a function"))
    return false;
  if (token.is('<') && !functionAttributes(function))
    return false;
  if (!functionValues(function.inputs, function.valueInfos))
    return false;
  if (token.kind != Token::Arrow)
    return expected("'=>'");
  advance();
  if (!functionValues(function.outputs, function.valueInfos))
    return false;
  if (token.is('<') && !list('<', '>', [&] { return valueInfo(function.valueInfos.emplace_back()); }))
    return false;
  return nodes(function.nodes);
}

llvm::Expected<Model> parseModelText(llvm::StringRef source) {
  Model model;
  TextParser parser(source, model.arena);
  if (!parser.parse(model))
    return makeFault(Fault::Malformed, parser.message);
  return model;
}

} // namespace margay::frontend::onnx
