//===- Tensor.cpp - the values that the reference evaluator computes with ===//

#include "ir/reference/Tensor.h"
#include "ir/Fault.h"
#include "ir/reference/Format.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace margay;
using namespace margay::reference;

int64_t reference::elementCount(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

std::string reference::toString(llvm::ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape, os, "x");
  return text;
}

bool reference::isUnsigned(mlir::Type element) { return element.isUnsignedInteger() || element.isInteger(1); }

Tensor::Tensor(mlir::Type element, llvm::ArrayRef<int64_t> shape, std::vector<double> values)
    : elementType(element), sizes(shape) {
  assert(static_cast<int64_t>(values.size()) == size() && "as many values as the shape says");
  roundTo(element, values);
  floats = std::make_shared<const std::vector<double>>(std::move(values));
}

Tensor::Tensor(mlir::Type element, llvm::ArrayRef<int64_t> shape, std::vector<int64_t> values)
    : elementType(element), sizes(shape) {
  assert(static_cast<int64_t>(values.size()) == size() && "as many values as the shape says");
  wrapTo(element, values);
  integers = std::make_shared<const std::vector<int64_t>>(std::move(values));
}

llvm::Expected<Tensor> Tensor::fromBytes(mlir::Type element, llvm::ArrayRef<int64_t> shape,
                                         llvm::ArrayRef<char> bytes) {
  auto fill = [&](auto values) {
    decode(element, bytes, values);
    return Tensor(element, shape, std::move(values));
  };
  int64_t count = elementCount(shape);
  if (static_cast<int64_t>(bytes.size()) != count * byteWidth(element))
    return makeFault(Fault::Malformed, llvm::Twine("a tensor of shape ") + toString(shape) + " needs " +
                                           llvm::Twine(count * byteWidth(element)) + " bytes, " +
                                           llvm::Twine(bytes.size()) + " are there");
  if (llvm::isa<mlir::FloatType>(element))
    return fill(std::vector<double>(count));
  return fill(std::vector<int64_t>(count));
}

static bool isSupported(mlir::Type element) {
  if (auto integer = llvm::dyn_cast<mlir::IntegerType>(element))
    return llvm::is_contained({1u, 8u, 16u, 32u, 64u}, integer.getWidth());
  return element.isF64() || element.isF32() || element.isF16() || element.isBF16();
}

static std::string typeText(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// The elements of an attribute one by one, for those whose bytes cannot be taken as they are (splats and i1).
static Tensor fromDense(mlir::DenseElementsAttr dense) {
  mlir::Type element = dense.getElementType();
  llvm::ArrayRef<int64_t> shape = dense.getType().getShape();
  if (llvm::isa<mlir::FloatType>(element)) {
    auto toDouble = [](llvm::APFloat value) {
      bool inexact;
      value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &inexact);
      return value.convertToDouble();
    };
    if (dense.isSplat())
      return Tensor(element, shape,
                    std::vector<double>(dense.getNumElements(), toDouble(dense.getSplatValue<llvm::APFloat>())));
    std::vector<double> values;
    values.reserve(dense.getNumElements());
    for (const llvm::APFloat &value : dense.getValues<llvm::APFloat>())
      values.push_back(toDouble(value));
    return Tensor(element, shape, std::move(values));
  }
  auto toInteger = [&](const llvm::APInt &value) {
    return isUnsigned(element) ? static_cast<int64_t>(value.getZExtValue()) : value.getSExtValue();
  };
  if (dense.isSplat())
    return Tensor(element, shape,
                  std::vector<int64_t>(dense.getNumElements(), toInteger(dense.getSplatValue<llvm::APInt>())));
  std::vector<int64_t> values;
  values.reserve(dense.getNumElements());
  for (const llvm::APInt &value : dense.getValues<llvm::APInt>())
    values.push_back(toInteger(value));
  return Tensor(element, shape, std::move(values));
}

llvm::Expected<Tensor> Tensor::fromElements(mlir::ElementsAttr elements) {
  mlir::Type element = elements.getElementType();
  llvm::ArrayRef<int64_t> shape = elements.getShapedType().getShape();
  if (!isSupported(element))
    return makeFault(Fault::Unsupported, "elements of type '" + typeText(element) + "' cannot be evaluated");
  if (auto dense = llvm::dyn_cast<mlir::DenseElementsAttr>(elements)) {
    if (dense.isSplat() || element.isInteger(1))
      return fromDense(dense);
    return fromBytes(element, shape, dense.getRawData());
  }
  auto resource = llvm::dyn_cast<mlir::DenseResourceElementsAttr>(elements);
  if (!resource)
    return makeFault(Fault::Unsupported, "a constant is neither dense nor dense_resource");
  mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (!blob)
    return makeFault(Fault::Malformed,
                     llvm::Twine("the bytes of '") + resource.getRawHandle().getKey() + "' are missing");
  return fromBytes(element, shape, blob->getData());
}

std::vector<char> Tensor::toBytes() const {
  std::vector<char> bytes;
  if (isFloat())
    encode(elementType, values<double>(), bytes);
  else
    encode(elementType, values<int64_t>(), bytes);
  return bytes;
}

mlir::DenseElementsAttr Tensor::toElements() const {
  if (elementType.isInteger(1)) { // Bits, in an order that is MLIR's business.
    auto bits = llvm::map_to_vector(values<int64_t>(), [](int64_t value) { return value != 0; });
    return mlir::DenseElementsAttr::get(type(), bits);
  }
  return mlir::DenseElementsAttr::getFromRawBuffer(type(), toBytes());
}

Tensor Tensor::reshaped(llvm::ArrayRef<int64_t> shape) const {
  assert(elementCount(shape) == size() && "a reshape keeps the number of elements");
  Tensor result = *this;
  result.sizes.assign(shape.begin(), shape.end());
  return result;
}
