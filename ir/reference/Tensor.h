//===- Tensor.h - the values that the reference evaluator computes with ---===//
//
// A tensor never changes once made and shares its elements with its copies, so copying and reshaping one is free.
// Floats are held as f64, rounded to the element type; integers are held as i64, wrapped to it, so that i64 (and ui64,
// as the same bits) stays exact.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_REFERENCE_TENSOR_H
#define MARGAY_IR_REFERENCE_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <vector>

namespace margay::reference {

using Shape = llvm::SmallVector<int64_t, 5>;

/// The number of elements of a shape.
int64_t elementCount(llvm::ArrayRef<int64_t> shape);

/// A shape as a message writes it: `2x3x4`, or `scalar`.
std::string toString(llvm::ArrayRef<int64_t> shape);

/// Unsigned integers, and i1, whose value 1 is not -1.
bool isUnsigned(mlir::Type element);

class Tensor {
public:
  Tensor() = default;

  /// A tensor of floats; each value is rounded to `element` (to nearest, ties to even).
  Tensor(mlir::Type element, llvm::ArrayRef<int64_t> shape, std::vector<double> values);

  /// A tensor of integers; each value is wrapped to `element`.
  Tensor(mlir::Type element, llvm::ArrayRef<int64_t> shape, std::vector<int64_t> values);

  /// The elements of a dense or dense_resource attribute; a fault where a resource is missing or of another size than
  /// its type says.
  static llvm::Expected<Tensor> fromElements(mlir::ElementsAttr elements);

  /// The elements from their bytes in row-major order, little-endian, at any alignment; an i1 is a byte. A fault where
  /// their number does not fit.
  static llvm::Expected<Tensor> fromBytes(mlir::Type element, llvm::ArrayRef<int64_t> shape,
                                          llvm::ArrayRef<char> bytes);

  /// What `fromBytes` reads.
  std::vector<char> toBytes() const;

  /// The tensor as a constant's value.
  mlir::DenseElementsAttr toElements() const;

  mlir::Type element() const { return elementType; }
  llvm::ArrayRef<int64_t> shape() const { return sizes; }
  int64_t rank() const { return static_cast<int64_t>(sizes.size()); }
  int64_t size() const { return elementCount(sizes); }
  bool isFloat() const { return floats != nullptr; }
  mlir::RankedTensorType type() const { return mlir::RankedTensorType::get(sizes, elementType); }

  /// The elements in row-major order; T is double for floats, int64_t for integers.
  template <typename T> llvm::ArrayRef<T> values() const;

  /// The same elements under another shape of the same size.
  Tensor reshaped(llvm::ArrayRef<int64_t> shape) const;

private:
  mlir::Type elementType;
  Shape sizes;
  std::shared_ptr<const std::vector<double>> floats;
  std::shared_ptr<const std::vector<int64_t>> integers;
};

template <> inline llvm::ArrayRef<double> Tensor::values<double>() const { return *floats; }
template <> inline llvm::ArrayRef<int64_t> Tensor::values<int64_t>() const { return *integers; }

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_TENSOR_H
