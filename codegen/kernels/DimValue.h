//===- DimValue.h - dimension expressions as code -------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_DIMVALUE_H
#define MARGAY_CODEGEN_KERNELS_DIMVALUE_H

#include "codegen/kernels/Emit.h"
#include "ir/Dim.h"
#include "llvm/ADT/StringMap.h"

namespace margay::codegen {

/// The values of a model's symbols, i64.
using SymbolValues = llvm::StringMap<mlir::Value>;

/// The value of a dimension: a constant, or computed from the symbols.
mlir::Value dimValue(Emit &e, nn::DimAttr dim, const SymbolValues &symbols);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_DIMVALUE_H
