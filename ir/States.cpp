//===- States.cpp - inputs that are updated in place ----------------------===//

#include "ir/States.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace margay;

std::optional<unsigned> nn::stateResult(func::FuncOp main, unsigned argument) {
  auto number = main.getArgAttrOfType<IntegerAttr>(argument, stateAttribute);
  return number ? std::optional<unsigned>(number.getInt()) : std::nullopt;
}

std::optional<unsigned> nn::stateArgument(func::FuncOp main, unsigned result) {
  for (unsigned argument = 0; argument < main.getNumArguments(); ++argument)
    if (stateResult(main, argument) == result)
      return argument;
  return std::nullopt;
}

void nn::tieState(func::FuncOp main, unsigned argument, unsigned result) {
  main.setArgAttr(argument, stateAttribute, Builder(main.getContext()).getI64IntegerAttr(result));
}

LogicalResult nn::verifyStates(func::FuncOp main) {
  for (unsigned argument = 0; argument < main.getNumArguments(); ++argument) {
    Attribute attribute = main.getArgAttr(argument, stateAttribute);
    if (!attribute)
      continue;
    auto number = dyn_cast<IntegerAttr>(attribute);
    if (!number || !number.getType().isSignlessInteger(64) || number.getInt() < 0 ||
        number.getInt() >= main.getNumResults())
      return main.emitOpError("argument ") << argument << ": nn.state is the number of no result";
    unsigned result = number.getInt();
    if (main.getArgumentTypes()[argument] != main.getResultTypes()[result])
      return main.emitOpError("argument ")
             << argument << " and result " << result << " are one state, but have different types";
    if (stateArgument(main, result) != argument)
      return main.emitOpError("result ") << result << " is the state of two arguments";
  }
  return success();
}
