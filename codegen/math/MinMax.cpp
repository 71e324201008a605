//===- MinMax.cpp - the larger and the smaller of two ---------------------===//
//
// x86 has "a > b ? a : b", which is b if either is NaN. So if a cannot be NaN, that is all; else NaN in a is put back.
// LLVM's own lowering of llvm.maximum also tells +0 from -0, which takes several instructions more.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Whether a value is a constant that is the same number in all lanes.
static bool isNumber(Value value) {
  FloatAttr constant;
  DenseFPElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)) && elements.isSplat())
    return !elements.getSplatValue<APFloat>().isNaN();
  return matchPattern(value, m_Constant(&constant)) && !constant.getValue().isNaN();
}

static Value expand(Lanes &lanes, Value a, Value b, Lanes::Compare predicate) {
  if (isNumber(b))
    std::swap(a, b);
  Value result = lanes.select(lanes.compare(predicate, a, b), a, b);
  if (isNumber(a))
    return result;
  return lanes.select(lanes.compare(Lanes::Compare::UNO, a, a), a, result);
}

Value codegen::expandMaximum(Lanes &lanes, Value a, Value b) { return expand(lanes, a, b, Lanes::Compare::OGT); }
Value codegen::expandMinimum(Lanes &lanes, Value a, Value b) { return expand(lanes, a, b, Lanes::Compare::OLT); }
