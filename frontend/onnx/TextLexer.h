//===- TextLexer.h - the tokens of ONNX text ------------------------------===//
//
// Words, numbers, quoted strings and punctuation, separated by spaces and by comments from # to the end of the line. In
// a string a backslash stands before a quote or a backslash that is meant as such; everything else in it, newlines
// included, is itself.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_TEXTLEXER_H
#define MARGAY_FRONTEND_ONNX_TEXTLEXER_H

#include "frontend/onnx/Model.h"

namespace margay::frontend::onnx {

struct Token {
  enum Kind : uint8_t {
    End,
    Word,    ///< a letter or _, then letters, digits and _
    Integer, ///< -12
    Float,   ///< 1.5, -2e-3, -inf
    String,
    Arrow, ///< =>
    Mark,  ///< one character of <>()[]{},=:@?.
    Error, ///< `text` says what is wrong
  };
  Kind kind = End;
  llvm::StringRef text; ///< as written; of strings what it stands for
  size_t position = 0;  ///< in the file

  bool is(char mark) const { return kind == Mark && text[0] == mark; }
  bool isWord(llvm::StringRef word) const { return kind == Word && text == word; }
};

class TextLexer {
public:
  /// Tokens are views of `source`, which must outlive them, or of `arena`.
  TextLexer(llvm::StringRef source, Arena &arena) : source(source), arena(arena) {}

  /// The next token; after the end, End again.
  Token next();

  /// Line and column of a position, each from 1.
  std::pair<unsigned, unsigned> locate(size_t position) const;

private:
  void skipSpace();
  Token string();
  Token number();
  Token finish(Token::Kind kind, size_t start) const;
  Token error(llvm::StringRef message, size_t start) const { return {Token::Error, message, start}; }
  char peek(size_t ahead = 0) const { return position + ahead < source.size() ? source[position + ahead] : '\0'; }

  llvm::StringRef source;
  Arena &arena;
  size_t position = 0;
};

/// True if `text` can stand without quotes.
bool isIdentifier(llvm::StringRef text);

/// True for inf, infinity and nan in any case.
bool isFloatWord(llvm::StringRef text);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_TEXTLEXER_H
