//===- OutlineRegions.cpp - regions become functions ----------------------===//
//
//   %y = nn.if %c(%x) {                     func private @main_region(%a) { %r = nn.exp %a  return %r }
//   ^bb0(%a):                          ─▶   %y = nn.if %c(%x) {
//     %r = nn.exp %a                        ^bb0(%a):
//     nn.yield %r                             %r = call @main_region(%a)
//   } else { … }                              nn.yield %r
//                                           } else { … }
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_OUTLINEREGIONSPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

namespace {

struct OutlineRegionsPass : passes::impl::OutlineRegionsPassBase<OutlineRegionsPass> {
  void runOnOperation() override {
    SymbolTable table(getOperation());
    for (func::FuncOp function : functionsOf(getOperation()))
      // Inner regions first: what is left of them moves with the outer ones.
      function.walk<WalkOrder::PostOrder>([&](Operation *op) {
        if (isa<IfOp, LoopOp>(op))
          for (Region &region : op->getRegions())
            outline(function, op, region, table);
      });
  }

private:
  static bool isCall(Region &region) { return isa<func::CallOp>(region.front().front()); }

  static void outline(func::FuncOp parent, Operation *op, Region &region, SymbolTable &table) {
    if (isCall(region))
      return;
    Block &block = region.front();
    TypeRange results = block.getTerminator()->getOperandTypes();
    OpBuilder builder(op->getContext());
    auto type = builder.getFunctionType(block.getArgumentTypes(), results);
    auto function = func::FuncOp::create(builder, op->getLoc(), (parent.getName() + "_region").str(), type);
    function.setPrivate();
    // The same symbols: they are the model's.
    if (Attribute symbols = parent->getAttr(symbolsAttribute))
      function->setAttr(symbolsAttribute, symbols);
    table.insert(function);
    function.getBody().takeBody(region);
    Operation *yield = function.getBody().front().getTerminator();
    builder.setInsertionPoint(yield);
    func::ReturnOp::create(builder, yield->getLoc(), yield->getOperands());
    yield->erase();

    Block &rest = region.emplaceBlock();
    for (Type argument : type.getInputs())
      rest.addArgument(argument, op->getLoc());
    builder.setInsertionPointToEnd(&rest);
    auto call = func::CallOp::create(builder, op->getLoc(), function, rest.getArguments());
    YieldOp::create(builder, op->getLoc(), call.getResults());
  }
};

} // namespace
