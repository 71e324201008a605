//===- Binding.cpp - symbols of dimensions and the shapes that give them values ===//

#include "ir/reference/Binding.h"
#include "ir/Counted.h"
#include "ir/Dim.h"
#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Table.h"

using namespace margay;
using namespace margay::reference;
using llvm::Twine;

/// The value of a dimension, or nothing where a symbol has none or it overflows. `unknown` becomes a symbol without a
/// value.
static std::optional<int64_t> valueOf(nn::DimAttr dim, const Symbols &symbols, std::string *unknown = nullptr) {
  bool known = true;
  auto value = nn::evaluate(dim, [&](llvm::StringRef name) -> int64_t {
    auto found = symbols.find(name);
    if (found != symbols.end())
      return found->second;
    known = false;
    if (unknown)
      *unknown = name.str();
    return 1;
  });
  return known ? value : std::nullopt;
}

void reference::bindSymbols(mlir::Type type, const Tensor &tensor, Symbols &symbols) {
  for (auto [dim, size] : llvm::zip(nn::dimsOf(type), tensor.shape()))
    if (llvm::StringRef symbol = nn::loneSymbol(dim); !symbol.empty())
      symbols.try_emplace(symbol, size);
}

bool reference::fits(const Tensor &tensor, mlir::Type type, const Symbols &symbols) {
  auto ranked = llvm::cast<mlir::RankedTensorType>(type);
  if (tensor.element() != ranked.getElementType() || tensor.rank() != ranked.getRank())
    return false;
  return llvm::all_of(llvm::zip_equal(nn::dimsOf(type), tensor.shape()), [&](auto pair) {
    auto [dim, size] = pair;
    return valueOf(dim, symbols).value_or(size) == size;
  });
}

llvm::Expected<Shape> reference::shapeOf(mlir::Type tensor, const Symbols &symbols) {
  Shape shape;
  for (nn::DimAttr dim : nn::dimsOf(tensor)) {
    std::string unknown;
    std::optional<int64_t> size = valueOf(dim, symbols, &unknown);
    if (!unknown.empty())
      return makeFault(Fault::Internal, "dimension " + dim.str() + " depends on " + unknown + ", which has no value");
    if (!size || *size < 0)
      return makeFault(Fault::Usage, "dimension " + dim.str() + " is not a size for these inputs");
    shape.push_back(*size);
  }
  return shape;
}

std::string reference::describe(const Tensor &tensor) { return describe(tensor.type()); }

std::string reference::describe(mlir::RankedTensorType type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(nn::dimsOf(type), os, [&](nn::DimAttr dim) { os << dim.str(); }, "x");
  os << (type.getRank() == 0 ? "scalar " : " ") << type.getElementType();
  return text;
}

/// The argument as messages name it: by its `nn.name`, else by its number.
static std::string argumentName(mlir::FunctionOpInterface function, unsigned index) {
  if (auto name = function.getArgAttrOfType<mlir::StringAttr>(index, nn::nameAttribute))
    return "input '" + name.str() + "'";
  return "input " + std::to_string(index);
}

static llvm::Error checkRanges(mlir::FunctionOpInterface function, const Symbols &symbols) {
  auto ranges = function->getAttrOfType<mlir::ArrayAttr>(nn::symbolsAttribute);
  if (!ranges)
    return llvm::Error::success();
  for (auto range : ranges.getAsRange<nn::SymbolAttr>()) {
    auto found = symbols.find(range.getName());
    if (found == symbols.end())
      continue;
    int64_t value = found->second;
    if (value < range.getMin() || (range.getMax() >= 0 && value > range.getMax()))
      return makeFault(Fault::Usage, "dimension " + range.getName() + " is " + Twine(value) + ", allowed is " +
                                         Twine(range.getMin()) + " to " +
                                         (range.getMax() < 0 ? Twine("any size") : Twine(range.getMax())));
    if (value % range.getMultiple() != 0)
      return makeFault(Fault::Usage, "dimension " + range.getName() + " is " + Twine(value) + ", a multiple of " +
                                         Twine(range.getMultiple()) + " is needed");
  }
  return llvm::Error::success();
}

llvm::Expected<Symbols> reference::symbolsOf(mlir::FunctionOpInterface function, llvm::ArrayRef<Tensor> arguments) {
  if (arguments.size() != function.getNumArguments())
    return makeFault(Fault::Usage, "function '" + mlir::SymbolTable::getSymbolName(function).strref() + "' takes " +
                                       counted(function.getNumArguments(), "input") + ", " + Twine(arguments.size()) +
                                       (arguments.size() == 1 ? " is given" : " are given"));
  Symbols symbols;
  for (auto [type, tensor] : llvm::zip_equal(function.getArgumentTypes(), arguments))
    bindSymbols(type, tensor, symbols);
  if (llvm::Error error = checkRanges(function, symbols))
    return error;
  for (auto [i, tensor] : llvm::enumerate(arguments))
    if (auto type = llvm::cast<mlir::RankedTensorType>(function.getArgumentTypes()[i]); !fits(tensor, type, symbols))
      return makeFault(Fault::Usage,
                       argumentName(function, i) + " is " + describe(tensor) + ", the model takes " + describe(type));
  return symbols;
}
