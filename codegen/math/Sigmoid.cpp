//===- Sigmoid.cpp - 1 / (1 + e^-x) ---------------------------------------===//
//
// Where the result is smallest, e^-x is beyond what floats have, so that numerator and denominator are 2^-32 times
// that.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr int offset = -32;

Value codegen::expandSigmoid(Lanes &lanes, Value x) {
  // Below, the result is 0; above, 1 long since.
  x = lanes.max(lanes.constant(-105), lanes.min(lanes.constant(60), x));
  Value one = lanes.constant(0x1p-32);
  // The same bits; what saves instructions keeps more values at a time.
  constexpr int64_t manyRegisters = 32;
  Value power = lanes.level.registers >= manyRegisters ? floatExpOfNegative(lanes, x, offset)
                                                       : floatExp(lanes, lanes.negate(x), offset);
  return lanes.div(one, lanes.add(power, one));
}
