//===- RowGroups.h - rows in groups of nearly equal size ------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_ROWGROUPS_H
#define MARGAY_CODEGEN_KERNELS_ROWGROUPS_H

#include "codegen/kernels/Emit.h"
#include "codegen/plans/EvenSplit.h"

namespace margay::codegen {

/// The row where a group begins; the end of all rows for the number of groups.
mlir::Value firstRow(Emit &e, const EvenSplit &groups, mlir::Value group);

/// Covers the rows of groups [begin, end) with tiles, each group evenly with tiles of at most `tileRows`.
void forGroups(Emit &e, const EvenSplit &groups, mlir::Value begin, mlir::Value end, int64_t tileRows,
               llvm::function_ref<void(mlir::Value row, int64_t rows)> body);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_ROWGROUPS_H
