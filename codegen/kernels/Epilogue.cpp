//===- Epilogue.cpp - the elementwise part of a kernel, while values are in registers ===//

#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Activation.h"
#include "ir/Recipe.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

static bool isOne(DimAttr dim) { return dim.getConstant() == 1; }

/// Whether elementwise operations read this operand.
static bool isReadHere(Value argument) {
  return llvm::any_of(argument.getUsers(), [](Operation *user) {
    return isa<nn::ElementwiseInterface, nn::BroadcastOp, nn::YieldOp>(user);
  });
}

Epilogue::Epilogue(KernelBuilder &kernel) : Epilogue(kernel, kernel.root(), kernel.output(0).dims) {}

Epilogue::Epilogue(KernelBuilder &kernel, Operation *root, ArrayRef<DimAttr> shape)
    : k(kernel), root(root), shape(shape) {
  for (Value argument : k.kernel.getBlock()->getArguments())
    if (isReadHere(argument) && llvm::all_of(k.input(argument).dims, isOne))
      single[argument] = k.loadStored(k.input(argument), k.constant(0));
}

bool Epilogue::canFinishFlat() {
  // Without gaps between the rows.
  auto isDense = [&](const View &view) {
    return view.dims == shape && Emit::constantOf(k.dim(view.rowStride)) == shape.back().getConstant();
  };
  return !shape.empty() && shape.back().isConstant() && llvm::all_of(k.outputs, isDense) &&
         llvm::all_of(k.kernel.getBlock()->getArguments(), [&](Value argument) {
           return !isReadHere(argument) || single.contains(argument) || isDense(k.input(argument));
         });
}

bool Epilogue::isLong(nn::KernelOp kernel) {
  return llvm::any_of(kernel.getBlock()->without_terminator(), [](Operation &op) {
    return isa<nn::AcosOp, nn::AcoshOp, nn::AsinOp, nn::AsinhOp, nn::AtanOp, nn::AtanhOp, nn::CosOp, nn::CoshOp,
               nn::ErfOp, nn::ExpOp, nn::Expm1Op, nn::GeluOp, nn::LogOp, nn::Log1pOp, nn::ModOp, nn::PowOp,
               nn::SigmoidOp, nn::SinOp, nn::SinhOp, nn::TanOp, nn::TanhOp>(op);
  });
}

/// All dimensions but the last.
static ArrayRef<DimAttr> leading(ArrayRef<DimAttr> dims) { return dims.empty() ? dims : dims.drop_back(); }

Value Epilogue::rowOffset(const View &view, Value row) {
  ArrayRef<DimAttr> mine = leading(view.dims), results = leading(shape);
  if (llvm::all_of(mine, isOne))
    return k.constant(0);
  if (mine == results)
    return k.mul(row, k.dim(view.rowStride));
  // Some dimensions are repeated: take the row's index apart, from the innermost dimension on.
  Value rest = row, offset = k.constant(0);
  DimAttr stride = view.rowStride;
  for (int64_t axis = results.size() - 1; axis >= 0; --axis) {
    Value size = k.dim(results[axis]);
    Value index = axis == 0 ? rest : k.rem(rest, size);
    if (!isOne(mine[axis]))
      offset = k.add(offset, k.mul(index, k.dim(stride)));
    stride = stride * mine[axis];
    if (axis != 0)
      rest = k.div(rest, size);
  }
  return offset;
}

Value Epilogue::loadAt(Value argument, Value row, Value column, int64_t lanes) {
  const View &view = k.input(argument);
  if (Value number = single.lookup(argument))
    return k.fromStorage(k.splat(number, lanes), view);
  bool oneColumn = view.dims.empty() || isOne(view.dims.back());
  bool allRows = llvm::all_of(leading(view.dims), isOne);
  bool repeated = oneColumn && (shape.empty() || !isOne(shape.back()));
  if (!row) // Flat: the same index as in the result.
    return k.loadElements(view, column, lanes);
  auto load = [&](Value offset) {
    if (repeated || oneColumn)
      return k.fromStorage(k.splat(k.loadStored(view, offset), lanes), view);
    return k.loadElements(view, k.add(offset, column), lanes);
  };
  if (!allRows)
    return load(rowOffset(view, row));
  Value &cached = columnLoads[{argument, oneColumn ? argument : column, lanes}];
  if (!cached)
    cached = load(k.constant(0));
  return cached;
}

