//===- ArenaBound.cpp - an arena for every allowed shape ------------------===//
//
// Interval arithmetic.
//
//===----------------------------------------------------------------------===//

#include "codegen/emit/ArenaBound.h"
#include "runtime/abi.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;
using nn::DimKind;

namespace {

using Range = std::optional<DimRange>;

Range add(DimRange a, DimRange b) {
  DimRange sum;
  if (AddOverflow(a.min, b.min, sum.min) || AddOverflow(a.max, b.max, sum.max))
    return std::nullopt;
  return sum;
}

Range multiply(DimRange a, DimRange b) {
  int64_t corners[4];
  if (MulOverflow(a.min, b.min, corners[0]) || MulOverflow(a.min, b.max, corners[1]) ||
      MulOverflow(a.max, b.min, corners[2]) || MulOverflow(a.max, b.max, corners[3]))
    return std::nullopt;
  auto [least, most] = std::minmax_element(std::begin(corners), std::end(corners));
  return DimRange{*least, *most};
}

Range floorDivide(DimRange a, DimRange b) {
  if (b.min <= 0)
    return std::nullopt;
  return DimRange{divideFloorSigned(a.min, a.min < 0 ? b.min : b.max),
                  divideFloorSigned(a.max, a.max < 0 ? b.max : b.min)};
}

Range modulo(DimRange a, DimRange b) {
  if (b.min <= 0)
    return std::nullopt;
  if (b.min != b.max)
    return DimRange{0, b.max - 1};
  // Within one period the remainder grows with the value.
  int64_t first = divideFloorSigned(a.min, b.min), last = divideFloorSigned(a.max, b.min);
  if (first != last)
    return DimRange{0, b.max - 1};
  return DimRange{a.min - first * b.min, a.max - first * b.min};
}

Range combine(DimKind kind, DimRange a, DimRange b) {
  switch (kind) {
  case DimKind::Add:
    return add(a, b);
  case DimKind::Mul:
    return multiply(a, b);
  case DimKind::FloorDiv:
    return floorDivide(a, b);
  case DimKind::Mod:
    return modulo(a, b);
  case DimKind::Min:
    return DimRange{std::min(a.min, b.min), std::min(a.max, b.max)};
  case DimKind::Max:
    return DimRange{std::max(a.min, b.min), std::max(a.max, b.max)};
  case DimKind::Constant:
  case DimKind::Symbol:
    break;
  }
  llvm_unreachable("a dimension without operands");
}

/// Looks at a subexpression that occurs several times only once.
class RangeFinder {
public:
  explicit RangeFinder(function_ref<Range(StringRef)> rangeOf) : rangeOf(rangeOf) {}

  Range find(DimAttr dim) {
    if (dim.isConstant())
      return DimRange{dim.getValue(), dim.getValue()};
    if (dim.getKind() == DimKind::Symbol)
      return rangeOf(dim.getSymbol());
    if (auto found = known.find(dim); found != known.end())
      return found->second;
    Range result = find(dim.getOperands().front());
    for (DimAttr operand : dim.getOperands().drop_front()) {
      Range next = find(operand);
      result = result && next ? combine(dim.getKind(), *result, *next) : std::nullopt;
    }
    known[dim] = result;
    return result;
  }

private:
  function_ref<Range(StringRef)> rangeOf;
  DenseMap<DimAttr, Range> known;
};

/// The least and the greatest allowed value.
Range rangeOfSymbol(const InterfaceSymbol &symbol) {
  if (!symbol.max)
    return std::nullopt;
  int64_t most = *symbol.max - *symbol.max % symbol.multiple;
  return DimRange{std::min(symbol.min, most), most};
}

} // namespace

Range codegen::rangeOfDim(DimAttr dim, function_ref<Range(StringRef)> rangeOf) {
  return RangeFinder(rangeOf).find(dim);
}

std::optional<uint64_t> codegen::maxArenaBytes(const Interface &interface, DimAttr sharedBytes, DimAttr scratchBytes) {
  if (any_of(interface.symbols, [](const InterfaceSymbol &symbol) { return !symbol.max; }))
    return std::nullopt;
  auto rangeOf = [&](StringRef name) -> Range {
    auto symbol = find_if(interface.symbols, [&](const InterfaceSymbol &s) { return s.name == name; });
    return symbol == interface.symbols.end() ? std::nullopt : rangeOfSymbol(*symbol);
  };
  uint64_t bytes = 0;
  for (DimAttr part : {sharedBytes, scratchBytes}) {
    Range range = rangeOfDim(part, rangeOf);
    if (!range)
      return std::nullopt;
    bytes += std::max<int64_t>(range->max, 0);
  }
  if (bytes >= MG__SIZE_MAX)
    return std::nullopt;
  return std::max<uint64_t>(bytes, interface.align); // An array of no bytes is no C, and 0 means unbounded.
}
