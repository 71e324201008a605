//===- TextParser.h - recursive descent over ONNX text (internal) ---------===//
//
// One function a rule of the grammar, each written above it. A function returns false once something is wrong; the
// first thing found wrong is the parse's result.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_TEXTPARSER_H
#define MARGAY_FRONTEND_ONNX_TEXTPARSER_H

#include "frontend/onnx/ElementWriter.h"
#include "frontend/onnx/TextLexer.h"

namespace margay::frontend::onnx {

class TextParser {
public:
  TextParser(llvm::StringRef source, Arena &arena) : arena(arena), lexer(source, arena), token(lexer.next()) {}

  bool parse(Model &model);

  /// "12:7: expected ')', found '}'"
  std::string message;

private:
  // Tokens.
  bool fail(const llvm::Twine &text) { return failAt(token.position, text); }
  bool failAt(size_t position, const llvm::Twine &text);
  bool expected(llvm::StringRef what);
  void advance();
  bool accept(char mark);
  bool expect(char mark);
  bool acceptWord(llvm::StringRef word);
  bool atName() const { return token.kind == Token::Word || token.kind == Token::String; }
  bool name(llvm::StringRef &name, llvm::StringRef what);
  bool string(llvm::StringRef &text);
  bool integer(int64_t &value);
  bool list(char open, char close, llvm::function_ref<bool()> element);

  // Models, graphs, nodes, functions: TextParser.cpp.
  bool modelHeader(Model &model);
  bool functionHeader(Function &function);
  bool opsets(std::vector<OpsetImport> &opsets);
  bool pairs(std::vector<StringPair> &pairs);
  bool graph(Graph &graph);
  bool inputs(Graph &graph);
  bool initializersAndValues(Graph &graph);
  bool nodes(std::vector<Node> &nodes);
  bool node(Node &node);
  bool operatorName(Node &node);
  bool nameList(std::vector<llvm::StringRef> &names);
  bool function(Function &function);
  bool functionAttributes(Function &function);
  bool functionValues(std::vector<llvm::StringRef> &names, std::vector<ValueInfo> &infos);

  // Types, tensors, attributes: TextParserValues.cpp.
  bool atType() const;
  bool type(Type &type);
  bool tensorType(ElementType element, Type &type);
  bool opaqueType(Type &type);
  bool dimension(Dimension &dim);
  bool valueInfo(ValueInfo &info);
  bool initializer(const ValueInfo &info, Graph &graph, size_t position);
  bool tensor(const Type &type, llvm::StringRef name, Tensor &tensor);
  bool sparseTensor(const Type &type, llvm::StringRef name, SparseTensor &tensor);
  bool elements(Tensor &tensor);
  bool element(const ElementTypeInfo &info, ElementWriter &writer, Tensor &tensor);
  bool integerElement(const ElementTypeInfo &info, ElementWriter &writer);
  bool dims(const Type &type, llvm::SmallVectorImpl<int64_t> &dims);
  template <typename Float> bool floating(Float &value);
  bool attributes(std::vector<Attribute> &attributes);
  bool attribute(Attribute &attribute);
  bool attributeValue(Attribute &attribute, AttributeType expected);
  bool typedValue(Attribute &attribute, AttributeType &found);
  bool value(Attribute &attribute, AttributeType expected, AttributeType &found);

  Arena &arena;
  TextLexer lexer;
  Token token; ///< the next one, not yet taken
  unsigned depth = 0;
  static constexpr unsigned maxDepth = 50; ///< of graphs and of types
};

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_TEXTPARSER_H
