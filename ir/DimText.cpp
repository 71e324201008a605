//===- DimText.cpp - dimensions and shapes as text ------------------------===//
//
//   sum     := product ('+' product)*                      (a difference is written `N + -1`)
//   product := factor (('*' | 'floordiv' | 'mod') factor)*
//   factor  := integer | name | "any name" | ('min' | 'max') '(' sum (',' sum)* ')' | '(' sum ')'
//
//===----------------------------------------------------------------------===//

#include "ir/Dim.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace margay::nn;

static bool isPlainName(StringRef name) {
  if (name.empty() || !(llvm::isAlpha(name.front()) || name.front() == '_'))
    return false;
  if (name == "floordiv" || name == "mod" || name == "min" || name == "max")
    return false;
  return llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

/// How tightly the root binds: sums 1, products and divisions 2, the rest 3.
static int precedence(DimAttr dim) {
  switch (dim.getKind()) {
  case DimKind::Add:
    return 1;
  case DimKind::Mul:
  case DimKind::FloorDiv:
  case DimKind::Mod:
    return 2;
  default:
    return 3;
  }
}

static void print(llvm::raw_ostream &os, DimAttr dim, int context = 0) {
  bool parentheses = precedence(dim) < context;
  if (parentheses)
    os << '(';
  auto list = [&](StringRef separator, int inner) {
    llvm::interleave(dim.getOperands(), os, [&](DimAttr operand) { print(os, operand, inner); }, separator);
  };
  switch (dim.getKind()) {
  case DimKind::Constant:
    os << dim.getValue();
    break;
  case DimKind::Symbol:
    if (isPlainName(dim.getSymbol()))
      os << dim.getSymbol();
    else {
      os << '"';
      llvm::printEscapedString(dim.getSymbol(), os);
      os << '"';
    }
    break;
  case DimKind::Add:
    list(" + ", 2);
    break;
  case DimKind::Mul:
    list(" * ", 3);
    break;
  case DimKind::FloorDiv:
    list(" floordiv ", 3);
    break;
  case DimKind::Mod:
    list(" mod ", 3);
    break;
  case DimKind::Min:
  case DimKind::Max:
    os << (dim.getKind() == DimKind::Min ? "min(" : "max(");
    list(", ", 0);
    os << ')';
    break;
  }
  if (parentheses)
    os << ')';
}

std::string DimAttr::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  ::print(os, *this);
  return text;
}

static FailureOr<DimAttr> parseSum(AsmParser &parser);

static FailureOr<DimAttr> parseFactor(AsmParser &parser) {
  MLIRContext *context = parser.getContext();
  int64_t integer;
  OptionalParseResult parsed = parser.parseOptionalInteger(integer);
  if (parsed.has_value())
    return failed(*parsed) ? FailureOr<DimAttr>(failure()) : constantDim(context, integer);
  std::string quoted;
  if (succeeded(parser.parseOptionalString(&quoted)))
    return symbolDim(context, quoted);
  if (succeeded(parser.parseOptionalLParen())) {
    FailureOr<DimAttr> inner = parseSum(parser);
    if (failed(inner) || parser.parseRParen())
      return failure();
    return inner;
  }
  StringRef name;
  if (parser.parseKeyword(&name))
    return failure();
  if (name != "min" && name != "max")
    return symbolDim(context, name);
  DimAttr result;
  auto element = [&]() -> ParseResult {
    FailureOr<DimAttr> next = parseSum(parser);
    if (failed(next))
      return failure();
    result = !result ? *next : name == "min" ? min(result, *next) : max(result, *next);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, element) || !result)
    return failure();
  return result;
}

static FailureOr<DimAttr> parseProduct(AsmParser &parser) {
  FailureOr<DimAttr> left = parseFactor(parser);
  while (succeeded(left)) {
    bool times = succeeded(parser.parseOptionalStar());
    bool divided = !times && succeeded(parser.parseOptionalKeyword("floordiv"));
    bool modulo = !times && !divided && succeeded(parser.parseOptionalKeyword("mod"));
    if (!times && !divided && !modulo)
      break;
    FailureOr<DimAttr> right = parseFactor(parser);
    if (failed(right))
      return failure();
    left = times ? *left * *right : divided ? floorDiv(*left, *right) : mod(*left, *right);
  }
  return left;
}

static FailureOr<DimAttr> parseSum(AsmParser &parser) {
  FailureOr<DimAttr> left = parseProduct(parser);
  while (succeeded(left)) {
    if (failed(parser.parseOptionalPlus()))
      break;
    FailureOr<DimAttr> right = parseProduct(parser);
    if (failed(right))
      return failure();
    left = *left + *right;
  }
  return left;
}

Attribute DimAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<DimAttr> dim = parseSum(parser);
  if (failed(dim) || parser.parseGreater())
    return {};
  return *dim;
}

void DimAttr::print(AsmPrinter &printer) const { printer << '<' << str() << '>'; }

Attribute ShapeAttr::parse(AsmParser &parser, Type) {
  SmallVector<DimAttr> dims;
  auto element = [&]() -> ParseResult {
    FailureOr<DimAttr> dim = parseSum(parser);
    if (failed(dim))
      return failure();
    dims.push_back(*dim);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, element))
    return {};
  return ShapeAttr::get(parser.getContext(), dims);
}

void ShapeAttr::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleaveComma(getDims(), printer, [&](DimAttr dim) { printer << dim.str(); });
  printer << '>';
}
