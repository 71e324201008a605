//===- Scatter.cpp - a tensor with elements set or combined ---------------===//
//
// One unit: a copy of the data, then the updates in order.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

namespace {

struct Scatter {
  KernelBuilder &k;
  nn::ScatterKind kind;
  const View &data, &updates, &output;
  mlir::Type element; ///< With its sign.

  void copyData() {
    k.loop(k.constant(0), k.dim(data.rows()), 1, [&](Value row) {
      Value from = k.mul(row, k.dim(data.rowStride)), to = k.mul(row, k.dim(output.rowStride));
      forColumns(k, data.columns(), k.lanes(data.element), [&](Value column, int64_t lanes) {
        k.storeElements(k.loadElements(data, k.add(from, column), lanes), output, k.add(to, column));
      });
    });
  }

  Value larger(Value a, Value b, bool wants) {
    if (isa<FloatType>(element))
      return wants ? arith::MaximumFOp::create(k.builder, k.loc, a, b).getResult()
                   : arith::MinimumFOp::create(k.builder, k.loc, a, b).getResult();
    if (element.isUnsignedInteger() || element.isInteger(1))
      return wants ? arith::MaxUIOp::create(k.builder, k.loc, a, b).getResult()
                   : arith::MinUIOp::create(k.builder, k.loc, a, b).getResult();
    return wants ? arith::MaxSIOp::create(k.builder, k.loc, a, b).getResult()
                 : arith::MinSIOp::create(k.builder, k.loc, a, b).getResult();
  }

  Value combined(Value old, Value update) {
    bool isFloat = isa<FloatType>(element);
    switch (kind) {
    case nn::ScatterKind::Set:
      return update;
    case nn::ScatterKind::Sum:
      return isFloat ? arith::AddFOp::create(k.builder, k.loc, old, update).getResult()
                     : arith::AddIOp::create(k.builder, k.loc, old, update).getResult();
    case nn::ScatterKind::Prod:
      return isFloat ? arith::MulFOp::create(k.builder, k.loc, old, update).getResult()
                     : arith::MulIOp::create(k.builder, k.loc, old, update).getResult();
    case nn::ScatterKind::Max:
      return larger(old, update, true);
    case nn::ScatterKind::Min:
      return larger(old, update, false);
    }
    llvm_unreachable("all kinds are handled");
  }

  /// Calls `body` with the coordinates of each update.
  void forUpdates(llvm::function_ref<void(ArrayRef<Value>)> body) {
    DimAttr count = nn::product(element.getContext(), updates.dims);
    k.loop(k.constant(0), k.dim(count), 1, [&](Value index) { body(coordinates(k, index, updates.dims)); });
  }

  /// Puts an update at a place, if that is inside of the data.
  void put(ArrayRef<Value> at, ArrayRef<Value> place) {
    Value inside = k.constantVector(k.builder.getI1Type(), 1, 1);
    for (auto [position, size] : llvm::zip_equal(place, data.dims)) {
      Value notBefore = k.less(k.constant(-1), position), notBehind = k.less(position, k.dim(size));
      inside = arith::AndIOp::create(k.builder, k.loc, inside,
                                     arith::AndIOp::create(k.builder, k.loc, notBefore, notBehind));
    }
    k.when(inside, [&] {
      Value offset = offsetAt(k, place, elementStrides(output));
      Value update = k.loadElements(updates, offsetAt(k, at, elementStrides(updates)), 1);
      k.storeElements(combined(k.loadElements(output, offset, 1), update), output, offset);
    });
  }
};

} // namespace

static Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

void codegen::emitScatterElements(KernelBuilder &k) {
  auto op = cast<nn::ScatterElementsOp>(k.root());
  const View &indices = k.input(op.getIndices());
  Scatter scatter{k,           op.getKind(),           k.input(op.getData()), k.input(op.getUpdates()),
                  k.output(0), elementOf(op.getData())};
  int64_t axis = op.getAxis();
  k.loop(k.begin, k.end, 1, [&](Value) {
    scatter.copyData();
    scatter.forUpdates([&](ArrayRef<Value> at) {
      SmallVector<Value> place(at);
      place[axis] = fromEnd(k, loadIndex(k, indices, at), k.dim(scatter.data.dims[axis]));
      scatter.put(at, place);
    });
  });
}

void codegen::emitScatterNd(KernelBuilder &k) {
  auto op = cast<nn::ScatterNdOp>(k.root());
  const View &indices = k.input(op.getIndices());
  Scatter scatter{k,           op.getKind(),           k.input(op.getData()), k.input(op.getUpdates()),
                  k.output(0), elementOf(op.getData())};
  int64_t length = *indices.dims.back().getConstant(), rows = indices.dims.size() - 1;
  k.loop(k.begin, k.end, 1, [&](Value) {
    scatter.copyData();
    scatter.forUpdates([&](ArrayRef<Value> at) {
      SmallVector<Value> which(at.take_front(rows)), place;
      which.push_back(nullptr);
      for (int64_t i = 0; i < length; ++i) {
        which.back() = k.constant(i);
        place.push_back(fromEnd(k, loadIndex(k, indices, which), k.dim(scatter.data.dims[i])));
      }
      llvm::append_range(place, at.drop_front(rows));
      scatter.put(at, place);
    });
  });
}
