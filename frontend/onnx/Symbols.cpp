//===- Symbols.cpp - element types and free dimensions of a model ---------===//

#include "frontend/onnx/Symbols.h"
#include "ir/Dim.h"
#include "ir/Fault.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace margay::frontend::onnx {

mlir::Type typeOf(MLIRContext *context, ElementType type) {
  Builder builder(context);
  switch (type) {
  case ElementType::Float:
    return builder.getF32Type();
  case ElementType::Double:
    return builder.getF64Type();
  case ElementType::Float16:
    return builder.getF16Type();
  case ElementType::BFloat16:
    return builder.getBF16Type();
  case ElementType::Bool:
    return builder.getI1Type();
  case ElementType::Int8:
  case ElementType::Int16:
  case ElementType::Int32:
  case ElementType::Int64:
    return builder.getIntegerType(lookup(type)->bits);
  case ElementType::UInt8:
  case ElementType::UInt16:
  case ElementType::UInt32:
  case ElementType::UInt64:
    return builder.getIntegerType(lookup(type)->bits, /*isSigned=*/false);
  default:
    return nullptr;
  }
}

std::string nameOf(mlir::Type element) {
  for (int32_t number = 1; lookup(ElementType(number)); ++number)
    if (typeOf(element.getContext(), ElementType(number)) == element)
      return nameOf(ElementType(number)).str();
  return "undefined";
}

bool isManageable(llvm::ArrayRef<nn::DimAttr> dims) {
  // The product of sums has as many terms as the product of their numbers of terms. Loops over each dimension are
  // written out in the code, which LLVM takes long over.
  constexpr unsigned maxParts = 500, maxTerms = 4096, maxRank = 64;
  int64_t elements = 1, terms = 1;
  if (dims.size() > maxRank)
    return false;
  for (nn::DimAttr dim : dims) {
    if (nn::countParts(dim, maxParts) >= maxParts)
      return false;
    terms *= dim.getKind() == nn::DimKind::Add ? dim.getOperands().size() : 1;
    std::optional<int64_t> size = nn::evaluate(dim, [](llvm::StringRef) { return 1; });
    // Such a size may be negative, where a window is larger than 1; it counts all the same.
    if (terms > maxTerms || !size || *size < -maxElements ||
        llvm::MulOverflow(elements, std::max<int64_t>(std::abs(*size), 1), elements) || elements > maxElements)
      return false;
  }
  return true;
}

nn::DimAttr Symbols::dimension(llvm::StringRef input, unsigned axis, const Dimension &dim) {
  if (dim.kind == Dimension::Value && dim.value >= 0)
    return nn::constantDim(context, dim.value);
  // Exporters write ? and None for dimensions that they have no name for.
  bool isNamed = dim.kind == Dimension::Param && dim.param != "?" && dim.param != "None";
  std::string name = isNamed ? dim.param.str() : (input + "." + llvm::Twine(axis)).str();
  if (!llvm::is_contained(names, name))
    names.push_back(name);
  int64_t min = 1, max = -1, multiple = 1;
  for (auto [index, override] : llvm::enumerate(overrides)) {
    if (override.name != name)
      continue;
    used[index] = true;
    if (override.isPinned())
      return nn::constantDim(context, override.min);
    multiple = override.multiple;
    min = override.leastAllowed();
    max = override.max ? *override.max / multiple * multiple : -1;
  }
  auto symbol = nn::SymbolAttr::get(context, name, min, max, multiple, nn::DimAttr());
  symbols.try_emplace(symbol.getName(), symbol);
  return nn::multipleOf(context, name, multiple);
}

std::optional<nn::SymbolAttr> Symbols::find(llvm::StringRef name) const {
  auto found = symbols.find(name);
  return found == symbols.end() ? std::nullopt : std::optional(found->second);
}

bool Symbols::allows(llvm::StringRef name, int64_t value) const {
  auto found = symbols.find(name);
  return found != symbols.end() && value >= found->second.getMin() &&
         (found->second.getMax() < 0 || value <= found->second.getMax()) && value % found->second.getMultiple() == 0;
}

nn::SymbolAttr Symbols::addDataSize(llvm::StringRef wish, nn::DimAttr bound, int64_t max) {
  std::string name = wish.str();
  for (unsigned number = 2; llvm::is_contained(names, name); ++number)
    name = (wish + "." + llvm::Twine(number)).str();
  names.push_back(name);
  dataSizes.push_back(nn::SymbolAttr::get(context, name, /*min=*/0, max, /*multiple=*/1, bound));
  return dataSizes.back();
}

ArrayAttr Symbols::attribute() const {
  llvm::SmallVector<mlir::Attribute> attributes;
  for (auto &[name, symbol] : symbols)
    attributes.push_back(symbol);
  llvm::append_range(attributes, dataSizes);
  return ArrayAttr::get(context, attributes);
}

llvm::Error Symbols::checkOverrides() const {
  llvm::Error errors = llvm::Error::success();
  for (auto [index, override] : llvm::enumerate(overrides)) {
    if (override.min < 0 || override.max.value_or(INT64_MAX) < override.leastAllowed())
      errors = llvm::joinErrors(
          std::move(errors), makeFault(Fault::Usage, "dimension " + quoted(override.name) + " has no possible value"));
    if (used[index])
      continue;
    std::string known = names.empty() ? "; all dimensions of the model are constant"
                                      : "; the model's free dimensions are " + llvm::join(names, ", ");
    errors = llvm::joinErrors(std::move(errors),
                              makeFault(Fault::Usage, "no free dimension is called " + quoted(override.name) + known));
  }
  return errors;
}

} // namespace margay::frontend::onnx
