//===- EvalShape.cpp - the values of rearrangements -----------------------===//

#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Index.h"
#include "ir/reference/Table.h"

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static llvm::Expected<Tensor> broadcast(BroadcastOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  llvm::Expected<Shape> shape = shapeOf(op.getType(), symbols);
  if (!shape)
    return shape.takeError();
  const Tensor &operand = operands[0];
  Shape strides = stridesOf(operand.shape());
  for (auto [axis, size] : llvm::enumerate(operand.shape()))
    if (size == 1) // The one element is read again and again.
      strides[axis] = 0;
  return withElementsOf(operand, [&](auto zero) {
    return Tensor(operand.element(), *shape, gather(operand.values<decltype(zero)>(), *shape, strides));
  });
}

static Tensor concat(ConcatOp op, llvm::ArrayRef<Tensor> operands) {
  int64_t axis = op.getAxis();
  Shape shape(operands[0].shape());
  shape[axis] = 0;
  for (const Tensor &operand : operands)
    shape[axis] += operand.shape()[axis];
  int64_t blocks = elementCount(llvm::ArrayRef(shape).take_front(axis));
  return withElementsOf(operands[0], [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> joined;
    joined.reserve(elementCount(shape));
    for (int64_t block = 0; block < blocks; ++block)
      for (const Tensor &operand : operands) {
        int64_t length = operand.size() / blocks;
        llvm::append_range(joined, operand.values<T>().slice(block * length, length));
      }
    return Tensor(operands[0].element(), shape, std::move(joined));
  });
}

static llvm::Expected<Tensor> reshape(ReshapeOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  llvm::Expected<Shape> shape = shapeOf(op.getType(), symbols);
  if (!shape)
    return shape.takeError();
  if (elementCount(*shape) != operands[0].size())
    return makeFault(Fault::Usage,
                     nameOf(op) + ": cannot turn " + toString(operands[0].shape()) + " into " + toString(*shape));
  return operands[0].reshaped(*shape);
}

static Tensor transpose(TransposeOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  return withElementsOf(operand, [&](auto zero) {
    return Tensor(operand.element(), pick(operand.shape(), op.getPermutation()),
                  permute<decltype(zero)>(operand, op.getPermutation()));
  });
}

void reference::addShapes(Table &table) {
  add<BroadcastOp, broadcast>(table);
  add<ConcatOp, concat>(table);
  add<ReshapeOp, reshape>(table);
  add<TransposeOp, transpose>(table);
}
