//===- RowGroups.cpp - rows in groups of nearly equal size ----------------===//

#include "codegen/kernels/RowGroups.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Value codegen::firstRow(Emit &e, const EvenSplit &groups, Value group) {
  return e.add(e.mul(group, groups.size - 1), e.min(group, e.constant(groups.larger)));
}

void codegen::forGroups(Emit &e, const EvenSplit &groups, Value begin, Value end, int64_t tileRows,
                        llvm::function_ref<void(Value row, int64_t rows)> body) {
  auto ofSize = [&](Value from, Value to, int64_t size) {
    e.loop(from, to, 1, [&](Value group) {
      Value row = firstRow(e, groups, group);
      EvenSplit tiles = evenSplit(size, tileRows);
      for (int64_t tile = 0; tile < tiles.parts; ++tile) {
        body(row, tiles.sizeOf(tile));
        row = e.add(row, tiles.sizeOf(tile));
      }
    });
  };
  Value smaller = e.constant(groups.larger);
  ofSize(begin, e.min(end, smaller), groups.size);
  if (groups.larger < groups.parts)
    ofSize(e.max(begin, smaller), end, groups.size - 1);
}