/// The product that an addition adds a weight to: of scales and shifts, as normalisations have them, which are a
/// multiply-add. Where both are computed, as in x * x + -(y * y), what rounding each gives is a difference of 0 that is
/// none with a multiply-add.
static nn::MulOp scaledBefore(Operation *op, nn::KernelOp kernel) {
  auto add = dyn_cast<nn::AddOp>(op);
  if (!add || !isa<Float32Type, Float64Type>(add.getType().getElementType()))
    return {};
  auto product = add.getLhs().getDefiningOp<nn::MulOp>();
  Value shift = add.getRhs();
  while (auto broadcast = shift.getDefiningOp<nn::BroadcastOp>())
    shift = broadcast.getOperand();
  auto argument = dyn_cast<BlockArgument>(shift);
  bool isWeight = argument && nn::isRecipe(kernel.getInputs()[argument.getArgNumber()]);
  return product && product->hasOneUse() && isWeight ? product : nn::MulOp();
}

Value Epilogue::valueAt(Value value, Value row, Value column, int64_t lanes, DenseMap<Value, Value> &done) {
  if (auto found = done.find(value); found != done.end())
    return found->second;
  Value result;
  if (isa<BlockArgument>(value)) {
    result = loadAt(value, row, column, lanes);
  } else if (auto broadcast = value.getDefiningOp<nn::BroadcastOp>()) {
    // An operand's position follows from its own shape, so repeating it is nothing to do.
    result = valueAt(broadcast.getOperand(), row, column, lanes, done);
  } else {
    auto op = cast<nn::ElementwiseInterface>(value.getDefiningOp());
    nn::MulOp product = scaledBefore(op, k.kernel);
    SmallVector<Value> operands(op->getOperands());
    if (product)
      operands = {product.getLhs(), product.getRhs(), op->getOperand(1)};
    for (Value &operand : operands)
      operand = valueAt(operand, row, column, lanes, done);
    result = product ? k.multiplyAdd(operands[0], operands[1], operands[2]) : shortPayload(k, op, operands);
    if (!result)
      result = op.buildPayload(k.builder, k.loc, operands);
  }
  done[value] = result;
  return result;
}

Value Epilogue::compute(Value wanted, Value rootValue, Value row, Value column, int64_t lanes) {
  DenseMap<Value, Value> done;
  done[root->getResult(0)] = rootValue;
  return valueAt(wanted, row, column, lanes, done);
}

void Epilogue::prefetch(Value row, Value column) {
  auto fetch = [&](const View &view) {
    Value offset = k.add(k.mul(row, k.dim(view.rowStride)), column);
    k.prefetch(k.at(view.pointer, offset, view.storage), 0, view.storage);
  };
  for (Value argument : k.kernel.getBlock()->getArguments())
    if (isReadHere(argument) && k.input(argument).dims == shape)
      fetch(k.input(argument));
  llvm::for_each(k.outputs, fetch);
}

void Epilogue::prefetchApart(Value row, Value column) {
  constexpr int64_t page = 4096;
  for (const View &view : k.outputs) {
    std::optional<int64_t> rows = view.rows().getConstant(), stride = view.rowStride.getConstant();
    int64_t bytes = storageBytes(view.element);
    bool isSmall = rows && stride && *rows * *stride * bytes <= static_cast<int64_t>(k.level.blockBytes);
    if (view.rowStride == view.columns() || isSmall)
      continue;
    Value place = k.at(view.pointer, k.add(k.mul(row, k.dim(view.rowStride)), column), view.storage);
    k.prefetchForWriting(place, page / bytes, view.storage);
  }
}

void Epilogue::finish(Value rootValue, Value row, Value column, int64_t lanes) {
  DenseMap<Value, Value> done;
  if (root)
    done[root->getResult(0)] = rootValue;
  SmallVector<Value> results;
  for (Value yielded : k.kernel.getYield().getOperands())
    results.push_back(valueAt(yielded, row, column, lanes, done));
  for (auto [result, view] : llvm::zip_equal(results, k.outputs)) {
    Value offset = row ? k.add(k.mul(row, k.dim(view.rowStride)), column) : column;
    k.storeElements(result, view, offset);
  }
}
