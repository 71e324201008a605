//===- TensorData.h - the elements of a tensor as numbers -----------------===//
//
// For what the compiler itself has to look at: axes, shapes, bounds. Weights stay bytes.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_TENSORDATA_H
#define MARGAY_FRONTEND_ONNX_TENSORDATA_H

#include "frontend/onnx/Model.h"

namespace margay::frontend::onnx {

/// The elements as integers; nothing for types other than integers and bool. Unsigned 64-bit values keep their bits.
std::optional<llvm::SmallVector<int64_t>> readIntegers(ElementType type, llvm::ArrayRef<uint8_t> bytes, uint64_t count);

/// The elements as doubles, from any type but strings and complex numbers.
std::optional<llvm::SmallVector<double>> readNumbers(ElementType type, llvm::ArrayRef<uint8_t> bytes, uint64_t count);

/// Calls `visit` with the numbers that an ElementWriter would be given for these bytes, sign-extended where the type is
/// signed: one for each element, or for each byte of packed ones. Not for floats and strings.
void forEachNumber(ElementType type, llvm::ArrayRef<uint8_t> bytes, uint64_t count,
                   llvm::function_ref<void(uint64_t number)> visit);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_TENSORDATA_H
