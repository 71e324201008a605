//===- Channels.cpp - covering a row's columns with vectors ---------------===//

#include "codegen/kernels/Channels.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

void codegen::forChannels(Emit &e, int64_t columns, int64_t lanes, llvm::function_ref<void(Value, int64_t)> body) {
  int64_t full = columns / lanes * lanes;
  e.loop(e.constant(0), e.constant(full), lanes, [&](Value column) { body(column, lanes); });
  if (full != columns)
    body(e.constant(full), columns - full);
}

void codegen::forElements(Emit &e, Value begin, Value end, int64_t lanes, llvm::function_ref<void(Value, int64_t)> body,
                          int64_t shorter) {
  auto cover = [&](int64_t width) {
    Value full = e.add(begin, e.mul(e.div(e.sub(end, begin), e.constant(width)), width));
    e.loop(begin, full, width, [&](Value index) { body(index, width); });
    begin = full;
  };
  if (lanes > 1)
    cover(lanes);
  if (shorter > 1)
    cover(shorter);
  e.loop(begin, end, 1, [&](Value index) { body(index, 1); });
}

void codegen::forColumns(KernelBuilder &k, nn::DimAttr columns, int64_t lanes,
                         llvm::function_ref<void(Value, int64_t)> body) {
  if (columns.isConstant())
    forChannels(k, columns.getValue(), lanes, body);
  else
    forElements(k, k.constant(0), k.dim(columns), lanes, body);
}

void codegen::forManyColumns(KernelBuilder &k, nn::DimAttr columns, int64_t lanes, int64_t times,
                             llvm::function_ref<void(Value, int64_t)> body) {
  if (!columns.isConstant())
    return forElements(k, k.constant(0), k.dim(columns), times * lanes, body, times == 1 ? 1 : lanes);
  int64_t count = columns.getValue(), many = count / (times * lanes) * (times * lanes), full = count / lanes * lanes;
  k.loop(k.constant(0), k.constant(many), times * lanes, [&](Value column) { body(column, times * lanes); });
  k.loop(k.constant(many), k.constant(full), lanes, [&](Value column) { body(column, lanes); });
  if (full != count)
    body(k.constant(full), count - full);
}
