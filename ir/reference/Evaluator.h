//===- Evaluator.h - runs the nn dialect, slowly and obviously ------------===//
//
// The oracle that everything else is measured against: one plain loop per operation, in f64 with libm and in i64,
// rounded to the element type after each operation. It shares no formula with code generation. It also computes
// constants for folding and weights for packing.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_REFERENCE_EVALUATOR_H
#define MARGAY_IR_REFERENCE_EVALUATOR_H

#include "ir/reference/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/StringMap.h"

namespace margay::reference {

/// What the symbols of dimensions stand for.
using Symbols = llvm::StringMap<int64_t>;

/// Runs the module's function `main`. The inputs' shapes give the symbols their values; a fault where they do not fit
/// the arguments' types or the ranges in `nn.symbols`. A tensor is freed at its last use, and a parameter is read at
/// its first.
llvm::Expected<std::vector<Tensor>> evaluate(mlir::ModuleOp module, std::vector<Tensor> inputs);

/// The results of one operation. Symbols that `symbols` lacks are taken from the operands' shapes, where these give
/// them.
llvm::Expected<std::vector<Tensor>> evaluateOp(mlir::Operation *op, llvm::ArrayRef<Tensor> operands,
                                               const Symbols &symbols = {});

/// The value of a constant subgraph: of operations on `nn.constant` and `nn.get` only. Each is evaluated once and freed
/// at its last use.
llvm::Expected<Tensor> evaluateConstant(mlir::Value value);

/// Whether this operation can be evaluated. Terminators count: they hand over what they are given.
bool hasEvaluator(mlir::OperationName name);

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_EVALUATOR_H
