//===- Contraction.cpp - Gemm and MatMul ----------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

static LogicalResult needSameDepth(NodeImport &node, nn::DimAttr left, nn::DimAttr right) {
  return node.needEqual(left, right,
                        "the summed dimension is " + left.str() + " in its first input and " + right.str() +
                            " in its second");
}

/// alpha * A' * B' + beta * C. The roles of nn.contract stand for the transposes.
LogicalResult importGemm(NodeImport &node) {
  Value a = node.input(0), b = node.input(1);
  bool transposesA = node.flag("transA"), transposesB = node.flag("transB");
  float alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  node.ignore({"broadcast"}); // Until opset 6; C is stretched where it has to be.
  if (!a || !b)
    return failure();
  if (rankOf(a) != 2 || rankOf(b) != 2)
    return node.malformed("its inputs have " + llvm::Twine(rankOf(a)) + " and " + counted(rankOf(b), "dimension") +
                          ", both have to have 2");
  nn::DimAttr left = nn::dimOf(a.getType(), transposesA ? 0 : 1), right = nn::dimOf(b.getType(), transposesB ? 1 : 0);
  if (failed(needSameDepth(node, left, right)))
    return failure();
  Value product = node.infer<nn::ContractOp>(a, b, transposesA ? "km" : "mk", transposesB ? "nk" : "kn");
  if (product && alpha != 1)
    product = node.same<nn::MulOp>(product, node.splat(alpha, product));
  if (!product || !node.hasInput(2) || beta == 0)
    return node.result(product);
  Value c = node.input(2);
  if (!c)
    return failure();
  if (elementOf(c) != elementOf(product))
    return node.malformed("its inputs are of types " + nameOf(elementOf(product)) + " and " + nameOf(elementOf(c)));
  Dims dims = nn::dimsOf(product.getType());
  std::optional<Dims> together = node.broadcastDims(dims, nn::dimsOf(c.getType()));
  if (!together)
    return failure();
  if (*together != dims)
    return node.malformed("its third input is larger than the product of the others");
  if (beta != 1)
    c = node.same<nn::MulOp>(c, node.splat(beta, c));
  return node.result(node.same<nn::AddOp>(product, node.broadcast(c, dims)));
}

/// numpy.matmul: vectors count as a row or a column, which the result lacks; leading dimensions are a batch, and
/// broadcast.
Value multiplyMatrices(NodeImport &node, Value a, Value b) {
  if (!a || !b)
    return nullptr;
  int64_t aRank = rankOf(a), bRank = rankOf(b);
  if (aRank == 0 || bRank == 0)
    return node.malformed("a scalar cannot be multiplied as a matrix");
  Dims aDims = nn::dimsOf(a.getType()), bDims = nn::dimsOf(b.getType());
  nn::DimAttr left = aDims.back(), right = bDims[bRank == 1 ? 0 : bRank - 2];
  if (failed(needSameDepth(node, left, right)))
    return nullptr;
  // A batch of one is no batch: what is multiplied by the same matrix is one product with more rows.
  llvm::ArrayRef<nn::DimAttr> bBatch = llvm::ArrayRef(bDims).take_front(std::max<int64_t>(bRank - 2, 0));
  bool isOneMatrix = llvm::all_of(bBatch, [](nn::DimAttr dim) { return dim.getConstant() == 1; });
  if (isOneMatrix && bRank <= std::max<int64_t>(aRank, 2)) {
    b = node.reshape(b, llvm::ArrayRef(bDims).drop_front(bBatch.size()));
    std::string aRoles(aRank - 1, 'm');
    return node.infer<nn::ContractOp>(a, b, aRoles + "k", bRank == 1 ? "k" : "kn");
  }
  llvm::ArrayRef<nn::DimAttr> aBatch = llvm::ArrayRef(aDims).take_front(std::max<int64_t>(aRank - 2, 0));
  std::optional<Dims> batch = node.broadcastDims(aBatch, bBatch);
  if (!batch)
    return nullptr;
  auto widen = [&](Value value, llvm::ArrayRef<nn::DimAttr> dims, size_t batchRank) {
    Dims wide(*batch);
    llvm::append_range(wide, dims.drop_front(batchRank));
    return node.broadcast(value, wide);
  };
  a = widen(a, aDims, aBatch.size());
  b = widen(b, bDims, bBatch.size());
  std::string roles(batch->size(), 'b');
  return node.infer<nn::ContractOp>(a, b, roles + (aRank == 1 ? "k" : "mk"), roles + (bRank == 1 ? "k" : "kn"));
}

LogicalResult importMatMul(NodeImport &node) {
  return node.result(multiplyMatrices(node, node.input(0), node.input(1)));
}

} // namespace margay::frontend::onnx
