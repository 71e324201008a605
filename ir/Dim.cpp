//===- Dim.cpp - arithmetic on dimensions ---------------------------------===//
//
// Sums and products are brought to a polynomial: a map from a product of atoms to its coefficient. An atom is a symbol
// or a division, remainder, minimum or maximum. The polynomial is then written back in one order, so that equal
// expressions become the same attribute.
//
//===----------------------------------------------------------------------===//

#include "ir/Dim.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <limits>
#include <map>

using namespace margay;
using namespace margay::nn;

static DimAttr make(mlir::MLIRContext *context, DimKind kind, llvm::ArrayRef<DimAttr> operands) {
  return DimAttr::get(context, kind, 0, "", operands);
}

DimAttr nn::constantDim(mlir::MLIRContext *context, int64_t value) {
  return DimAttr::get(context, DimKind::Constant, value, "", llvm::ArrayRef<DimAttr>());
}

DimAttr nn::symbolDim(mlir::MLIRContext *context, llvm::StringRef name) {
  return DimAttr::get(context, DimKind::Symbol, 0, name, llvm::ArrayRef<DimAttr>());
}

namespace {

/// A product of atoms, sorted by text; empty for the constant term.
using Monomial = llvm::SmallVector<DimAttr, 2>;

std::string textOf(const Monomial &monomial) {
  std::string text;
  for (DimAttr atom : monomial)
    text += atom.str() + "*";
  return text;
}

/// Sums and products that overflow stay at the end of the range, out of reach of any size.
int64_t saturated(bool negative) {
  return negative ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

int64_t saturatingAdd(int64_t a, int64_t b) {
  int64_t sum;
  return llvm::AddOverflow(a, b, sum) ? saturated(a < 0) : sum;
}

int64_t saturatingMultiply(int64_t a, int64_t b) {
  int64_t product;
  return llvm::MulOverflow(a, b, product) ? saturated((a < 0) != (b < 0)) : product;
}

/// Coefficients of monomials, by the monomial's text so that the order does not depend on addresses.
struct Polynomial {
  std::map<std::string, std::pair<Monomial, int64_t>> terms;

  void add(const Monomial &monomial, int64_t coefficient) {
    auto &entry = terms.try_emplace(textOf(monomial), monomial, 0).first->second;
    entry.second = saturatingAdd(entry.second, coefficient);
    if (entry.second == 0)
      terms.erase(textOf(monomial));
  }
};

Polynomial polynomialOf(DimAttr dim);

Polynomial multiply(const Polynomial &a, const Polynomial &b) {
  Polynomial result;
  for (auto &[aText, aTerm] : a.terms)
    for (auto &[bText, bTerm] : b.terms) {
      Monomial monomial(aTerm.first);
      llvm::append_range(monomial, bTerm.first);
      llvm::sort(monomial, [](DimAttr x, DimAttr y) { return x.str() < y.str(); });
      result.add(monomial, saturatingMultiply(aTerm.second, bTerm.second));
    }
  return result;
}

Polynomial polynomialOf(DimAttr dim) {
  Polynomial result;
  switch (dim.getKind()) {
  case DimKind::Constant:
    if (dim.getValue() != 0)
      result.add({}, dim.getValue());
    return result;
  case DimKind::Add:
    for (DimAttr operand : dim.getOperands())
      for (auto &[text, term] : polynomialOf(operand).terms)
        result.add(term.first, term.second);
    return result;
  case DimKind::Mul:
    result.add({}, 1);
    for (DimAttr operand : dim.getOperands())
      result = multiply(result, polynomialOf(operand));
    return result;
  default:
    result.add({dim}, 1);
    return result;
  }
}

/// Writes a polynomial back: terms in their texts' order, the constant last.
DimAttr fromPolynomial(mlir::MLIRContext *context, const Polynomial &polynomial) {
  llvm::SmallVector<DimAttr> sum;
  int64_t constant = 0;
  for (auto &[text, term] : polynomial.terms) {
    auto &[monomial, coefficient] = term;
    if (monomial.empty()) {
      constant = coefficient;
      continue;
    }
    llvm::SmallVector<DimAttr> factors;
    if (coefficient != 1)
      factors.push_back(constantDim(context, coefficient));
    llvm::append_range(factors, monomial);
    sum.push_back(factors.size() == 1 ? factors.front() : make(context, DimKind::Mul, factors));
  }
  if (constant != 0 || sum.empty())
    sum.push_back(constantDim(context, constant));
  return sum.size() == 1 ? sum.front() : make(context, DimKind::Add, sum);
}

/// Splits a polynomial into a multiple of `divisor` and the rest: p = quotient * divisor + rest.
std::pair<Polynomial, Polynomial> splitBy(const Polynomial &polynomial, int64_t divisor) {
  Polynomial quotient, rest;
  for (auto &[text, term] : polynomial.terms) {
    auto &[monomial, coefficient] = term;
    int64_t whole = monomial.empty() ? llvm::divideFloorSigned(coefficient, divisor) : coefficient / divisor;
    if (whole != 0)
      quotient.add(monomial, whole);
    if (coefficient != whole * divisor)
      rest.add(monomial, coefficient - whole * divisor);
  }
  return {quotient, rest};
}

} // namespace

DimAttr nn::operator+(DimAttr a, DimAttr b) {
  Polynomial sum = polynomialOf(a);
  for (auto &[text, term] : polynomialOf(b).terms)
    sum.add(term.first, term.second);
  return fromPolynomial(a.getContext(), sum);
}

DimAttr nn::operator*(DimAttr a, DimAttr b) {
  return fromPolynomial(a.getContext(), multiply(polynomialOf(a), polynomialOf(b)));
}

unsigned nn::countParts(DimAttr dim, unsigned limit) {
  unsigned count = 1;
  for (DimAttr operand : dim.getOperands())
    if (count < limit)
      count += countParts(operand, limit - count);
  return count;
}

DimAttr nn::operator+(DimAttr a, int64_t b) { return a + constantDim(a.getContext(), b); }
DimAttr nn::operator*(DimAttr a, int64_t b) { return a * constantDim(a.getContext(), b); }
DimAttr nn::operator-(DimAttr a, DimAttr b) { return a + b * -1; }
DimAttr nn::operator-(DimAttr a, int64_t b) { return a + constantDim(a.getContext(), -b); }

DimAttr nn::floorDiv(DimAttr a, int64_t b) {
  mlir::MLIRContext *context = a.getContext();
  if (b == 1)
    return a;
  auto [quotient, rest] = splitBy(polynomialOf(a), b);
  DimAttr whole = fromPolynomial(context, quotient), remaining = fromPolynomial(context, rest);
  if (remaining.isConstant()) // In [0, b): nothing of it is left.
    return whole;
  return whole + make(context, DimKind::FloorDiv, {remaining, constantDim(context, b)});
}

/// a / b where b is a single product whose atoms are in every term of a: (N * H * 2 + N) / (N * 3) is (H * 2 + 1) / 3.
static std::optional<DimAttr> cancelled(DimAttr a, DimAttr b) {
  Polynomial divisor = polynomialOf(b), rest;
  if (divisor.terms.size() != 1)
    return std::nullopt;
  auto &[atoms, coefficient] = divisor.terms.begin()->second;
  if (coefficient <= 0)
    return std::nullopt;
  for (auto &[text, term] : polynomialOf(a).terms) {
    Monomial left(term.first);
    for (DimAttr atom : atoms) {
      auto *found = llvm::find(left, atom);
      if (found == left.end())
        return std::nullopt;
      left.erase(found);
    }
    rest.add(left, term.second);
  }
  return floorDiv(fromPolynomial(a.getContext(), rest), coefficient);
}

DimAttr nn::floorDiv(DimAttr a, DimAttr b) {
  if (b.isConstant() && b.getValue() > 0)
    return floorDiv(a, b.getValue());
  if (a == b)
    return constantDim(a.getContext(), 1);
  if (std::optional<DimAttr> simple = cancelled(a, b))
    return *simple;
  return make(a.getContext(), DimKind::FloorDiv, {a, b});
}

DimAttr nn::ceilDiv(DimAttr a, int64_t b) { return floorDiv(a + (b - 1), b); }

DimAttr nn::mod(DimAttr a, int64_t b) {
  mlir::MLIRContext *context = a.getContext();
  DimAttr remaining = fromPolynomial(context, splitBy(polynomialOf(a), b).second);
  if (remaining.isConstant())
    return constantDim(context, llvm::mod(static_cast<uint64_t>(remaining.getValue()), static_cast<uint64_t>(b)));
  return make(context, DimKind::Mod, {remaining, constantDim(context, b)});
}

DimAttr nn::mod(DimAttr a, DimAttr b) {
  if (b.isConstant() && b.getValue() > 0)
    return mod(a, b.getValue());
  return make(a.getContext(), DimKind::Mod, {a, b});
}

static DimAttr minOrMax(DimKind kind, DimAttr a, DimAttr b) {
  DimAttr difference = a - b;
  if (difference.isConstant())
    return (difference.getValue() < 0) == (kind == DimKind::Min) ? a : b;
  llvm::SmallVector<DimAttr> operands;
  for (DimAttr dim : {a, b}) {
    if (dim.getKind() == kind)
      llvm::append_range(operands, dim.getOperands());
    else
      operands.push_back(dim);
  }
  llvm::sort(operands, [](DimAttr x, DimAttr y) { return x.str() < y.str(); });
  operands.erase(llvm::unique(operands), operands.end());
  return operands.size() == 1 ? operands.front() : make(a.getContext(), kind, operands);
}

DimAttr nn::min(DimAttr a, DimAttr b) { return minOrMax(DimKind::Min, a, b); }
DimAttr nn::max(DimAttr a, DimAttr b) { return minOrMax(DimKind::Max, a, b); }

std::optional<int64_t> nn::evaluate(DimAttr dim, llvm::function_ref<int64_t(llvm::StringRef)> lookup) {
  if (dim.isConstant())
    return dim.getValue();
  if (dim.getKind() == DimKind::Symbol)
    return lookup(dim.getSymbol());
  std::optional<int64_t> result;
  for (DimAttr operand : dim.getOperands()) {
    std::optional<int64_t> value = evaluate(operand, lookup);
    if (!value)
      return std::nullopt;
    if (!result) {
      result = value;
      continue;
    }
    int64_t combined = 0;
    switch (dim.getKind()) {
    case DimKind::Add:
      if (llvm::AddOverflow(*result, *value, combined))
        return std::nullopt;
      break;
    case DimKind::Mul:
      if (llvm::MulOverflow(*result, *value, combined))
        return std::nullopt;
      break;
    case DimKind::FloorDiv:
    case DimKind::Mod: {
      if (*value <= 0)
        return std::nullopt;
      int64_t quotient = llvm::divideFloorSigned(*result, *value);
      combined = dim.getKind() == DimKind::FloorDiv ? quotient : *result - quotient * *value;
      break;
    }
    case DimKind::Min:
      combined = std::min(*result, *value);
      break;
    default:
      combined = std::max(*result, *value);
      break;
    }
    result = combined;
  }
  return result;
}

DimAttr nn::substitute(DimAttr dim, llvm::function_ref<std::optional<DimAttr>(llvm::StringRef)> replacement) {
  switch (dim.getKind()) {
  case DimKind::Constant:
    return dim;
  case DimKind::Symbol:
    return replacement(dim.getSymbol()).value_or(dim);
  default:
    break;
  }
  DimAttr result;
  for (DimAttr operand : dim.getOperands()) {
    DimAttr value = substitute(operand, replacement);
    if (!result) {
      result = value;
      continue;
    }
    switch (dim.getKind()) {
    case DimKind::Add:
      result = result + value;
      break;
    case DimKind::Mul:
      result = result * value;
      break;
    case DimKind::FloorDiv:
      result = floorDiv(result, value);
      break;
    case DimKind::Mod:
      result = mod(result, value);
      break;
    case DimKind::Min:
      result = min(result, value);
      break;
    default:
      result = max(result, value);
      break;
    }
  }
  return result;
}

DimAttr nn::multipleOf(mlir::MLIRContext *context, llvm::StringRef name, int64_t multiple) {
  return floorDiv(symbolDim(context, name), multiple) * multiple;
}

llvm::StringRef nn::loneSymbol(DimAttr dim) {
  llvm::StringRef name;
  walkSymbols(dim, [&](llvm::StringRef symbol) { name = symbol; });
  if (name.empty() || dim.getKind() == DimKind::Symbol)
    return name;
  std::optional<int64_t> multiple;
  for (DimAttr operand : dim.getOperands())
    if (operand.isConstant())
      multiple = operand.getValue();
  bool isMultiple = multiple && *multiple > 1 && dim == multipleOf(dim.getContext(), name, *multiple);
  return isMultiple ? name : llvm::StringRef();
}

void nn::walkSymbols(DimAttr dim, llvm::function_ref<void(llvm::StringRef)> visit) {
  if (dim.getKind() == DimKind::Symbol)
    visit(dim.getSymbol());
  for (DimAttr operand : dim.getOperands())
    walkSymbols(operand, visit);
}

llvm::SmallVector<DimAttr> nn::dimsOf(mlir::Type tensor) {
  auto type = mlir::cast<mlir::RankedTensorType>(tensor);
  if (auto shape = mlir::dyn_cast_or_null<ShapeAttr>(type.getEncoding()))
    return llvm::to_vector(shape.getDims());
  return llvm::map_to_vector(type.getShape(), [&](int64_t size) { return constantDim(type.getContext(), size); });
}

DimAttr nn::dimOf(mlir::Type tensor, int64_t axis) { return dimsOf(tensor)[axis]; }

DimAttr nn::columnsOf(mlir::Type tensor) {
  llvm::SmallVector<DimAttr> dims = dimsOf(tensor);
  return dims.empty() ? constantDim(tensor.getContext(), 1) : dims.back();
}

mlir::RankedTensorType nn::tensorOf(llvm::ArrayRef<DimAttr> dims, mlir::Type element) {
  bool constant = llvm::all_of(dims, [](DimAttr dim) { return dim.isConstant(); });
  auto sizes = llvm::map_to_vector(
      dims, [](DimAttr dim) { return dim.isConstant() ? dim.getValue() : mlir::ShapedType::kDynamic; });
  return mlir::RankedTensorType::get(sizes, element,
                                     constant ? ShapeAttr() : ShapeAttr::get(element.getContext(), dims));
}

DimAttr nn::product(mlir::MLIRContext *context, llvm::ArrayRef<DimAttr> dims) {
  DimAttr result = constantDim(context, 1);
  for (DimAttr dim : dims)
    result = result * dim;
  return result;
}
