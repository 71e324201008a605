//===- Ops.cpp - the generated parts of the operations --------------------===//

#include "ir/Ops.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace margay::nn;

#define GET_OP_CLASSES
#include "ir/Ops.cpp.inc"
