//===- RowStride.h - rows that lie farther apart than they are long -------===//
//
// Rows a multiple of 4 KB apart share one set of the first-level cache: a tile of a product that reads eight of them at
// a time keeps pushing them out where a set has eight ways. So such an activation gets a few elements more in each row,
// which nobody reads or writes, where a product reads its rows and everybody else takes them at any stride, as parts of
// a join are taken:
//
//   "expand" #nn.plan<"gemm", {row_stride = 1040, …}>       its result, 1024 columns wide
//   "reduce" #nn.plan<"gemm", {left_stride = 1040, …}>      the product that reads them: it need not copy them first
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_MEMORY_ROWSTRIDE_H
#define MARGAY_CODEGEN_MEMORY_ROWSTRIDE_H

#include "ir/Dim.h"
#include "ir/Ops.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace margay::codegen {

/// Whether everybody who reads `value` is a kernel, or a reshape that has the same rows: others would need dense rows.
bool isReadByRows(mlir::Value value);

/// Elements from one row of a value to the next where it has a place of its own: what its kernel's plan says, if
/// everybody can read it; else as many as there are columns.
nn::DimAttr rowStrideOf(mlir::Value value);

/// The rows that a product or convolution reads as its left operand; null in other kernels.
mlir::Value leftRows(nn::KernelOp kernel);

/// Tells it how far apart they are, where that is not as many elements as there are columns, or was not.
void setLeftStride(nn::KernelOp kernel, nn::DimAttr elements);

/// Chooses strides for the results of kernels that have plans. A line of `explanation` says for whom each is.
void chooseRowStrides(mlir::ModuleOp module, std::string &explanation);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MEMORY_ROWSTRIDE_H
