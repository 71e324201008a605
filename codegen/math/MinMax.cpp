//===- MinMax.cpp - the larger and the smaller of two ---------------------===//
//
// x86 has "a > b ? a : b", which is b if either is NaN. That is all there is to do if a cannot be NaN, else NaN in a is
// put back. LLVM knows this, but only without the duty to tell +0 from -0.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Value codegen::expandMaximum(Lanes &lanes, Value a, Value b) {
  return LLVM::MaximumOp::create(lanes.builder, lanes.loc, a.getType(), a, b, LLVM::FastmathFlags::nsz);
}

Value codegen::expandMinimum(Lanes &lanes, Value a, Value b) {
  return LLVM::MinimumOp::create(lanes.builder, lanes.loc, a.getType(), a, b, LLVM::FastmathFlags::nsz);
}
