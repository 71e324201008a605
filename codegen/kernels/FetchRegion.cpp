//===- FetchRegion.cpp - a part of an image that is fetched ahead of its use ===//

#include "codegen/kernels/FetchRegion.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Value codegen::farAt(Emit &e, Value pointer, Value index, Type element) {
  return LLVM::GEPOp::create(e.builder, e.loc, pointer.getType(), element, pointer, ArrayRef<LLVM::GEPArg>{index},
                             LLVM::GEPNoWrapFlags::none);
}

Value codegen::runAt(Emit &e, const FetchRegion &region, Value first, Value run, Type element) {
  if (region.rows == 0)
    return first;
  Value row = e.div(run, e.constant(region.runsOfRow())), inRow = e.rem(run, e.constant(region.runsOfRow()));
  return farAt(e, first, e.add(e.mul(row, region.stride), e.mul(inRow, region.run)), element);
}
