//===- Parameters.cpp - the constants of a model as nn.param and nn.constant ===//

#include "frontend/onnx/Parameters.h"
#include "ir/Ops.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// Elements as an attribute that holds a copy of them.
static DenseElementsAttr copied(RankedTensorType type, llvm::ArrayRef<uint8_t> bytes) {
  if (type.getElementType().isInteger(1)) {
    auto bits = llvm::map_to_vector(bytes, [](uint8_t byte) { return byte != 0; });
    return DenseElementsAttr::get(type, bits);
  }
  return DenseElementsAttr::getFromRawBuffer(
      type, llvm::ArrayRef(reinterpret_cast<const char *>(bytes.data()), bytes.size()));
}

std::string Parameters::uniqueName(llvm::StringRef name) {
  std::string base = name.empty() ? "constant" : name.str(), unique = base;
  // The function's name is taken too.
  for (unsigned number = 1; unique == nn::mainFunction || !names.insert(unique).second; ++number)
    unique = base + "_" + std::to_string(number);
  return unique;
}

Value Parameters::create(OpBuilder &builder, Location loc, RankedTensorType type, llvm::StringRef name,
                         llvm::ArrayRef<uint8_t> bytes, bool isWeight) {
  bool isSmall = type.getNumElements() <= nn::maxInlineElements;
  if (isSmall && !isWeight)
    return nn::ConstantOp::create(builder, loc, type, copied(type, bytes));

  std::string symbol = uniqueName(name);
  ElementsAttr value;
  if (isSmall) {
    value = copied(type, bytes);
  } else {
    // The bytes stay in the mapped file, at any alignment; the blob keeps the file.
    auto blob = UnmanagedAsmResourceBlob::allocateWithAlign(
        llvm::ArrayRef(reinterpret_cast<const char *>(bytes.data()), bytes.size()), /*align=*/1,
        [keep = loaded](void *, size_t, size_t) {});
    value = DenseResourceElementsAttr::get(type, symbol, std::move(blob));
  }
  OpBuilder atTop(builder.getContext());
  if (last)
    atTop.setInsertionPointAfter(last);
  else
    atTop.setInsertionPointToStart(module.getBody());
  bool isTrainable = isWeight && isa<FloatType>(type.getElementType());
  StringAttr modelName = symbol == name ? StringAttr() : builder.getStringAttr(name);
  auto param = nn::ParamOp::create(atTop, loc, symbol, type, value, isWeight ? "weight" : "constant", isTrainable,
                                   modelName, /*sym_visibility=*/StringAttr());
  last = param;
  return nn::GetOp::create(builder, loc, type, FlatSymbolRefAttr::get(builder.getContext(), symbol));
}

} // namespace margay::frontend::onnx
