//===- DimBounds.cpp - what the ranges of symbols say of an expression ----===//

#include "ir/DimBounds.h"
#include "ir/Ops.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/MathExtras.h"
#include <limits>

using namespace margay;
using namespace margay::nn;

static constexpr int64_t least = std::numeric_limits<int64_t>::min(), greatest = std::numeric_limits<int64_t>::max();

SymbolRanges::SymbolRanges(mlir::Operation *op) {
  while (op && !llvm::isa<mlir::FunctionOpInterface>(op))
    op = op->getParentOp();
  if (auto array = op ? op->getAttrOfType<mlir::ArrayAttr>(symbolsAttribute) : mlir::ArrayAttr())
    llvm::append_range(symbols, array.getAsRange<SymbolAttr>());
}

/// a + b and a * b, where the ends of int64_t are infinities.
static int64_t sum(int64_t a, int64_t b) {
  int64_t result;
  if (a == least || a == greatest)
    return a;
  if (b == least || b == greatest)
    return b;
  return llvm::AddOverflow(a, b, result) ? (a < 0 ? least : greatest) : result;
}

static int64_t times(int64_t a, int64_t b) {
  int64_t result;
  if (a == 0 || b == 0)
    return 0;
  bool negative = (a < 0) != (b < 0);
  if (a == least || a == greatest || b == least || b == greatest || llvm::MulOverflow(a, b, result))
    return negative ? least : greatest;
  return result;
}

static int64_t quotient(int64_t a, int64_t b) {
  if (a == least || a == greatest)
    return a;
  return b == greatest ? (a < 0 ? -1 : 0) : llvm::divideFloorSigned(a, b);
}

static Bounds product(Bounds a, Bounds b) {
  int64_t corners[] = {times(a.min, b.min), times(a.min, b.max), times(a.max, b.min), times(a.max, b.max)};
  return {*std::min_element(std::begin(corners), std::end(corners)),
          *std::max_element(std::begin(corners), std::end(corners))};
}

static Bounds combine(DimKind kind, Bounds a, Bounds b) {
  switch (kind) {
  case DimKind::Add:
    return {sum(a.min, b.min), sum(a.max, b.max)};
  case DimKind::Mul:
    return product(a, b);
  case DimKind::FloorDiv: {
    if (b.min < 1)
      return {least, greatest};
    int64_t corners[] = {quotient(a.min, b.min), quotient(a.min, b.max), quotient(a.max, b.min),
                         quotient(a.max, b.max)};
    return {*std::min_element(std::begin(corners), std::end(corners)),
            *std::max_element(std::begin(corners), std::end(corners))};
  }
  case DimKind::Mod:
    if (b.min < 1)
      return {least, greatest};
    return {0, b.max == greatest ? greatest : b.max - 1};
  case DimKind::Min:
    return {std::min(a.min, b.min), std::min(a.max, b.max)};
  default:
    return {std::max(a.min, b.min), std::max(a.max, b.max)};
  }
}

Bounds SymbolRanges::boundsOf(DimAttr dim) const {
  Bounds bounds = plainBoundsOf(dim);
  // N - K is not negative where K is at most N, whatever N is.
  if (dependsOnData(dim)) {
    bounds.min = std::max(bounds.min, plainBoundsOf(withoutData(dim, false)).min);
    bounds.max = std::min(bounds.max, plainBoundsOf(withoutData(dim, true)).max);
  }
  return bounds;
}

Bounds SymbolRanges::plainBoundsOf(DimAttr dim) const {
  if (std::optional<int64_t> value = dim.getConstant())
    return {*value, *value};
  if (dim.getKind() == DimKind::Symbol) {
    for (SymbolAttr symbol : symbols)
      if (symbol.getName() == dim.getSymbol())
        return {symbol.getMin(), symbol.getMax() < 0 ? greatest : symbol.getMax()};
    return {1, greatest};
  }
  std::optional<Bounds> result;
  for (DimAttr operand : dim.getOperands()) {
    Bounds bounds = plainBoundsOf(operand);
    result = result ? combine(dim.getKind(), *result, bounds) : bounds;
  }
  return *result;
}

