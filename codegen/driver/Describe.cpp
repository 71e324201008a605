//===- Describe.cpp - a model's C interface, read from its function -------===//

#include "codegen/driver/Describe.h"
#include "codegen/driver/Model.h"
#include "codegen/emit/Names.h"
#include "ir/States.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

mg_dtype codegen::dtypeOf(Type element) {
  if (element.isF32())
    return MG_F32;
  if (element.isF64())
    return MG_F64;
  if (element.isF16())
    return MG_F16;
  if (element.isBF16())
    return MG_BF16;
  auto integer = cast<IntegerType>(element);
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return MG_BOOL;
  case 8:
    return isUnsigned ? MG_U8 : MG_I8;
  case 16:
    return isUnsigned ? MG_U16 : MG_I16;
  case 32:
    return isUnsigned ? MG_U32 : MG_I32;
  default:
    return isUnsigned ? MG_U64 : MG_I64;
  }
}

static InterfacePort describePort(StringAttr name, const Twine &otherwise, Type type, const Interface &interface,
                                  const nn::SymbolRanges &ranges) {
  InterfacePort port;
  port.name = name ? name.str() : otherwise.str();
  port.dtype = dtypeOf(cast<RankedTensorType>(type).getElementType());
  for (DimAttr dim : nn::dimsOf(type)) {
    InterfaceDim described;
    if (dim.isConstant()) {
      described.value = dim.getValue();
    } else if (ranges.dependsOnData(dim)) {
      described.kind = InterfaceDim::Data;
      described.text = ranges.upperBound(dim).str();
    } else if (StringRef name = nn::loneSymbol(dim); !name.empty()) {
      auto isThis = [&](const InterfaceSymbol &symbol) { return symbol.name == name; };
      described.kind = InterfaceDim::Symbol;
      described.value = llvm::find_if(interface.symbols, isThis) - interface.symbols.begin();
    } else {
      described.kind = InterfaceDim::Computed;
      described.text = dim.str();
    }
    port.dims.push_back(described);
  }
  return port;
}

Interface codegen::describeInterface(func::FuncOp main, StringRef name) {
  Interface interface;
  interface.name = name.str();
  interface.version = MARGAY_VERSION;
  nn::SymbolRanges ranges(main);
  for (nn::SymbolAttr symbol : symbolsOf(main)) {
    if (symbol.getBound())
      continue;
    InterfaceSymbol described{.name = symbol.getName().str(), .min = symbol.getMin(), .multiple = symbol.getMultiple()};
    if (symbol.getMax() >= 0)
      described.max = symbol.getMax();
    // Where it can be read from: the first input dimension that is this symbol and nothing else.
    for (BlockArgument argument : main.getArguments())
      for (auto [axis, dim] : llvm::enumerate(nn::dimsOf(argument.getType())))
        if (described.input < 0 && nn::loneSymbol(dim) == symbol.getName()) {
          described.input = argument.getArgNumber();
          described.axis = axis;
        }
    interface.symbols.push_back(described);
  }
  for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
    interface.inputs.push_back(describePort(main.getArgAttrOfType<StringAttr>(index, nn::nameAttribute),
                                            "input" + Twine(index), type, interface, ranges));
  for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
    interface.outputs.push_back(describePort(main.getResultAttrOfType<StringAttr>(index, nn::nameAttribute),
                                             "output" + Twine(index), type, interface, ranges));
  for (unsigned argument = 0; argument < main.getNumArguments(); ++argument)
    if (std::optional<unsigned> result = nn::stateResult(main, argument))
      interface.states.push_back({argument, *result});
  assignNames(interface);
  return interface;
}
