//===- EvalIndexing.cpp - the values of operations on positions -----------===//

#include "ir/Dim.h"
#include "ir/Ops.h"
#include "ir/reference/Index.h"
#include "ir/reference/Table.h"
#include <limits>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

/// Calls `visit(index)` for each index of a shape in row-major order.
template <typename Visit> static void forEachIndex(llvm::ArrayRef<int64_t> shape, Visit visit) {
  Shape index(shape.size(), 0);
  for (int64_t count = elementCount(shape); count > 0; --count) {
    visit(index);
    for (int64_t axis = static_cast<int64_t>(shape.size()) - 1; axis >= 0 && ++index[axis] == shape[axis]; --axis)
      index[axis] = 0;
  }
}

static int64_t offsetOf(llvm::ArrayRef<int64_t> index, llvm::ArrayRef<int64_t> shape) {
  int64_t offset = 0;
  for (auto [i, size] : llvm::zip_equal(index, shape))
    offset = offset * size + i;
  return offset;
}

/// A position as the operations read it: negative ones count from the end.
static int64_t fromEnd(int64_t position, int64_t size) { return position < 0 ? position + size : position; }

/// ... and those beyond an end are the outermost one.
static int64_t clamped(int64_t position, int64_t size) {
  return std::clamp<int64_t>(fromEnd(position, size), 0, std::max<int64_t>(size - 1, 0));
}

/// The tensor of this shape whose element at each index is that of `source` at `place(index)`.
template <typename Place> static Tensor readAt(const Tensor &source, llvm::ArrayRef<int64_t> shape, Place place) {
  return withElementsOf(source, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> elements;
    elements.reserve(elementCount(shape));
    forEachIndex(shape, [&](const Shape &index) {
      elements.push_back(source.values<T>()[offsetOf(place(index), source.shape())]);
    });
    return Tensor(source.element(), shape, std::move(elements));
  });
}

static llvm::Expected<Shape> valuesOf(llvm::ArrayRef<DimAttr> dims, mlir::Operation *op, const Symbols &symbols) {
  // As a type, so that messages about unknown symbols are the same.
  Shape values;
  for (DimAttr dim : dims) {
    if (std::optional<int64_t> constant = dim.getConstant()) {
      values.push_back(*constant);
      continue;
    }
    mlir::Type type = tensorOf({dim}, mlir::Float32Type::get(op->getContext()));
    llvm::Expected<Shape> shape = shapeOf(type, symbols);
    if (!shape)
      return shape.takeError();
    values.push_back(shape->front());
  }
  return values;
}

static llvm::Expected<Tensor> dims(DimsOp op, llvm::ArrayRef<Tensor>, const Symbols &symbols) {
  llvm::Expected<Shape> values = valuesOf(op.getDims().getDims(), op, symbols);
  if (!values)
    return values.takeError();
  return Tensor(resultElement(op), {static_cast<int64_t>(values->size())},
                std::vector<int64_t>(values->begin(), values->end()));
}

static llvm::Expected<Tensor> iota(IotaOp op, llvm::ArrayRef<Tensor>, const Symbols &symbols) {
  llvm::Expected<Shape> shape = shapeOf(op.getType(), symbols);
  if (!shape)
    return shape.takeError();
  auto positions = [&](auto zero) {
    std::vector<decltype(zero)> elements;
    forEachIndex(*shape, [&](const Shape &index) { elements.push_back(index[op.getAxis()]); });
    return Tensor(resultElement(op), *shape, std::move(elements));
  };
  if (llvm::isa<mlir::FloatType>(resultElement(op)))
    return positions(double());
  return positions(int64_t());
}

static llvm::Expected<Tensor> slice(SliceOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  llvm::Expected<Shape> shape = shapeOf(op.getType(), symbols);
  if (!shape)
    return shape.takeError();
  llvm::Expected<Shape> starts = valuesOf(op.getStarts().getDims(), op, symbols);
  if (!starts)
    return starts.takeError();
  return readAt(operands[0], *shape, [&](const Shape &index) {
    Shape place;
    for (auto [i, start, step] : llvm::zip_equal(index, *starts, op.getSteps()))
      place.push_back(start + i * step);
    return place;
  });
}

/// Where a position outside of [0, size) reads, or nothing where the padding's value stands.
static std::optional<int64_t> padded(PadMode mode, int64_t position, int64_t size) {
  if (position >= 0 && position < size)
    return position;
  switch (mode) {
  case PadMode::Constant:
    return std::nullopt;
  case PadMode::Edge:
    return position < 0 ? 0 : size - 1;
  case PadMode::Reflect:
    while (position < 0 || position >= size)
      position = position < 0 ? -position : 2 * (size - 1) - position;
    return position;
  case PadMode::Wrap:
    return (position % size + size) % size;
  }
  llvm_unreachable("all modes are handled");
}

static llvm::Expected<Tensor> pad(PadOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  llvm::Expected<Shape> shape = shapeOf(op.getType(), symbols);
  if (!shape)
    return shape.takeError();
  llvm::Expected<Shape> low = valuesOf(op.getLow().getDims(), op, symbols);
  if (!low)
    return low.takeError();
  const Tensor &source = operands[0];
  return withElementsOf(source, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> elements;
    forEachIndex(*shape, [&](const Shape &index) {
      Shape place;
      for (auto [i, before, size] : llvm::zip_equal(index, *low, source.shape()))
        if (std::optional<int64_t> position = padded(op.getMode(), i - before, size))
          place.push_back(*position);
      bool inside = place.size() == index.size();
      elements.push_back(inside ? source.values<T>()[offsetOf(place, source.shape())] : operands[1].values<T>()[0]);
    });
    return Tensor(source.element(), *shape, std::move(elements));
  });
}

