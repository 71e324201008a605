//===- RandomInputs.cpp - inputs for a model that comes without any -------===//

#include "tools/driver/RandomInputs.h"
#include "ir/Fault.h"
#include "tools/driver/ModelCall.h"
#include <algorithm>

using namespace margay;
using namespace margay::driver;

/// Integers are below this.
static constexpr uint64_t smallNumbers = 4;
/// What free dimensions become: the smallest size at which strides matter.
static constexpr int64_t freeSize = 2;

/// splitmix64: the same sequence on every machine, which the standard library's distributions do not promise.
static uint64_t next(uint64_t &state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void margay::driver::fillRandom(Array &array, uint64_t &state) {
  for (int64_t i = 0, count = array.elements(); i < count; ++i) {
    uint64_t bits = next(state);
    if (isFloat(array.dtype))
      array.set(i, static_cast<double>(bits >> 40) / (1 << 23) - 1);
    else
      array.set(i, static_cast<double>((bits >> 32) % (array.dtype == Dtype::Bool ? 2 : smallNumbers)));
  }
}

/// The allowed value nearest to freeSize.
static int64_t sizeOf(const mg_symbol &symbol) {
  int64_t multiple = std::max<int64_t>(1, symbol.multiple);
  int64_t size = std::max(freeSize, symbol.min);
  size = (size + multiple - 1) / multiple * multiple;
  return size > symbol.max ? symbol.max / multiple * multiple : size;
}

llvm::Expected<std::vector<Array>> margay::driver::randomInputs(const mg_model &model, uint64_t seed) {
  std::vector<int64_t> symbols, dims(model.n_dims);
  for (int32_t i = 0; i < model.n_symbols; ++i)
    symbols.push_back(sizeOf(*model.symbols[i]));
  if (mg_status status = model.shapes(&model, symbols.data(), dims.data()))
    return statusFault(status, "");
  llvm::ArrayRef<int64_t> rest = dims;
  std::vector<Array> arrays;
  for (int32_t i = 0; i < model.n_inputs; ++i) {
    llvm::Expected<InputType> type = inputType(*model.inputs[i]);
    if (!type)
      return type.takeError();
    std::vector<int64_t> shape = rest.take_front(type->shape.size()).vec();
    rest = rest.drop_front(shape.size());
    arrays.push_back(Array::zeros(type->dtype, std::move(shape)));
    fillRandom(arrays.back(), seed);
  }
  return arrays;
}
