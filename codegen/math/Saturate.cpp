//===- Saturate.cpp - floats to integers ----------------------------------===//
//
// The instructions of x86 make the same integer of everything that is out of range, another one per width, and LLVM
// promises nothing at all. Here it is the nearest integer that there is, and 0 for NaN: at every level, as in the
// evaluator.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Functions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

Value codegen::toInteger(Lanes &lanes, Value x, Type type, bool isSigned) {
  StringAttr name = lanes.builder.getStringAttr(isSigned ? "llvm.fptosi.sat" : "llvm.fptoui.sat");
  return LLVM::CallIntrinsicOp::create(lanes.builder, lanes.loc, type, name, x).getResult(0);
}
