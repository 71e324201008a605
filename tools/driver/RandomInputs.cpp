//===- RandomInputs.cpp - inputs for a model that comes without any -------===//

#include "tools/driver/RandomInputs.h"

using namespace margay::driver;

/// Integers are below this.
static constexpr uint64_t smallNumbers = 4;

/// splitmix64: the same sequence on every machine, which the standard library's distributions do not promise.
static uint64_t next(uint64_t &state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::vector<Array> margay::driver::randomInputs(llvm::ArrayRef<InputType> types, uint64_t seed, int64_t freeDim) {
  std::vector<Array> arrays;
  for (const InputType &type : types) {
    std::vector<int64_t> shape = type.shape;
    for (int64_t &dim : shape)
      dim = dim < 0 ? freeDim : dim;
    Array array = Array::zeros(type.dtype, std::move(shape));
    for (int64_t i = 0, count = array.elements(); i < count; ++i) {
      uint64_t bits = next(seed);
      if (isFloat(type.dtype))
        array.set(i, static_cast<double>(bits >> 40) / (1 << 23) - 1);
      else
        array.set(i, static_cast<double>((bits >> 32) % (type.dtype == Dtype::Bool ? 2 : smallNumbers)));
    }
    arrays.push_back(std::move(array));
  }
  return arrays;
}
