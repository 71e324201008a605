//===- WeightView.cpp - a constant's elements where they lie --------------===//

#include "codegen/weights/WeightView.h"
#include "codegen/kernels/KernelBuilder.h"
#include "ir/Ops.h"
#include "ir/reference/Evaluator.h"
#include "ir/reference/Index.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <cstring>
#include <numeric>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Bytes that are handed on at once.
static constexpr size_t pieceBytes = 1 << 16;

WeightView::WeightView(ArrayRef<int64_t> sizes, int64_t width, const char *bytes)
    : sizes(sizes), strides(reference::stridesOf(sizes)), width(width), bytes(bytes) {}

WeightView WeightView::owning(ArrayRef<int64_t> sizes, int64_t width, std::vector<char> bytes) {
  auto owned = std::make_shared<const std::vector<char>>(std::move(bytes));
  WeightView view(sizes, width, owned->data());
  view.owned = std::move(owned);
  return view;
}

int64_t WeightView::size() const { return reference::elementCount(sizes); }

//===----------------------------------------------------------------------===//
// Making one
//===----------------------------------------------------------------------===//

/// The bytes of an attribute that holds every element as it is stored; nothing where it holds them in another way.
static std::optional<ArrayRef<char>> plainBytes(ElementsAttr elements, int64_t bytes) {
  ArrayRef<char> data;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      data = blob->getData();
  } else if (auto dense = dyn_cast<DenseElementsAttr>(elements); dense && !dense.getElementType().isInteger(1)) {
    data = dense.getRawData();
  }
  return static_cast<int64_t>(data.size()) == bytes ? std::optional(data) : std::nullopt;
}

llvm::Expected<WeightView> WeightView::computed(Value recipe) {
  llvm::Expected<reference::Tensor> tensor = reference::evaluateConstant(recipe);
  if (!tensor)
    return tensor.takeError();
  return owning(tensor->shape(), storageBytes(tensor->element()), tensor->toBytes());
}

/// Whether f32 becomes bf16.
static bool roundsToBF16(Operation *op) {
  auto cast = dyn_cast<nn::CastOp>(op);
  return cast && cast.getOperand().getType().getElementType().isF32() && cast.getType().getElementType().isBF16();
}

/// The nearest bf16, of two the even one; a NaN stays one.
static uint16_t roundToBF16(float value) {
  constexpr uint32_t half = 0x7fff, quiet = 0x40;
  auto bits = llvm::bit_cast<uint32_t>(value);
  uint32_t upper = bits >> 16;
  return static_cast<uint16_t>(std::isnan(value) ? upper | quiet : (bits + half + (upper & 1)) >> 16);
}

WeightView WeightView::rounded() const {
  std::vector<char> halves;
  halves.reserve(size() * sizeof(uint16_t));
  writeRowMajor([&](ArrayRef<char> piece) {
    for (size_t at = 0; at < piece.size(); at += sizeof(float)) {
      float value;
      std::memcpy(&value, &piece[at], sizeof value);
      uint16_t half = roundToBF16(value);
      const char *bytes = reinterpret_cast<const char *>(&half);
      halves.insert(halves.end(), bytes, bytes + sizeof half);
    }
  });
  return owning(sizes, sizeof(uint16_t), std::move(halves));
}

llvm::Expected<WeightView> WeightView::of(Value recipe) {
  auto type = cast<RankedTensorType>(recipe.getType());
  int64_t width = storageBytes(type.getElementType());
  Operation *op = recipe.getDefiningOp();
  ElementsAttr elements;
  if (auto get = dyn_cast<nn::GetOp>(op))
    elements = SymbolTable::lookupNearestSymbolFrom<nn::ParamOp>(get, get.getParamAttr()).getValue();
  else if (auto constant = dyn_cast<nn::ConstantOp>(op))
    elements = constant.getValue();
  if (elements) {
    std::optional<ArrayRef<char>> bytes = plainBytes(elements, type.getNumElements() * width);
    return bytes ? WeightView(type.getShape(), width, bytes->data()) : computed(recipe);
  }
  if (!isa<nn::TransposeOp, nn::ReshapeOp>(op) && !roundsToBF16(op))
    return computed(recipe);
  llvm::Expected<WeightView> operand = of(op->getOperand(0));
  if (!operand)
    return operand.takeError();
  if (isa<nn::CastOp>(op))
    return operand->rounded();
  if (auto transpose = dyn_cast<nn::TransposeOp>(op))
    return operand->transposed(transpose.getPermutation());
  return operand->reshaped(type.getShape());
}

