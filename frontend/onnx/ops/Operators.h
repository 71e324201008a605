//===- Operators.h - the import functions, by family ----------------------===//
//
// Each writes one ONNX operator in nn operations. They appear in the table of operators (OpTable.cpp) and nowhere else.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_OPS_OPERATORS_H
#define MARGAY_FRONTEND_ONNX_OPS_OPERATORS_H

#include "frontend/onnx/NodeImport.h"

namespace margay::frontend::onnx {

// Activations.cpp
LogicalResult importCelu(NodeImport &node);
LogicalResult importElu(NodeImport &node);
LogicalResult importGelu(NodeImport &node);
LogicalResult importHardSigmoid(NodeImport &node);
LogicalResult importHardSwish(NodeImport &node);
LogicalResult importLeakyRelu(NodeImport &node);
LogicalResult importMish(NodeImport &node);
LogicalResult importPRelu(NodeImport &node);
LogicalResult importSelu(NodeImport &node);
LogicalResult importShrink(NodeImport &node);
LogicalResult importSoftplus(NodeImport &node);
LogicalResult importSoftsign(NodeImport &node);
LogicalResult importSwish(NodeImport &node);
LogicalResult importThresholdedRelu(NodeImport &node);

// Attention.cpp
LogicalResult importAttention(NodeImport &node);
LogicalResult importRotaryEmbedding(NodeImport &node);

// Elementwise.cpp
LogicalResult importCast(NodeImport &node);
LogicalResult importClip(NodeImport &node);        ///< bounds as inputs
LogicalResult importClipUntil10(NodeImport &node); ///< bounds as attributes
LogicalResult importMean(NodeImport &node);

// Col2Im.cpp
LogicalResult importCol2Im(NodeImport &node);

// Contraction.cpp
LogicalResult importGemm(NodeImport &node);
LogicalResult importMatMul(NodeImport &node);

// Control.cpp
LogicalResult importIf(NodeImport &node);
LogicalResult importLoop(NodeImport &node);
LogicalResult importScan(NodeImport &node);

// Conv.cpp
LogicalResult importConv(NodeImport &node);

// ConvTranspose.cpp
LogicalResult importConvTranspose(NodeImport &node);

// DeformConv.cpp
LogicalResult importDeformConv(NodeImport &node);

// Einsum.cpp
LogicalResult importEinsum(NodeImport &node);

// Gathering.cpp
LogicalResult importConstantOfShape(NodeImport &node);
LogicalResult importEyeLike(NodeImport &node);
LogicalResult importGather(NodeImport &node);
LogicalResult importGatherElements(NodeImport &node);
LogicalResult importGatherNd(NodeImport &node);
LogicalResult importOneHot(NodeImport &node);
LogicalResult importRange(NodeImport &node);
LogicalResult importReverseSequence(NodeImport &node);
LogicalResult importScatterElements(NodeImport &node);
LogicalResult importScatterNd(NodeImport &node);
LogicalResult importTrilu(NodeImport &node);

// GridSample.cpp
LogicalResult importAffineGrid(NodeImport &node);
LogicalResult importGridSample(NodeImport &node);

// IntegerProducts.cpp
LogicalResult importConvInteger(NodeImport &node);
LogicalResult importMatMulInteger(NodeImport &node);
LogicalResult importQLinearConv(NodeImport &node);
LogicalResult importQLinearMatMul(NodeImport &node);

// Logic.cpp
LogicalResult importBitCast(NodeImport &node);
LogicalResult importBitShift(NodeImport &node);
LogicalResult importCastLike(NodeImport &node);
LogicalResult importEqual(NodeImport &node);
LogicalResult importGreater(NodeImport &node);
LogicalResult importGreaterOrEqual(NodeImport &node);
LogicalResult importIsInf(NodeImport &node);
LogicalResult importIsNan(NodeImport &node);
LogicalResult importLess(NodeImport &node);
LogicalResult importLessOrEqual(NodeImport &node);
LogicalResult importMod(NodeImport &node);
LogicalResult importPow(NodeImport &node);
LogicalResult importWhere(NodeImport &node);

// MaxPoolIndices.cpp
LogicalResult importMaxUnpool(NodeImport &node);

// Pooling.cpp
LogicalResult importAveragePool(NodeImport &node);
LogicalResult importGlobalAveragePool(NodeImport &node);
LogicalResult importGlobalLpPool(NodeImport &node);
LogicalResult importGlobalMaxPool(NodeImport &node);
LogicalResult importLpPool(NodeImport &node);
LogicalResult importMaxPool(NodeImport &node);

// Normalization.cpp
LogicalResult importBatchNormalization(NodeImport &node);
LogicalResult importLogSoftmax(NodeImport &node);
LogicalResult importLogSoftmaxUntil12(NodeImport &node);
LogicalResult importSoftmax(NodeImport &node);
LogicalResult importSoftmaxUntil12(NodeImport &node); ///< over all axes from one on

// Loss.cpp
LogicalResult importNegativeLogLikelihoodLoss(NodeImport &node);
LogicalResult importSoftmaxCrossEntropyLoss(NodeImport &node);

// MeanAndVariance.cpp
LogicalResult importGroupNormalization(NodeImport &node);
LogicalResult importInstanceNormalization(NodeImport &node);
LogicalResult importLayerNormalization(NodeImport &node);
LogicalResult importLpNormalization(NodeImport &node);
LogicalResult importLrn(NodeImport &node);
LogicalResult importMeanVarianceNormalization(NodeImport &node);
LogicalResult importRmsNormalization(NodeImport &node);

// Reduction.cpp
LogicalResult importArgMax(NodeImport &node);
LogicalResult importArgMin(NodeImport &node);
LogicalResult importCumProd(NodeImport &node);
LogicalResult importCumSum(NodeImport &node);
LogicalResult importHardmax(NodeImport &node);
LogicalResult importReduceL1(NodeImport &node);
LogicalResult importReduceL2(NodeImport &node);
LogicalResult importReduceLogSum(NodeImport &node);
LogicalResult importReduceLogSumExp(NodeImport &node);
LogicalResult importReduceMax(NodeImport &node);
LogicalResult importReduceMean(NodeImport &node);
LogicalResult importReduceMin(NodeImport &node);
LogicalResult importReduceProd(NodeImport &node);
LogicalResult importReduceSum(NodeImport &node);
LogicalResult importReduceSumSquare(NodeImport &node);
LogicalResult importTopK(NodeImport &node);

// Quantization.cpp
LogicalResult importDequantizeLinear(NodeImport &node);
LogicalResult importDynamicQuantizeLinear(NodeImport &node);
LogicalResult importQuantizeLinear(NodeImport &node);

// QuantizedArithmetic.cpp
LogicalResult importDynamicQuantizeMatMul(NodeImport &node);
LogicalResult importMatMulIntegerToFloat(NodeImport &node);
LogicalResult importQGemm(NodeImport &node);
LogicalResult importQLinearAdd(NodeImport &node);
LogicalResult importQLinearConcat(NodeImport &node);
LogicalResult importQLinearGlobalAveragePool(NodeImport &node);
LogicalResult importQLinearLeakyRelu(NodeImport &node);
LogicalResult importQLinearMul(NodeImport &node);
LogicalResult importQLinearSigmoid(NodeImport &node);

// Recurrent.cpp
LogicalResult importGru(NodeImport &node);
LogicalResult importLstm(NodeImport &node);
LogicalResult importRnn(NodeImport &node);

// Selection.cpp
LogicalResult importCompress(NodeImport &node);
LogicalResult importNonMaxSuppression(NodeImport &node);
LogicalResult importNonZero(NodeImport &node);

// Shape.cpp
LogicalResult importConcat(NodeImport &node);
LogicalResult importFlatten(NodeImport &node);
LogicalResult importReshape(NodeImport &node);
LogicalResult importSqueeze(NodeImport &node);
LogicalResult importTranspose(NodeImport &node);
LogicalResult importUnsqueeze(NodeImport &node);

// RoiAlign.cpp
LogicalResult importRoiAlign(NodeImport &node);

// Resize.cpp
LogicalResult importResize(NodeImport &node);
LogicalResult importUpsample(NodeImport &node);

// ShapeArithmetic.cpp
LogicalResult importShape(NodeImport &node);
LogicalResult importSize(NodeImport &node);

// Slicing.cpp
LogicalResult importCenterCropPad(NodeImport &node);
LogicalResult importDepthToSpace(NodeImport &node);
LogicalResult importExpand(NodeImport &node);
LogicalResult importPad(NodeImport &node);
LogicalResult importSlice(NodeImport &node);
LogicalResult importSpaceToDepth(NodeImport &node);
LogicalResult importSplit(NodeImport &node);
LogicalResult importTile(NodeImport &node);

// Constant.cpp
LogicalResult importConstant(NodeImport &node);
LogicalResult importDropout(NodeImport &node);
LogicalResult importIdentity(NodeImport &node);

//===- What families share ------------------------------------------------===//

/// A reduction whose result has 1 where axes were reduced.
mlir::Value reduceKeeping(NodeImport &node, nn::ReduceKind kind, mlir::Value input, llvm::ArrayRef<int64_t> axes);
/// `onTrue` where the condition holds, else `onFalse`.
mlir::Value choose(NodeImport &node, mlir::Value condition, mlir::Value onTrue, mlir::Value onFalse);
mlir::Value compare(NodeImport &node, nn::CompareKind kind, mlir::Value a, mlir::Value b);

/// numpy.matmul; null after a report.
mlir::Value multiplyMatrices(NodeImport &node, mlir::Value a, mlir::Value b);

/// The element type whose number an attribute is; null after a report.
mlir::Type elementAttribute(NodeImport &node, llvm::StringRef name);

/// Positions along an axis, as a tensor of these dimensions.
mlir::Value positions(NodeImport &node, mlir::Type element, llvm::ArrayRef<nn::DimAttr> dims, int64_t axis);
/// scale * x + offset
mlir::Value affine(NodeImport &node, mlir::Value x, double scale, double offset);
/// `filler` around a value: so many elements before and behind it along each axis.
mlir::Value padded(NodeImport &node, mlir::Value value, double filler, llvm::ArrayRef<nn::DimAttr> low,
                   llvm::ArrayRef<nn::DimAttr> high);

/// Elements from `starts` on, as many as `sizes` says, by `steps` (none: 1).
mlir::Value slice(NodeImport &node, mlir::Value value, llvm::ArrayRef<nn::DimAttr> starts,
                  llvm::ArrayRef<nn::DimAttr> sizes, llvm::ArrayRef<int64_t> steps);
/// Elements [start, start + size) along one axis.
mlir::Value sliceAlong(NodeImport &node, mlir::Value value, int64_t axis, nn::DimAttr start, nn::DimAttr size);

//===- Families of one form -----------------------------------------------===//

/// An operator that is an nn operation of one operand.
template <typename Op> LogicalResult importUnary(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  return node.result(node.same<Op>(node.input(0)));
}

/// The two operands of Add and its like at the same shape, by the rules of the version.
std::optional<std::pair<mlir::Value, mlir::Value>> broadcastOperands(NodeImport &node);

template <typename Op> LogicalResult importBinary(NodeImport &node) {
  auto operands = broadcastOperands(node);
  if (!operands)
    return mlir::failure();
  return node.result(node.same<Op>(operands->first, operands->second));
}

/// An operator of any number of inputs that are combined two by two.
template <typename Op> LogicalResult importVariadic(NodeImport &node) {
  node.ignore({"consumed_inputs"});
  llvm::SmallVector<mlir::Value> inputs = node.broadcastTogether(node.inputs());
  if (inputs.empty())
    return mlir::failure();
  mlir::Value result = inputs[0];
  for (mlir::Value input : llvm::ArrayRef(inputs).drop_front())
    result = node.same<Op>(result, input);
  return node.result(result);
}

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_OPS_OPERATORS_H
