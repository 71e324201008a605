//===- Order.h - nodes in an order in which they can run ------------------===//
//
// ONNX wants every node after those that it depends on, but exporters and optimisers write others, which every runtime
// sorts. So do we, and only a cycle remains wrong.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_ORDER_H
#define MARGAY_FRONTEND_ONNX_ORDER_H

#include "frontend/onnx/Model.h"

namespace margay::frontend::onnx {

/// Moves nodes of the model's graphs and functions after those whose outputs they use; the rest stay in the order of
/// the file. Nodes on a cycle keep one use before its definition, which `validate` reports.
void orderNodes(Model &model);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_ORDER_H
