//===- EvalSelection.cpp - the values of results whose size depends on data ===//

#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Index.h"
#include "ir/reference/Table.h"
#include <algorithm>
#include <cmath>
#include <numeric>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static std::vector<Tensor> nonZero(NonZeroOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &input = operands[0];
  int64_t rank = input.rank(), count = 0;
  Shape strides = stridesOf(input.shape());
  std::vector<int64_t> positions(input.size() * rank, 0);
  withElementsOf(input, [&](auto zero) {
    for (auto [index, element] : llvm::enumerate(input.values<decltype(zero)>())) {
      if (element == 0)
        continue;
      for (int64_t axis = 0; axis < rank; ++axis)
        positions[count * rank + axis] = static_cast<int64_t>(index) / strides[axis] % input.shape()[axis];
      ++count;
    }
    return 0;
  });
  mlir::Type i64 = mlir::IntegerType::get(op.getContext(), 64);
  return {Tensor(i64, {input.size(), rank}, std::move(positions)), Tensor(i64, {}, std::vector<int64_t>{count})};
}

namespace {

struct Box {
  double low[2], high[2];

  /// `corners`: of two opposite corners, else a middle and sizes.
  static Box read(llvm::ArrayRef<double> numbers, bool corners) {
    Box box;
    for (int axis : {0, 1}) {
      double a = numbers[axis], b = numbers[axis + 2];
      box.low[axis] = corners ? std::min(a, b) : a - b / 2;
      box.high[axis] = corners ? std::max(a, b) : a + b / 2;
    }
    return box;
  }
  double area() const { return (high[0] - low[0]) * (high[1] - low[1]); }
};

} // namespace

static double intersectionOverUnion(const Box &a, const Box &b) {
  double shared = 1;
  for (int axis : {0, 1})
    shared *= std::max(0.0, std::min(a.high[axis], b.high[axis]) - std::max(a.low[axis], b.low[axis]));
  if (a.area() <= 0 || b.area() <= 0 || shared <= 0)
    return 0;
  return shared / (a.area() + b.area() - shared);
}

static Results nms(NmsOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  llvm::ArrayRef<double> boxes = operands[0].values<double>(), scores = operands[1].values<double>();
  int64_t classes = operands[1].shape()[1], count = operands[1].shape()[2], limit = operands[2].values<int64_t>()[0];
  double overlap = operands[3].values<double>()[0], least = operands[4].values<double>()[0];
  llvm::Expected<Shape> shape = shapeOf(op.getSelected().getType(), symbols);
  if (!shape)
    return shape.takeError();
  int64_t most = (*shape)[2];
  std::vector<int64_t> selected(elementCount(*shape), -1);
  std::vector<double> left(scores.size(), -INFINITY);
  for (int64_t line = 0; line < (*shape)[0] * classes; ++line) {
    llvm::ArrayRef<double> score = scores.slice(line * count, count);
    auto boxOf = [&](int64_t index) {
      return Box::read(boxes.slice((line / classes * count + index) * 4, 4), !op.getCenter());
    };
    // Sorted, each that no taken one overlaps is taken: the same as taking the best and dropping what it overlaps.
    std::vector<int64_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    llvm::erase_if(order, [&](int64_t index) { return !(score[index] > least); });
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return score[a] > score[b]; });
    std::vector<int64_t> taken;
    for (int64_t index : order) {
      auto drops = [&](int64_t other) { return intersectionOverUnion(boxOf(other), boxOf(index)) > overlap; };
      if (llvm::any_of(taken, drops))
        continue;
      if (static_cast<int64_t>(taken.size()) < std::min(limit, most))
        taken.push_back(index);
      else
        left[line * count + index] = score[index];
    }
    llvm::copy(taken, selected.begin() + line * most);
  }
  return std::vector<Tensor>{
      Tensor(mlir::IntegerType::get(op.getContext(), 64), *shape, std::move(selected)),
      Tensor(operands[1].element(), operands[1].shape(), std::move(left)),
  };
}

static Results prefix(PrefixOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &whole = operands[0];
  int64_t count = operands[1].values<int64_t>()[0];
  if (count < 0 || count > whole.shape()[0])
    return makeFault(Fault::Internal, nameOf(op) + ": there are " + llvm::Twine(whole.shape()[0]) + " slices, not " +
                                          llvm::Twine(count));
  Shape shape(whole.shape());
  shape[0] = count;
  return withElementsOf(whole, [&](auto zero) -> Results {
    std::vector<decltype(zero)> elements = whole.values<decltype(zero)>().take_front(elementCount(shape)).vec();
    return toResults(Tensor(whole.element(), shape, std::move(elements)));
  });
}

void reference::addSelections(Table &table) {
  add<NonZeroOp, nonZero>(table);
  add<NmsOp, nms>(table);
  add<PrefixOp, prefix>(table);
}
