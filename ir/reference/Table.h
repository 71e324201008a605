//===- Table.h - which function evaluates which operation -----------------===//
//
// Each family of operations (Eval*.cpp) enters its functions here; Evaluator.cpp looks them up. A function sees
// operands that fit the op's types, and returns unrounded elements in a Tensor, which rounds them.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_REFERENCE_TABLE_H
#define MARGAY_IR_REFERENCE_TABLE_H

#include "ir/reference/Evaluator.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include <type_traits>

namespace margay::reference {

using Results = llvm::Expected<std::vector<Tensor>>;
using Function = Results (*)(mlir::Operation *, llvm::ArrayRef<Tensor> operands, const Symbols &);
using Table = llvm::StringMap<Function>;

void addAlongAxis(Table &table);
void addConstants(Table &table);
void addContractions(Table &table);
void addControl(Table &table);
void addElementwise(Table &table);
void addElementwiseLogic(Table &table);
void addElementwiseMath(Table &table);
void addIndexing(Table &table);
void addKernels(Table &table);
void addNormalizations(Table &table);
void addRecurrent(Table &table);
void addReductions(Table &table);
void addResize(Table &table);
void addSelections(Table &table);
void addShapes(Table &table);

/// Runs a block on its arguments and returns what its terminator is given.
Results evaluateBlock(mlir::Block &block, std::vector<Tensor> arguments, const Symbols &symbols);

/// Runs a function, whose symbols get their values from the arguments' shapes.
Results evaluateFunction(mlir::FunctionOpInterface function, std::vector<Tensor> arguments);

/// The shape that a type has where symbols have these values, or a fault that names the symbol without a value.
llvm::Expected<Shape> shapeOf(mlir::Type tensor, const Symbols &symbols);

/// The operation as messages name it: `nn.conv 'conv1'` where its location has a name, else `nn.conv`.
std::string nameOf(mlir::Operation *op);

/// The element type of an operation's only result.
template <typename OpTy> mlir::Type resultElement(OpTy op) {
  return llvm::cast<mlir::RankedTensorType>(op.getType()).getElementType();
}

/// Calls `compute(T())` with T the type that holds elements of this tensor: double or int64_t.
template <typename Compute> auto withElementsOf(const Tensor &tensor, Compute compute) {
  if (tensor.isFloat())
    return compute(double());
  return compute(int64_t());
}

inline Results toResults(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }
inline Results toResults(Results results) { return results; }
inline Results toResults(llvm::Expected<Tensor> tensor) {
  if (!tensor)
    return tensor.takeError();
  return toResults(std::move(*tensor));
}

/// Enters `function(op, operands)` or `function(op, operands, symbols)`, which returns a tensor or an Expected one or
/// some, for OpTy.
template <typename OpTy, auto function> void add(Table &table) {
  table[OpTy::getOperationName()] = [](mlir::Operation *op, llvm::ArrayRef<Tensor> operands,
                                       const Symbols &symbols) -> Results {
    if constexpr (std::is_invocable_v<decltype(function), OpTy, llvm::ArrayRef<Tensor>, const Symbols &>)
      return toResults(function(llvm::cast<OpTy>(op), operands, symbols));
    else
      return toResults(function(llvm::cast<OpTy>(op), operands));
  };
}

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_TABLE_H
