//===- OpTable.cpp - the operators that can be imported -------------------===//

#include "frontend/onnx/OpTable.h"
#include "frontend/onnx/ops/Operators.h"
#include "llvm/ADT/StringExtras.h"

namespace margay::frontend::onnx {

static constexpr int64_t now = newestOpset;

// clang-format off
static constexpr OpRow rows[] = {
    //  operator              since last   inputs          outputs  elements          import
    {"Abs",                     1, now,   {1, 1},          {1, 1}, Elements::Number, importUnary<nn::AbsOp>},
    {"Add",                     1, now,   {2, 2},          {1, 1}, Elements::Number, importBinary<nn::AddOp>},
    {"AveragePool",             1, now,   {1, 1},          {1, 1}, Elements::Float,  importAveragePool},
    {"BatchNormalization",      1, now,   {5, 5},          {1, 5}, Elements::Float,  importBatchNormalization},
    {"Cast",                    1, now,   {1, 1},          {1, 1}, Elements::Any,    importCast},
    {"Ceil",                    1, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::CeilOp>},
    {"Clip",                    1, 10,    {1, 1},          {1, 1}, Elements::Float,  importClipUntil10},
    {"Clip",                   11, now,   {1, 3},          {1, 1}, Elements::Number, importClip},
    {"Concat",                  1, now,   {1, unlimited},  {1, 1}, Elements::Any,    importConcat},
    {"Constant",                1, now,   {0, 0},          {1, 1}, Elements::Any,    importConstant},
    {"ConstantOfShape",         9, now,   {1, 1},          {1, 1}, Elements::Any,    importConstantOfShape},
    {"Conv",                    1, now,   {2, 3},          {1, 1}, Elements::Float,  importConv},
    {"DepthToSpace",            1, now,   {1, 1},          {1, 1}, Elements::Any,    importDepthToSpace},
    {"Div",                     1, now,   {2, 2},          {1, 1}, Elements::Number, importBinary<nn::DivOp>},
    {"Dropout",                 1, now,   {1, 3},          {1, 2}, Elements::Any,    importDropout},
    {"Erf",                     9, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::ErfOp>},
    {"Exp",                     1, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::ExpOp>},
    {"Expand",                  8, now,   {2, 2},          {1, 1}, Elements::Any,    importExpand},
    {"EyeLike",                 9, now,   {1, 1},          {1, 1}, Elements::Any,    importEyeLike},
    {"Flatten",                 1, now,   {1, 1},          {1, 1}, Elements::Any,    importFlatten},
    {"Floor",                   1, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::FloorOp>},
    {"Gather",                  1, now,   {2, 2},          {1, 1}, Elements::Any,    importGather},
    {"GatherElements",         11, now,   {2, 2},          {1, 1}, Elements::Any,    importGatherElements},
    {"GatherND",               11, now,   {2, 2},          {1, 1}, Elements::Any,    importGatherNd},
    {"Gemm",                    1, now,   {2, 3},          {1, 1}, Elements::Number, importGemm},
    {"GlobalAveragePool",       1, now,   {1, 1},          {1, 1}, Elements::Float,  importGlobalAveragePool},
    {"GlobalMaxPool",           1, now,   {1, 1},          {1, 1}, Elements::Float,  importGlobalMaxPool},
    {"GRU",                     1, now,   {3, 6},          {0, 2}, Elements::Float,  importGru},
    {"Identity",                1, now,   {1, 1},          {1, 1}, Elements::Any,    importIdentity},
    {"If",                      1, now,   {1, 1},          {1, unlimited}, Elements::Any, importIf},
    {"Log",                     1, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::LogOp>},
    {"LogSoftmax",              1, 12,    {1, 1},          {1, 1}, Elements::Float,  importLogSoftmaxUntil12},
    {"LogSoftmax",             13, now,   {1, 1},          {1, 1}, Elements::Float,  importLogSoftmax},
    {"Loop",                    1, now,   {1, unlimited},  {1, unlimited}, Elements::Any, importLoop},
    {"LSTM",                    1, now,   {3, 8},          {0, 3}, Elements::Float,  importLstm},
    {"MatMul",                  1, now,   {2, 2},          {1, 1}, Elements::Number, importMatMul},
    {"Max",                     1, now,   {1, unlimited},  {1, 1}, Elements::Number, importVariadic<nn::MaxOp>},
    {"MaxPool",                 1, now,   {1, 1},          {1, 2}, Elements::Number, importMaxPool},
    {"Mean",                    1, now,   {1, unlimited},  {1, 1}, Elements::Float,  importMean},
    {"Min",                     1, now,   {1, unlimited},  {1, 1}, Elements::Number, importVariadic<nn::MinOp>},
    {"Mul",                     1, now,   {2, 2},          {1, 1}, Elements::Number, importBinary<nn::MulOp>},
    {"Neg",                     1, now,   {1, 1},          {1, 1}, Elements::Number, importUnary<nn::NegOp>},
    {"OneHot",                  9, now,   {3, 3},          {1, 1}, Elements::Any,    importOneHot},
    {"Pad",                     1, 10,    {1, 1},          {1, 1}, Elements::Any,    importPad},
    {"Pad",                    11, now,   {2, 4},          {1, 1}, Elements::Any,    importPad},
    {"Range",                  11, now,   {3, 3},          {1, 1}, Elements::Any,    importRange},
    {"Reciprocal",              1, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::ReciprocalOp>},
    {"ReduceMax",               1, 19,    {1, 2},          {1, 1}, Elements::Number, importReduceMax},
    {"ReduceMax",              20, now,   {1, 2},          {1, 1}, Elements::Any,    importReduceMax},
    {"ReduceMean",              1, now,   {1, 2},          {1, 1}, Elements::Number, importReduceMean},
    {"ReduceMin",               1, 19,    {1, 2},          {1, 1}, Elements::Number, importReduceMin},
    {"ReduceMin",              20, now,   {1, 2},          {1, 1}, Elements::Any,    importReduceMin},
    {"ReduceProd",              1, now,   {1, 2},          {1, 1}, Elements::Number, importReduceProd},
    {"ReduceSum",               1, now,   {1, 2},          {1, 1}, Elements::Number, importReduceSum},
    {"Relu",                    1, now,   {1, 1},          {1, 1}, Elements::Number, importUnary<nn::ReluOp>},
    {"Reshape",                 1, 4,     {1, 1},          {1, 1}, Elements::Any,    importReshape},
    {"Reshape",                 5, now,   {2, 2},          {1, 1}, Elements::Any,    importReshape},
    {"ReverseSequence",        10, now,   {2, 2},          {1, 1}, Elements::Any,    importReverseSequence},
    {"RNN",                     1, now,   {3, 6},          {0, 2}, Elements::Float,  importRnn},
    {"Scan",                    9, now,   {1, unlimited},  {1, unlimited}, Elements::Any, importScan},
    {"Scatter",                 9, now,   {3, 3},          {1, 1}, Elements::Any,    importScatterElements},
    {"ScatterElements",        11, now,   {3, 3},          {1, 1}, Elements::Any,    importScatterElements},
    {"ScatterND",              11, now,   {3, 3},          {1, 1}, Elements::Any,    importScatterNd},
    {"Shape",                   1, now,   {1, 1},          {1, 1}, Elements::Any,    importShape},
    {"Sigmoid",                 1, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::SigmoidOp>},
    {"Size",                    1, now,   {1, 1},          {1, 1}, Elements::Any,    importSize},
    {"Slice",                   1, 9,     {1, 1},          {1, 1}, Elements::Any,    importSlice},
    {"Slice",                  10, now,   {3, 5},          {1, 1}, Elements::Any,    importSlice},
    {"Softmax",                 1, 12,    {1, 1},          {1, 1}, Elements::Float,  importSoftmaxUntil12},
    {"Softmax",                13, now,   {1, 1},          {1, 1}, Elements::Float,  importSoftmax},
    {"SpaceToDepth",            1, now,   {1, 1},          {1, 1}, Elements::Any,    importSpaceToDepth},
    {"Split",                   1, now,   {1, 2},          {1, unlimited}, Elements::Any, importSplit},
    {"Sqrt",                    1, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::SqrtOp>},
    {"Squeeze",                 1, 12,    {1, 1},          {1, 1}, Elements::Any,    importSqueeze},
    {"Squeeze",                13, now,   {1, 2},          {1, 1}, Elements::Any,    importSqueeze},
    {"Sub",                     1, now,   {2, 2},          {1, 1}, Elements::Number, importBinary<nn::SubOp>},
    {"Sum",                     1, now,   {1, unlimited},  {1, 1}, Elements::Float,  importVariadic<nn::AddOp>},
    {"Tanh",                    1, now,   {1, 1},          {1, 1}, Elements::Float,  importUnary<nn::TanhOp>},
    {"Tile",                    6, now,   {2, 2},          {1, 1}, Elements::Any,    importTile},
    {"Transpose",               1, now,   {1, 1},          {1, 1}, Elements::Any,    importTranspose},
    {"Trilu",                  14, now,   {1, 2},          {1, 1}, Elements::Any,    importTrilu},
    {"Unsqueeze",               1, 12,    {1, 1},          {1, 1}, Elements::Any,    importUnsqueeze},
    {"Unsqueeze",              13, now,   {2, 2},          {1, 1}, Elements::Any,    importUnsqueeze},
};
// clang-format on

const OpRow *findOp(llvm::StringRef domain, llvm::StringRef type, int64_t version) {
  for (const OpRow &row : rows)
    if (row.type == type && row.domain == canonicalDomain(domain) && version >= row.since && version <= row.last)
      return &row;
  return nullptr;
}

std::string supportedVersions(llvm::StringRef domain, llvm::StringRef type) {
  llvm::SmallVector<std::string> ranges;
  for (const OpRow &row : rows)
    if (row.type == type && row.domain == canonicalDomain(domain))
      ranges.push_back(std::to_string(row.since) + " to " + std::to_string(row.last));
  return llvm::join(ranges, ", ");
}

} // namespace margay::frontend::onnx
