//===- KernelOps.cpp - kernels as text, and their checks ------------------===//
//
//   nn.kernel "name" (%inner = %outer : type, …) -> (types) [plan #nn.plan<…>] { … }
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"

using namespace mlir;
using namespace margay::nn;

YieldOp KernelOp::getYield() { return cast<YieldOp>(getBlock()->getTerminator()); }

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  if (parser.parseAttribute(name, parser.getBuilder().getNoneType(), "name", state.attributes))
    return failure();
  SmallVector<OpAsmParser::Argument> inner;
  SmallVector<OpAsmParser::UnresolvedOperand> outer;
  SmallVector<Type> types;
  auto binding = [&]() -> ParseResult {
    if (parser.parseArgument(inner.emplace_back()) || parser.parseEqual() ||
        parser.parseOperand(outer.emplace_back()) || parser.parseColonType(types.emplace_back()))
      return failure();
    inner.back().type = types.back();
    return success();
  };
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, binding) ||
      parser.resolveOperands(outer, types, location, state.operands))
    return failure();
  if (parser.parseOptionalArrowTypeList(state.types))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("plan"))) {
    PlanAttr plan;
    if (parser.parseAttribute(plan, Type(), "plan", state.attributes))
      return failure();
  }
  if (parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  return parser.parseRegion(*state.addRegion(), inner);
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printAttributeWithoutType(getNameAttr());
  printer << " (";
  llvm::interleaveComma(llvm::zip_equal(getBlock()->getArguments(), getInputs()), printer, [&](auto pair) {
    auto [inner, outer] = pair;
    printer << inner << " = " << outer << " : " << outer.getType();
  });
  printer << ')';
  printer.printOptionalArrowTypeList(getResultTypes());
  if (getPlan())
    printer << " plan " << *getPlan();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"name", "plan"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult KernelOp::verify() {
  Block *block = getBlock();
  if (block->getArgumentTypes() != getInputs().getTypes())
    return emitOpError("inputs and the region's arguments have different types");
  auto yield = dyn_cast<YieldOp>(block->back());
  if (!yield)
    return emitOpError("region must end in nn.yield");
  if (yield.getOperandTypes() != getResultTypes())
    return emitOpError("results and what nn.yield gives have different types");
  for (Operation &op : *block)
    if (op.getDialect() != (*this)->getDialect())
      return op.emitOpError("cannot be in a kernel");
  return success();
}
