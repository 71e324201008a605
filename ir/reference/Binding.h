//===- Binding.h - symbols of dimensions and the shapes that give them values ===//

#ifndef MARGAY_IR_REFERENCE_BINDING_H
#define MARGAY_IR_REFERENCE_BINDING_H

#include "ir/reference/Evaluator.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace margay::reference {

/// Gives the symbols that stand alone in a dimension of `type` the tensor's sizes, where they have no value yet.
void bindSymbols(mlir::Type type, const Tensor &tensor, Symbols &symbols);

/// Whether a tensor has the type's element type and dimensions, as far as these are known.
bool fits(const Tensor &tensor, mlir::Type type, const Symbols &symbols);

/// The symbols of a function called with these arguments; a fault where an argument does not fit its type, or a symbol
/// its range in `nn.symbols`.
llvm::Expected<Symbols> symbolsOf(mlir::FunctionOpInterface function, llvm::ArrayRef<Tensor> arguments);

/// Shape and element type as messages write them: `2x3 f32`, `Nx3 f32`.
std::string describe(const Tensor &tensor);
std::string describe(mlir::RankedTensorType type);

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_BINDING_H
