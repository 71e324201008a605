//===- Interleave.cpp - a transpose to a few columns ----------------------===//
//
//   a0 a1 a2 …        a0 b0
//   b0 b1 b2 …   ─▶   a1 b1       planes of an image become channels; halves of channels are shuffled
//                     …
//
// Vectors of some lines are interleaved in registers, and stored as one run. A unit is `interleavedRows` rows of the
// result at one position of all other dimensions.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Interleave.h"
#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

bool codegen::canInterleave(nn::TransposeOp op) {
  auto type = op.getType();
  int64_t rank = type.getRank();
  return rank > 1 && op.getPermutation()[rank - 2] == rank - 1 && type.getShape().back() >= 2 &&
         type.getShape().back() <= 4;
}

DimAttr codegen::interleaveUnits(nn::KernelOp kernel) {
  SmallVector<DimAttr> dims = nn::dimsOf(rootOf(kernel)->getResult(0).getType());
  DimAttr rows = dims[dims.size() - 2];
  dims.pop_back_n(2);
  return nn::product(kernel.getContext(), dims) * nn::ceilDiv(rows, interleavedRows);
}

/// The lanes of all lines, those of one column side by side.
static Value interleaved(KernelBuilder &k, ArrayRef<Value> lines, int64_t lanes) {
  auto count = static_cast<int64_t>(lines.size());
  auto shuffle = [&](Value a, Value b, int64_t length, llvm::function_ref<int64_t(int64_t)> from) {
    SmallVector<int32_t> mask;
    for (int64_t lane = 0; lane < length; ++lane)
      mask.push_back(static_cast<int32_t>(from(lane)));
    return LLVM::ShuffleVectorOp::create(k.builder, k.loc, a, b, mask).getResult();
  };
  auto joined = [&](Value a, Value b) { return shuffle(a, b, 2 * lanes, [](int64_t lane) { return lane; }); };
  auto place = [&](int64_t lane) { return lane % count * lanes + lane / count; };
  if (count == 2)
    return shuffle(lines[0], lines[1], 2 * lanes, place);
  return shuffle(joined(lines[0], lines[1]), joined(lines[2], lines.back()), count * lanes, place);
}

void codegen::emitInterleave(KernelBuilder &k) {
  auto op = cast<nn::TransposeOp>(k.root());
  const View &input = k.input(op.getOperand()), &output = k.output(0);
  ArrayRef<int64_t> permutation = op.getPermutation();
  int64_t rank = op.getType().getRank(), columns = op.getType().getShape().back();
  SmallVector<DimAttr> from = elementStrides(input), to = elementStrides(output);
  SmallVector<int64_t> others(permutation.drop_back(2));
  auto sources = llvm::map_to_vector(others, [&](int64_t axis) { return from[axis]; });
  ArrayRef<DimAttr> dims = output.dims, outer = dims.drop_back(2);
  DimAttr rows = dims[rank - 2];
  Value apart = k.dim(from[permutation.back()]), blocks = k.dim(nn::ceilDiv(rows, interleavedRows));
  Value rowStride = k.dim(to[rank - 2]);
  bool isDense = to[rank - 2].getConstant() == columns;
  int64_t lanes = isDense ? k.lanes(input.element) : 1;
  k.loop(k.begin, k.end, 1, [&](Value unit) {
    SmallVector<Value> at = coordinates(k, k.div(unit, blocks), outer);
    Value source = offsetAt(k, at, sources), target = offsetAt(k, at, ArrayRef(to).drop_back(2));
    Value begin = k.mul(k.rem(unit, blocks), interleavedRows), end = k.min(k.add(begin, interleavedRows), k.dim(rows));
    codegen::forElements(k, begin, end, lanes, [&](Value row, int64_t width) -> void {
      SmallVector<Value> lines;
      for (int64_t column = 0; column < columns; ++column)
        lines.push_back(k.loadElements(input, k.add(source, k.add(k.mul(apart, column), row)), width));
      Value first = k.add(target, k.mul(row, rowStride));
      if (width > 1)
        return k.storeElements(interleaved(k, lines, width), output, first);
      for (auto [column, line] : llvm::enumerate(lines))
        k.storeElements(line, output, k.add(first, static_cast<int64_t>(column)));
    });
  });
}
