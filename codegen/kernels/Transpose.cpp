//===- Transpose.cpp - permuting dimensions -------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

void codegen::emitTranspose(KernelBuilder &k) {
  auto op = cast<nn::TransposeOp>(k.root());
  const View &input = k.input(op.getOperand());
  SmallVector<DimAttr> strides = elementStrides(input);
  SmallVector<DimAttr> dims = nn::dimsOf(op.getType());
  ArrayRef<int64_t> permutation = op.getPermutation();
  DimAttr columnStride = strides[permutation.back()];
  bool contiguous = columnStride.getConstant() == 1;
  Epilogue epilogue(k);

  k.loop(k.begin, k.end, 1, [&](Value row) {
    Value base = k.constant(0);
    for (auto [axis, coordinate] : llvm::enumerate(coordinates(k, row, ArrayRef(dims).drop_back())))
      base = k.add(base, k.mul(coordinate, k.dim(strides[permutation[axis]])));
    auto body = [&](Value column, int64_t lanes) {
      Value value;
      if (contiguous || lanes == 1) {
        value = k.loadElements(input, k.add(base, k.mul(column, k.dim(columnStride))), lanes);
      } else {
        value = LLVM::PoisonOp::create(k.builder, k.loc, k.vectorOf(input.element, lanes));
        for (int64_t lane = 0; lane < lanes; ++lane) {
          Value scalar = k.loadElements(input, k.add(base, k.mul(k.add(column, lane), k.dim(columnStride))), 1);
          value = LLVM::InsertElementOp::create(k.builder, k.loc, value, scalar, k.constant(lane));
        }
      }
      epilogue.enterBlock();
      epilogue.finish(value, row, column, lanes);
    };
    forColumns(k, dims.back(), k.lanes(input.element), body);
  });
}
