//===- Format.h - element types: rounding to them and their bytes ---------===//
//
// The reference computes in f64 and i64; here is all that it knows of narrower types.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_REFERENCE_FORMAT_H
#define MARGAY_IR_REFERENCE_FORMAT_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace margay::reference {

/// Bytes that an element takes in a buffer; an i1 takes one.
int64_t byteWidth(mlir::Type element);

/// Rounds each value to the float type, to nearest with ties to even; beyond its range is infinity.
void roundTo(mlir::Type element, std::vector<double> &values);

/// Wraps each value to the integer type. Signless and signed ones are sign-extended, unsigned ones and i1
/// zero-extended; ui64 keeps its bits.
void wrapTo(mlir::Type element, std::vector<int64_t> &values);

/// Reads little-endian elements; `bytes` has `values.size() * byteWidth(element)` of them.
void decode(mlir::Type element, llvm::ArrayRef<char> bytes, std::vector<double> &values);
void decode(mlir::Type element, llvm::ArrayRef<char> bytes, std::vector<int64_t> &values);

/// Writes little-endian elements; the values have been rounded.
void encode(mlir::Type element, llvm::ArrayRef<double> values, std::vector<char> &bytes);
void encode(mlir::Type element, llvm::ArrayRef<int64_t> values, std::vector<char> &bytes);

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_FORMAT_H
