//===- Text.h - ONNX text, read and written -------------------------------===//
//
// The syntax of ONNX's docs/Syntax.md:
//
//   <ir_version: 8, opset_import: ["" : 17]>
//   digits (float[N, 784] image) => (float[N, 10] scores)
//   <float[784, 10] W = {0.5, …}, float[10] b = ["location": "weights.bin", "offset": "0"]>
//   {
//     [fc] product = MatMul (image, W)
//     scores = Add (product, b)
//   }
//
// Beyond it, so that every model that computes something has a text: names of anything may be quoted; lists of tensors,
// graphs and types are read; a sparse tensor is written as  sparse_tensor(float[10]) W = {1.5, 2.5} at int64[2] {3, 7}.
// Text does not hold doc strings and metadata of nodes and graphs, denotations, quantisation annotations and training
// information.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_TEXT_H
#define MARGAY_FRONTEND_ONNX_TEXT_H

#include "frontend/onnx/Model.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace margay::frontend::onnx {

/// The model in `source`, which must outlive it; else a Malformed fault: "12:7: expected ')', found '}'".
llvm::Expected<Model> parseModelText(llvm::StringRef source);

/// Writes the model as text, which parses to an equal one.
void printModelText(const Model &model, llvm::raw_ostream &os);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_TEXT_H
