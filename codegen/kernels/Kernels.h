//===- Kernels.h - the emitters, one per algorithm ------------------------===//
//
// Each emits the body of a kernel's function: units [begin, end) of its results. The unit is the one that
// codegen/plans/Plans.h counts for the algorithm.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_KERNELS_H
#define MARGAY_CODEGEN_KERNELS_KERNELS_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

void emitArgReduce(KernelBuilder &k);      ///< unit: row of the result
void emitAttention(KernelBuilder &k);      ///< unit: group of rows
void emitBlockTranspose(KernelBuilder &k); ///< unit: see BlockTranspose.h
void emitConcat(KernelBuilder &k);         ///< unit: row
void emitConv(KernelBuilder &k);           ///< unit: see codegen/plans/ConvUnits.h
void emitConvTranspose(KernelBuilder &k);  ///< unit: pixel
void emitDepthwiseConv(KernelBuilder &k);  ///< unit: image row
void emitDims(KernelBuilder &k);           ///< unit: the whole vector
void emitDot(KernelBuilder &k);            ///< unit: see codegen/plans/Dot.h
void emitElementRows(KernelBuilder &k);    ///< unit: row
void emitElements(KernelBuilder &k); ///< unit: element; every tensor is dense and of one shape, or has one element
void emitGather(KernelBuilder &k);   ///< unit: row
void emitGatherElements(KernelBuilder &k);  ///< unit: row
void emitGatherNd(KernelBuilder &k);        ///< unit: row
void emitGemm(KernelBuilder &k);            ///< unit: see codegen/plans/GemmUnits.h
void emitGemmColumns(KernelBuilder &k);     ///< unit: group of columns
void emitGemmRows(KernelBuilder &k);        ///< unit: row, or group of columns where a call has few rows
void emitGeneralConv(KernelBuilder &k);     ///< unit: pixel
void emitGeneralGemm(KernelBuilder &k);     ///< unit: row
void emitGeneralWindow(KernelBuilder &k);   ///< unit: pixel
void emitInterleave(KernelBuilder &k);      ///< unit: see Interleave.h
void emitIota(KernelBuilder &k);            ///< unit: row
void emitNms(KernelBuilder &k);             ///< unit: the boxes of one class
void emitNonZero(KernelBuilder &k);         ///< unit: the whole tensor
void emitNormalize(KernelBuilder &k);       ///< unit: row
void emitPackedRecurrent(KernelBuilder &k); ///< unit: sequence
void emitPackingGemm(KernelBuilder &k);     ///< unit: group of rows
void emitPad(KernelBuilder &k);             ///< unit: row
void emitPlainGemm(KernelBuilder &k);       ///< unit: row
void emitRecurrent(KernelBuilder &k);       ///< unit: sequence
void emitRecurrentSteps(KernelBuilder &k);  ///< unit: panel of hidden units; phases: see codegen/plans/Recurrent.h
void emitReduce(KernelBuilder &k); ///< unit: row of the result, or its element where the last dimension is reduced
void emitReduceColumns(KernelBuilder &k);   ///< unit: some columns of the only row
void emitReduceLongRows(KernelBuilder &k);  ///< unit: row of the result
void emitResize(KernelBuilder &k);          ///< unit: row; along one axis
void emitScan(KernelBuilder &k);            ///< unit: the whole tensor
void emitScatterElements(KernelBuilder &k); ///< unit: the whole tensor
void emitScatterNd(KernelBuilder &k);       ///< unit: the whole tensor
void emitSlice(KernelBuilder &k);           ///< unit: row
void emitSoftmax(KernelBuilder &k);         ///< unit: row
void emitTopK(KernelBuilder &k);            ///< unit: the whole tensor
void emitTranspose(KernelBuilder &k);       ///< unit: row of the result
void emitWindow(KernelBuilder &k);          ///< unit: image row
void emitWinogradConv(KernelBuilder &k);    ///< unit: see codegen/plans/Winograd.h

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_KERNELS_H
