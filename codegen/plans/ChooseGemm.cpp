//===- ChooseGemm.cpp - whether to pack a computed matrix before multiplying by it ===//

#include "codegen/plans/ChooseGemm.h"

using namespace margay;
using namespace margay::codegen;

// What was measured (benchmarks/kernels): the share of the peak that tiles reach with packed panels, and with 16
// columns of rows as they lie, which are the further apart, the less is foreseen of them and the more pages they lie
// in; and nanoseconds to pack an element. Rows a multiple of 4 KB apart share a few sets of a cache.
static constexpr double packedShare = 0.92, nearShare = 0.8, farShare = 0.55, pageShare = 0.26;
static constexpr double packTime = 0.2, packPageTime = 0.9;
static constexpr int64_t nearBytes = 256, pageBytes = 4096;

bool codegen::paysToPack(const GemmShape &shape, llvm::SmallVectorImpl<Estimate> &considered) {
  int64_t rowBytes = shape.columns * shape.elementBytes;
  bool isNear = rowBytes <= nearBytes && shape.columns >= panelColumns, isPage = rowBytes % pageBytes == 0;
  double elements = static_cast<double>(shape.depth) * static_cast<double>(shape.columns);
  double peakTime = elements * static_cast<double>(*shape.rows) / planningLevel().multiplyAdds;
  double plain = peakTime / (isNear ? nearShare : isPage ? pageShare : farShare);
  double packed = peakTime / packedShare + elements * (isPage ? packPageTime : packTime);
  constexpr double perMillisecond = 1e6;
  double batches = static_cast<double>(shape.batches.getConstant().value_or(1));
  considered.push_back({"gemm-packing", batches * packed / perMillisecond});
  considered.push_back({"gemm-plain", batches * plain / perMillisecond});
  return packed < plain;
}