static Tensor gatherOp(GatherOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &data = operands[0], &indices = operands[1];
  int64_t axis = op.getAxis(), batch = op.getBatchDims(), inserted = indices.rank() - batch;
  Shape shape(data.shape().take_front(axis));
  llvm::append_range(shape, indices.shape().drop_front(batch));
  llvm::append_range(shape, data.shape().drop_front(axis + 1));
  return readAt(data, shape, [&](const Shape &index) {
    Shape which(llvm::ArrayRef(index).take_front(batch));
    llvm::append_range(which, llvm::ArrayRef(index).slice(axis, inserted));
    Shape place(llvm::ArrayRef(index).take_front(axis));
    place.push_back(clamped(indices.values<int64_t>()[offsetOf(which, indices.shape())], data.shape()[axis]));
    llvm::append_range(place, llvm::ArrayRef(index).drop_front(axis + inserted));
    return place;
  });
}

static Tensor gatherElements(GatherElementsOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &data = operands[0], &indices = operands[1];
  int64_t axis = op.getAxis();
  return readAt(data, indices.shape(), [&](const Shape &index) {
    Shape place(index);
    place[axis] = clamped(indices.values<int64_t>()[offsetOf(index, indices.shape())], data.shape()[axis]);
    return place;
  });
}

/// The positions in a row of the indices of nn.gather_nd and nn.scatter_nd.
static llvm::ArrayRef<int64_t> positionsAt(const Tensor &indices, llvm::ArrayRef<int64_t> row) {
  int64_t length = indices.shape().back();
  return indices.values<int64_t>().slice(offsetOf(row, indices.shape().drop_back()) * length, length);
}

static Tensor gatherNd(GatherNdOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &data = operands[0], &indices = operands[1];
  int64_t batch = op.getBatchDims(), length = indices.shape().back(), rows = indices.rank() - 1;
  Shape shape(indices.shape().drop_back());
  llvm::append_range(shape, data.shape().drop_front(batch + length));
  return readAt(data, shape, [&](const Shape &index) {
    Shape place(llvm::ArrayRef(index).take_front(batch));
    for (auto [i, position] : llvm::enumerate(positionsAt(indices, llvm::ArrayRef(index).take_front(rows))))
      place.push_back(clamped(position, data.shape()[batch + i]));
    llvm::append_range(place, llvm::ArrayRef(index).drop_front(rows));
    return place;
  });
}

template <typename T> static T combined(ScatterKind kind, mlir::Type element, T old, T update) {
  switch (kind) {
  case ScatterKind::Set:
    return update;
  case ScatterKind::Sum:
    return old + update;
  case ScatterKind::Prod:
    return old * update;
  default:
    break;
  }
  bool takesLarger = kind == ScatterKind::Max, isLarger = update > old;
  if constexpr (std::is_same_v<T, double>) {
    if (old != old || update != update)
      return std::numeric_limits<double>::quiet_NaN();
  } else if (isUnsigned(element)) {
    isLarger = static_cast<uint64_t>(update) > static_cast<uint64_t>(old);
  }
  return isLarger == takesLarger ? update : old;
}

/// `data` with updates at places, in the order in which `visit` gives them.
template <typename Visit>
static Tensor scattered(const Tensor &data, const Tensor &updates, ScatterKind kind, Visit visit) {
  return withElementsOf(data, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> elements = data.values<T>().vec();
    visit([&](llvm::ArrayRef<int64_t> place, int64_t update) {
      for (auto [position, size] : llvm::zip_equal(place, data.shape()))
        if (position < 0 || position >= size)
          return;
      T &element = elements[offsetOf(place, data.shape())];
      element = combined(kind, data.element(), element, updates.values<T>()[update]);
    });
    return Tensor(data.element(), data.shape(), std::move(elements));
  });
}

static Tensor scatterElements(ScatterElementsOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &data = operands[0], &indices = operands[1];
  int64_t axis = op.getAxis();
  return scattered(data, operands[2], op.getKind(), [&](auto update) {
    int64_t number = 0;
    forEachIndex(indices.shape(), [&](const Shape &index) {
      Shape place(index);
      place[axis] = fromEnd(indices.values<int64_t>()[number], data.shape()[axis]);
      update(place, number++);
    });
  });
}

static Tensor scatterNd(ScatterNdOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &data = operands[0], &indices = operands[1], &updates = operands[2];
  int64_t rows = indices.rank() - 1;
  return scattered(data, updates, op.getKind(), [&](auto update) {
    int64_t number = 0;
    forEachIndex(updates.shape(), [&](const Shape &index) {
      Shape place;
      for (auto [i, position] : llvm::enumerate(positionsAt(indices, llvm::ArrayRef(index).take_front(rows))))
        place.push_back(fromEnd(position, data.shape()[i]));
      llvm::append_range(place, llvm::ArrayRef(index).drop_front(rows));
      update(place, number++);
    });
  });
}

void reference::addIndexing(Table &table) {
  add<DimsOp, dims>(table);
  add<IotaOp, iota>(table);
  add<SliceOp, slice>(table);
  add<PadOp, pad>(table);
  add<GatherOp, gatherOp>(table);
  add<GatherElementsOp, gatherElements>(table);
  add<GatherNdOp, gatherNd>(table);
  add<ScatterElementsOp, scatterElements>(table);
  add<ScatterNdOp, scatterNd>(table);
}
