//===- States.h - inputs that are updated in place ------------------------===//
//
// A state is an argument of `main` and a result that are one region of the caller's memory. The argument says which
// result, by number: `%past: tensor<4xf32> {nn.name = "past", nn.state = 1 : i64}`. What the operations mean does not
// change.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_STATES_H
#define MARGAY_IR_STATES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <optional>

namespace margay::nn {

inline constexpr llvm::StringLiteral stateAttribute = "nn.state";

/// The result that is the same region as this argument, if the argument is a state; and the other way round.
std::optional<unsigned> stateResult(mlir::func::FuncOp main, unsigned argument);
std::optional<unsigned> stateArgument(mlir::func::FuncOp main, unsigned result);

/// Makes an argument and a result of one type a state.
void tieState(mlir::func::FuncOp main, unsigned argument, unsigned result);

/// Checks that each state is an argument and a result of one type, and that no result is in two of them.
mlir::LogicalResult verifyStates(mlir::func::FuncOp main);

} // namespace margay::nn

#endif // MARGAY_IR_STATES_H