std::optional<bool> SymbolRanges::isLess(DimAttr a, DimAttr b) const {
  Bounds difference = boundsOf(a - b);
  if (difference.max < 0)
    return true;
  if (difference.min >= 0)
    return false;
  // No N is less than min(N, 5), nor max(N, 5) less than N.
  auto isNotLess = [&](DimAttr a, DimAttr b) { return isLess(a, b) == false; };
  if (b.getKind() == DimKind::Min && llvm::any_of(b.getOperands(), [&](DimAttr part) { return isNotLess(a, part); }))
    return false;
  if (a.getKind() == DimKind::Max && llvm::any_of(a.getOperands(), [&](DimAttr part) { return isNotLess(part, b); }))
    return false;
  return std::nullopt;
}

std::optional<bool> SymbolRanges::isEqual(DimAttr a, DimAttr b) const {
  if (a == b)
    return true;
  Bounds difference = boundsOf(a - b);
  if (difference.min > 0 || difference.max < 0)
    return false;
  if (difference.min == 0 && difference.max == 0)
    return true;
  return std::nullopt;
}

DimAttr SymbolRanges::min(DimAttr a, DimAttr b) const {
  Bounds difference = boundsOf(a - b);
  return difference.max <= 0 ? a : difference.min >= 0 ? b : nn::min(a, b);
}

DimAttr SymbolRanges::max(DimAttr a, DimAttr b) const {
  Bounds difference = boundsOf(a - b);
  return difference.min >= 0 ? a : difference.max <= 0 ? b : nn::max(a, b);
}

DimAttr SymbolRanges::dataBound(llvm::StringRef name) const {
  auto found = llvm::find_if(symbols, [&](SymbolAttr symbol) { return symbol.getName() == name; });
  return found == symbols.end() ? DimAttr() : found->getBound();
}

bool SymbolRanges::dependsOnData(DimAttr dim) const {
  bool found = false;
  walkSymbols(dim, [&](llvm::StringRef symbol) { found |= bool(dataBound(symbol)); });
  return found;
}

/// With `upper` an expression that is never less than `dim`, else one that is never greater; factors are not negative
/// but for constants.
DimAttr SymbolRanges::withoutData(DimAttr dim, bool upper) const {
  if (!dependsOnData(dim))
    return dim;
  mlir::MLIRContext *context = dim.getContext();
  if (dim.getKind() == DimKind::Symbol)
    return upper ? withoutData(dataBound(dim.getSymbol()), true) : constantDim(context, 0);
  llvm::ArrayRef<DimAttr> operands = dim.getOperands();
  switch (dim.getKind()) {
  case DimKind::Mul: {
    auto isNegative = [](DimAttr factor) { return factor.isConstant() && factor.getValue() < 0; };
    bool flips = llvm::count_if(operands, isNegative) % 2 != 0;
    DimAttr result = constantDim(context, 1);
    for (DimAttr factor : operands)
      result = result * withoutData(factor, upper != flips);
    return result;
  }
  case DimKind::FloorDiv:
    return floorDiv(withoutData(operands[0], upper),
                    nn::max(withoutData(operands[1], !upper), constantDim(context, 1)));
  case DimKind::Mod: // Between 0 and the divisor.
    return upper ? withoutData(operands[1], true) : constantDim(context, 0);
  default: {
    DimAttr result = withoutData(operands[0], upper);
    for (DimAttr operand : operands.drop_front()) {
      DimAttr next = withoutData(operand, upper);
      result = dim.getKind() == DimKind::Add   ? result + next
               : dim.getKind() == DimKind::Min ? nn::min(result, next)
                                               : nn::max(result, next);
    }
    return result;
  }
  }
}