WeightView WeightView::transposed(ArrayRef<int64_t> permutation) const {
  WeightView result(*this);
  for (auto [axis, from] : llvm::enumerate(permutation)) {
    result.sizes[axis] = sizes[from];
    result.strides[axis] = strides[from];
  }
  return result;
}

bool WeightView::restride(ArrayRef<int64_t> shape, SmallVectorImpl<int64_t> &result) const {
  if (size() == 0) {
    llvm::append_range(result, reference::stridesOf(shape));
    return true;
  }
  result.assign(shape.size(), 0);
  size_t mine = 0, theirs = 0;
  while (mine < sizes.size() && theirs < shape.size()) {
    // The smallest groups of dimensions with as many elements.
    size_t mineEnd = mine + 1, theirsEnd = theirs + 1;
    int64_t a = sizes[mine], b = shape[theirs];
    while (a != b)
      a < b ? a *= sizes[mineEnd++] : b *= shape[theirsEnd++];
    // Mine have to lie one after the other; dimensions of 1 lie anywhere.
    int64_t stride = 0, last = 0;
    for (size_t axis = mineEnd; axis-- > mine;) {
      if (sizes[axis] == 1)
        continue;
      if (last != 0 && strides[axis] != stride)
        return false;
      if (last == 0)
        last = strides[axis];
      stride = strides[axis] * sizes[axis];
    }
    int64_t next = last;
    for (size_t axis = theirsEnd; axis-- > theirs; next *= shape[axis])
      result[axis] = next;
    mine = mineEnd;
    theirs = theirsEnd;
  }
  return true;
}

WeightView WeightView::reshaped(ArrayRef<int64_t> shape) const {
  SmallVector<int64_t> newStrides;
  if (restride(shape, newStrides)) {
    WeightView result(*this);
    result.sizes.assign(shape.begin(), shape.end());
    result.strides = newStrides;
    return result;
  }
  std::vector<char> moved;
  moved.reserve(size() * width);
  writeRowMajor([&](ArrayRef<char> piece) { moved.insert(moved.end(), piece.begin(), piece.end()); });
  return owning(shape, width, std::move(moved));
}

//===----------------------------------------------------------------------===//
// Reading one
//===----------------------------------------------------------------------===//

std::vector<int64_t> WeightView::rowOffsets() const {
  if (sizes.empty())
    return {0};
  std::vector<int64_t> offsets{0};
  for (size_t axis = 0; axis + 1 < sizes.size(); ++axis) {
    std::vector<int64_t> inner;
    inner.reserve(offsets.size() * sizes[axis]);
    for (int64_t offset : offsets)
      for (int64_t index = 0; index < sizes[axis]; ++index)
        inner.push_back(offset + index * strides[axis] * width);
    offsets = std::move(inner);
  }
  return offsets;
}

template <int64_t width> static void copyElements(const char *from, int64_t count, int64_t stride, char *to) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * width, from + i * stride * width, width);
}

/// Elements of one row, to where they lie side by side.
void WeightView::copyRun(const char *from, int64_t count, char *to) const {
  int64_t stride = sizes.empty() ? 1 : strides.back();
  if (stride == 1)
    std::memcpy(to, from, count * width);
  else if (width == 4)
    copyElements<4>(from, count, stride, to);
  else if (width == 2)
    copyElements<2>(from, count, stride, to);
  else if (width == 8)
    copyElements<8>(from, count, stride, to);
  else
    copyElements<1>(from, count, stride, to);
}

void WeightView::writeRowMajor(Write write) const {
  if (size() == 0)
    return;
  int64_t columns = sizes.empty() ? 1 : sizes.back();
  if (strides == reference::stridesOf(sizes))
    return write({bytes, static_cast<size_t>(size() * width)});
  writeColumns(0, columns, columns, write);
}

void WeightView::writeColumns(int64_t first, int64_t count, int64_t wide, Write write) const {
  int64_t stride = sizes.empty() ? 1 : strides.back();
  size_t rowBytes = wide * width;
  std::vector<char> piece(std::max(rowBytes, pieceBytes / std::max<size_t>(1, rowBytes) * rowBytes));
  size_t used = 0;
  for (int64_t offset : rowOffsets()) {
    copyRun(bytes + offset + first * stride * width, count, piece.data() + used);
    used += rowBytes; // What is not copied to stays zero: it is never written.
    if (used == piece.size()) {
      write(piece);
      used = 0;
    }
  }
  write(ArrayRef(piece).take_front(used));
}
