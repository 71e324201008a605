//===- Pairs.cpp - sums and products without an error ---------------------===//

#include "codegen/math/Pairs.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Pair codegen::twoSum(Lanes &lanes, Value a, Value b) {
  Value sum = lanes.add(a, b);
  Value partOfB = lanes.sub(sum, a);
  Value partOfA = lanes.sub(sum, partOfB);
  return {sum, lanes.add(lanes.sub(a, partOfA), lanes.sub(b, partOfB))};
}

Pair codegen::quickTwoSum(Lanes &lanes, Value a, Value b) {
  Value sum = lanes.add(a, b);
  return {sum, lanes.sub(b, lanes.sub(sum, a))};
}

/// The upper 26 bits of a double, and the rest.
static Pair split(Lanes &lanes, Value x) {
  Value high = lanes.fromBits(lanes.andBits(lanes.bits(x), lanes.integer(~uint64_t(0) << 27)));
  return {high, lanes.sub(x, high)};
}

Pair codegen::twoProduct(Lanes &lanes, Value a, Value b) {
  Value product = lanes.mul(a, b);
  if (lanes.level.fma)
    return {product, lanes.fma(a, b, lanes.negate(product))};
  Pair x = split(lanes, a), y = split(lanes, b);
  Value rest = lanes.sub(lanes.mul(x.high, y.high), product);
  rest = lanes.add(rest, lanes.mul(x.high, y.low));
  rest = lanes.add(rest, lanes.mul(x.low, y.high));
  return {product, lanes.add(rest, lanes.mul(x.low, y.low))};
}
