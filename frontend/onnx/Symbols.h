//===- Symbols.h - element types and free dimensions of a model -----------===//

#ifndef MARGAY_FRONTEND_ONNX_SYMBOLS_H
#define MARGAY_FRONTEND_ONNX_SYMBOLS_H

#include "frontend/Import.h"
#include "frontend/onnx/Model.h"
#include "ir/Dialect.h"
#include "llvm/ADT/MapVector.h"

namespace margay::frontend::onnx {

/// The builtin type of elements; null where the nn dialect has none.
mlir::Type typeOf(mlir::MLIRContext *context, ElementType type);

/// The name ONNX has for a builtin element type, for messages.
std::string nameOf(mlir::Type element);

/// The most elements that a tensor may have with all its symbols at 1: more than any memory holds, and few enough that
/// the arithmetic of dimensions does not overflow.
inline constexpr int64_t maxElements = int64_t(1) << 36;

/// Whether a tensor of these dimensions can be worked with: no more than maxElements elements with all symbols at 1,
/// and dimensions that are neither so many nor so complicated that handling them would take forever.
bool isManageable(llvm::ArrayRef<nn::DimAttr> dims);

/// The free dimensions of a model, in the order in which its inputs name them, with what the user says of them.
class Symbols {
public:
  Symbols(mlir::MLIRContext *context, llvm::ArrayRef<DimOverride> overrides)
      : context(context), overrides(overrides), used(overrides.size(), false) {}

  /// The dimension `axis` of input `input`: a constant, or a symbol that is noted here.
  nn::DimAttr dimension(llvm::StringRef input, unsigned axis, const Dimension &dim);

  /// Whether the symbol may have this value: it is a free dimension of the model, within the range that --dim gives.
  bool allows(llvm::StringRef name, int64_t value) const;

  /// What is known of a free dimension, if there is one of this name that is not pinned.
  std::optional<nn::SymbolAttr> find(llvm::StringRef name) const;

  /// A symbol for a size that depends on data and is at most `bound`. Its name is `wish`, or begins with it.
  nn::SymbolAttr addDataSize(llvm::StringRef wish, nn::DimAttr bound, int64_t max);

  /// The `nn.symbols` of the function.
  mlir::ArrayAttr attribute() const;

  /// A Usage fault for each override that no dimension was called.
  llvm::Error checkOverrides() const;

private:
  mlir::MLIRContext *context;
  llvm::ArrayRef<DimOverride> overrides;
  llvm::SmallVector<bool> used;
  llvm::MapVector<llvm::StringRef, nn::SymbolAttr> symbols;
  llvm::SmallVector<std::string> names; ///< of all free dimensions, pinned or not
  llvm::SmallVector<nn::SymbolAttr> dataSizes;
};

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_SYMBOLS_H
