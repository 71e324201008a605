//===- Ops.h - the operations of the nn dialect ---------------------------===//

#ifndef MARGAY_IR_OPS_H
#define MARGAY_IR_OPS_H

#include "ir/Dialect.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "ir/Interfaces.h.inc"
#define GET_OP_CLASSES
#include "ir/Ops.h.inc"

namespace margay::nn {

/// Constants of more elements than this are parameters, and constant subgraphs of more elements are recipes: they stay
/// in the IR until the archive is written.
inline constexpr int64_t maxInlineElements = 64;

/// The conventional function: a module has one public `func.func @main` whose arguments and results carry `nn.name` and
/// which carries `nn.symbols`.
inline constexpr llvm::StringLiteral mainFunction = "main";
inline constexpr llvm::StringLiteral nameAttribute = "nn.name";
inline constexpr llvm::StringLiteral symbolsAttribute = "nn.symbols";

/// The size of a convolution's or window's output along one spatial dimension.
DimAttr windowOutput(DimAttr input, int64_t kernel, int64_t stride, int64_t dilation, int64_t padBegin, int64_t padEnd,
                     bool ceilMode = false);

/// Whether all numbers of a convolution or window are at least `least` and small enough (below 2^31) to be multiplied
/// without overflow.
bool within(llvm::ArrayRef<int64_t> values, int64_t least);

} // namespace margay::nn

#endif // MARGAY_IR_OPS_H
