//===- BlockTranspose.cpp - permuting dimensions in registers -------------===//
//
// Where the result's last dimension is not the operand's, elements side by side come from far apart. So squares of
// L × L elements are read as L vectors along the operand's last dimension (which the result has as its dimension `q`),
// transposed in registers, and written as L vectors along the result's last one.
//
// A unit is `blockRows` positions along q, at one position of all other dimensions but the last.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/BlockTranspose.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

/// The dimension of the result that is the operand's last.
static int64_t rowAxis(nn::TransposeOp op) {
  return llvm::find(op.getPermutation(), op.getType().getRank() - 1) - op.getPermutation().begin();
}

/// The result's dimensions but its last one and `q`.
template <typename T> static SmallVector<T> others(ArrayRef<T> values, int64_t q) {
  SmallVector<T> rest(values.drop_back());
  rest.erase(rest.begin() + q);
  return rest;
}

bool codegen::canTransposeBlocks(nn::TransposeOp op) {
  auto type = op.getType();
  return type.getRank() > 1 && op.getPermutation().back() != type.getRank() - 1 &&
         storageType(type.getElementType()).getIntOrFloatBitWidth() == 32 &&
         (type.isDynamicDim(type.getRank() - 1) || type.getShape().back() >= 4);
}

DimAttr codegen::transposeBlockUnits(nn::KernelOp kernel) {
  auto op = cast<nn::TransposeOp>(rootOf(kernel));
  SmallVector<DimAttr> dims = nn::dimsOf(op.getType());
  int64_t q = rowAxis(op);
  return nn::product(op.getContext(), others<DimAttr>(dims, q)) * nn::ceilDiv(dims[q], blockRows);
}

namespace {

/// Squares of `lanes` rows in as many vectors.
struct Square {
  KernelBuilder &k;
  int64_t lanes;

  /// Lanes of two vectors: `from(lane)` counts those of the second one from `lanes` on.
  Value shuffle(Value a, Value b, llvm::function_ref<int64_t(int64_t lane)> from) {
    SmallVector<int32_t> mask;
    for (int64_t lane = 0; lane < lanes; ++lane)
      mask.push_back(from(lane));
    return LLVM::ShuffleVectorOp::create(k.builder, k.loc, a, b, mask);
  }

  /// Elements, then pairs, of two rows alternate within each 128 bits, as SSE's unpack instructions do it.
  void unpack(MutableArrayRef<Value> quad) {
    auto elements = [&](Value a, Value b, int64_t first) {
      return shuffle(a, b, [&](int64_t lane) { return lane / 4 * 4 + first + lane % 4 / 2 + (lane % 2) * lanes; });
    };
    auto pairs = [&](Value a, Value b, int64_t first) {
      return shuffle(a, b, [&](int64_t lane) { return lane / 4 * 4 + first + lane % 2 + (lane % 4 / 2) * lanes; });
    };
    Value low01 = elements(quad[0], quad[1], 0), high01 = elements(quad[0], quad[1], 2);
    Value low23 = elements(quad[2], quad[3], 0), high23 = elements(quad[2], quad[3], 2);
    quad[0] = pairs(low01, low23, 0);
    quad[1] = pairs(low01, low23, 2);
    quad[2] = pairs(high01, high23, 0);
    quad[3] = pairs(high01, high23, 2);
  }

  /// Exchanges the upper half of each `2 * size` lanes of `a` with the lower half of `b`.
  void exchange(Value &a, Value &b, int64_t size) {
    auto half = [&](int64_t first) {
      return shuffle(a, b, [&](int64_t lane) {
        int64_t group = lane / (2 * size) * (2 * size), inGroup = lane % (2 * size);
        return group + first + inGroup % size + (inGroup / size) * lanes;
      });
    };
    Value lower = half(0), upper = half(size);
    a = lower;
    b = upper;
  }

  void transpose(MutableArrayRef<Value> rows) {
    for (int64_t row = 0; row < lanes; row += 4)
      unpack(rows.slice(row, 4));
    for (int64_t size = 4; size < lanes; size *= 2)
      for (int64_t row = 0; row < lanes; ++row)
        if ((row / size) % 2 == 0)
          exchange(rows[row], rows[row + size], size);
  }
};

struct BlockTranspose {
  KernelBuilder &k;
  nn::TransposeOp op;
  const View &input, &output;
  int64_t q = rowAxis(op), lanes = k.lanes(input.element);
  SmallVector<DimAttr> from = elementStrides(input), to = elementStrides(output);
  ArrayRef<int64_t> permutation = op.getPermutation();
  Value rowsApart = k.dim(to[q]), columnsApart = k.dim(from[permutation.back()]);

  /// Elements of one row and one column after the other.
  void singly(Value source, Value target, Value rows, Value firstColumn, Value columns) {
    k.loop(k.constant(0), rows, 1, [&](Value row) {
      k.loop(firstColumn, columns, 1, [&](Value column) {
        Value element = k.loadElements(input, k.add(source, k.add(k.mul(column, columnsApart), row)), 1);
        k.storeElements(element, output, k.add(target, k.add(k.mul(row, rowsApart), column)));
      });
    });
  }

  void squares(Value source, Value target, Value columns) {
    k.loop(k.constant(0), columns, lanes, [&](Value column) {
      for (int64_t row = 0; row < blockRows; row += lanes) {
        SmallVector<Value> square;
        for (int64_t lane = 0; lane < lanes; ++lane) {
          Value start = k.add(source, k.mul(k.add(column, lane), columnsApart));
          square.push_back(k.loadElements(input, k.add(start, row), lanes));
        }
        Square{k, lanes}.transpose(square);
        for (int64_t lane = 0; lane < lanes; ++lane) {
          Value start = k.add(target, k.mul(k.constant(row + lane), rowsApart));
          k.storeElements(square[lane], output, k.add(start, column));
        }
      }
    });
  }

  void unit(Value unit) {
    ArrayRef<DimAttr> dims = output.dims;
    Value blocks = k.dim(nn::ceilDiv(dims[q], blockRows)), first = k.mul(k.rem(unit, blocks), blockRows);
    SmallVector<Value> at = coordinates(k, k.div(unit, blocks), others<DimAttr>(dims, q));
    auto sources = llvm::map_to_vector(others<int64_t>(permutation, q), [&](int64_t axis) { return from[axis]; });
    Value source = k.add(offsetAt(k, at, sources), first);
    Value target = k.add(offsetAt(k, at, others<DimAttr>(to, q)), k.mul(first, rowsApart));
    Value rows = k.min(k.constant(blockRows), k.sub(k.dim(dims[q]), first)), columns = k.dim(dims.back());
    Value whole = k.mul(k.div(columns, k.constant(lanes)), lanes);
    Value isWhole = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, rows, k.constant(blockRows));
    k.when(isWhole, [&] { squares(source, target, whole); });
    singly(source, target, rows, arith::SelectOp::create(k.builder, k.loc, isWhole, whole, k.constant(0)), columns);
  }
};

} // namespace

void codegen::emitBlockTranspose(KernelBuilder &k) {
  auto op = cast<nn::TransposeOp>(k.root());
  BlockTranspose transpose{k, op, k.input(op.getOperand()), k.output(0)};
  k.loop(k.begin, k.end, 1, [&](Value unit) { transpose.unit(unit); });
}
