//===- EachLane.cpp - what cannot be done on all lanes at once ------------===//

#include "codegen/math/EachLane.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

SmallVector<Value>
codegen::eachLane(Lanes &lanes, ValueRange operands, ValueRange initial,
                  function_ref<SmallVector<Value>(Lanes &lane, ValueRange operands, ValueRange initial)> body) {
  Lanes lane = lanes.single();
  if (lanes.count() == 0)
    return body(lane, operands, initial);
  OpBuilder &builder = lanes.builder;
  Location loc = lanes.loc;
  auto index = [&](int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); };
  auto loop = scf::ForOp::create(builder, loc, index(0), index(lanes.count()), index(1), initial);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value i = loop.getInductionVar();
  auto extract = [&](Value vector) -> Value {
    return vector::ExtractOp::create(builder, loc, vector, OpFoldResult(i));
  };
  SmallVector<Value> here = llvm::map_to_vector(operands, extract);
  SmallVector<Value> before = llvm::map_to_vector(loop.getRegionIterArgs(), extract);
  SmallVector<Value> results;
  for (auto [value, vector] : llvm::zip_equal(body(lane, here, before), loop.getRegionIterArgs()))
    results.push_back(vector::InsertOp::create(builder, loc, value, vector, OpFoldResult(i)));
  scf::YieldOp::create(builder, loc, results);
  return SmallVector<Value>(loop.getResults());
}

Value codegen::anyLane(Lanes &lanes, Value condition) {
  if (lanes.count() == 0)
    return condition;
  return vector::ReductionOp::create(lanes.builder, lanes.loc, vector::CombiningKind::OR, condition);
}

SmallVector<Value> codegen::onlyIf(Lanes &lanes, Value condition, ValueRange otherwise,
                                   function_ref<SmallVector<Value>()> then) {
  OpBuilder &builder = lanes.builder;
  auto choice = scf::IfOp::create(builder, lanes.loc, otherwise.getTypes(), condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(builder, lanes.loc, otherwise);
  builder.setInsertionPointToStart(choice.thenBlock());
  SmallVector<Value> results = then();
  scf::YieldOp::create(builder, lanes.loc, results);
  return SmallVector<Value>(choice.getResults());
}
