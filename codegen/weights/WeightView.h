//===- WeightView.h - a constant's elements where they lie ----------------===//
//
// A recipe is mostly a parameter with its dimensions in another order. Such a one is not computed: its elements are
// read from the parameter's bytes, wherever each lies. A compilation so needs no memory for weights, however large.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_WEIGHTS_WEIGHTVIEW_H
#define MARGAY_CODEGEN_WEIGHTS_WEIGHTVIEW_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <vector>

namespace margay::codegen {

class WeightView {
public:
  /// The value of a recipe (nn::isRecipe): of its transposes and reshapes a view, of f32 that become bf16 the rounded
  /// ones, of anything else the evaluator's result. The bytes of parameters belong to the module.
  static llvm::Expected<WeightView> of(mlir::Value recipe);

  llvm::ArrayRef<int64_t> shape() const { return sizes; }
  int64_t size() const;
  /// As stored: an i1 takes a byte.
  int64_t elementBytes() const { return width; }

  using Write = llvm::function_ref<void(llvm::ArrayRef<char>)>;

  /// All elements in row-major order, in pieces of some 64 KB.
  void writeRowMajor(Write write) const;

  /// All but the last dimension are rows, the last one's elements columns. Writes elements [first, first + count) of
  /// each row, one row after the other, each filled up with zeros to `width` elements.
  void writeColumns(int64_t first, int64_t count, int64_t width, Write write) const;

private:
  WeightView(llvm::ArrayRef<int64_t> sizes, int64_t width, const char *bytes);
  static WeightView owning(llvm::ArrayRef<int64_t> sizes, int64_t width, std::vector<char> bytes);
  static llvm::Expected<WeightView> computed(mlir::Value recipe);

  /// Of f32, the nearest bf16.
  WeightView rounded() const;
  WeightView transposed(llvm::ArrayRef<int64_t> permutation) const;
  WeightView reshaped(llvm::ArrayRef<int64_t> shape) const;
  /// The strides that the same elements have under another shape; false if they would have to move.
  bool restride(llvm::ArrayRef<int64_t> shape, llvm::SmallVectorImpl<int64_t> &result) const;
  /// Where each row begins, in bytes.
  std::vector<int64_t> rowOffsets() const;
  void copyRun(const char *from, int64_t count, char *to) const;

  llvm::SmallVector<int64_t> sizes, strides; ///< Strides in elements.
  int64_t width;
  const char *bytes;
  std::shared_ptr<const std::vector<char>> owned;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_WEIGHTS_WEIGHTVIEW_H
