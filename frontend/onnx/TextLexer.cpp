//===- TextLexer.cpp - the tokens of ONNX text ----------------------------===//

#include "frontend/onnx/TextLexer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace margay::frontend::onnx {

static bool startsWord(char c) { return llvm::isAlpha(c) || c == '_'; }
static bool continuesWord(char c) { return llvm::isAlnum(c) || c == '_'; }

bool isIdentifier(llvm::StringRef text) {
  return !text.empty() && startsWord(text[0]) && llvm::all_of(text, continuesWord);
}

bool isFloatWord(llvm::StringRef text) {
  return text.equals_insensitive("inf") || text.equals_insensitive("infinity") || text.equals_insensitive("nan");
}

void TextLexer::skipSpace() {
  while (position < source.size())
    if (source[position] == '#')
      position = std::min(source.find('\n', position), source.size());
    else if (llvm::isSpace(source[position]))
      ++position;
    else
      return;
}

Token TextLexer::finish(Token::Kind kind, size_t start) const { return {kind, source.slice(start, position), start}; }

Token TextLexer::string() {
  size_t start = position++;
  bool hasEscapes = false;
  while (position < source.size() && source[position] != '"') {
    hasEscapes |= source[position] == '\\';
    position += source[position] == '\\' ? 2 : 1;
  }
  if (position >= source.size()) {
    position = source.size();
    return error("the string that begins here has no end", start);
  }
  llvm::StringRef inside = source.slice(start + 1, position++);
  if (!hasEscapes)
    return {Token::String, inside, start};
  std::string text;
  for (size_t index = 0; index < inside.size(); ++index)
    text += inside[index] == '\\' ? inside[++index] : inside[index];
  return {Token::String, arena.copy(text), start};
}

Token TextLexer::number() {
  size_t start = position;
  if (peek() == '-')
    ++position;
  if (startsWord(peek())) {
    size_t word = position;
    while (continuesWord(peek()))
      ++position;
    if (!isFloatWord(source.slice(word, position)))
      return error("no number begins like this", start);
    return finish(Token::Float, start);
  }
  if (!llvm::isDigit(peek()))
    return error("no number begins like this", start);
  Token::Kind kind = Token::Integer;
  auto digits = [&] {
    while (llvm::isDigit(peek()))
      ++position;
  };
  digits();
  if (peek() == '.') {
    kind = Token::Float;
    ++position;
    digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    kind = Token::Float;
    position += peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if (!llvm::isDigit(peek()))
      return error("the exponent of this number has no digits", start);
    digits();
  }
  return finish(kind, start);
}

Token TextLexer::next() {
  skipSpace();
  size_t start = position;
  if (start >= source.size())
    return {Token::End, "", source.size()};
  char c = peek();
  if (c == '"')
    return string();
  if (c == '-' || llvm::isDigit(c))
    return number();
  if (startsWord(c)) {
    while (continuesWord(peek()))
      ++position;
    return finish(Token::Word, start);
  }
  if (c == '=' && peek(1) == '>') {
    position += 2;
    return finish(Token::Arrow, start);
  }
  ++position;
  if (llvm::StringRef("<>()[]{},=:@?.").contains(c))
    return finish(Token::Mark, start);
  return error("no token of ONNX text begins with this character", start);
}

std::pair<unsigned, unsigned> TextLexer::locate(size_t position) const {
  llvm::StringRef before = source.take_front(position);
  size_t lineStart = before.rfind('\n') == llvm::StringRef::npos ? 0 : before.rfind('\n') + 1;
  return {unsigned(before.count('\n')) + 1, unsigned(position - lineStart) + 1};
}

} // namespace margay::frontend::onnx
