//===- Validate.h - what the parts of a model say about each other --------===//
//
// The rules of ONNX that no message can be checked for alone: versions, names that are defined once and before they are
// used, graphs that see the values of the graphs around them, functions that do not call themselves. Operators are not
// looked at: that is the importer's part.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_VALIDATE_H
#define MARGAY_FRONTEND_ONNX_VALIDATE_H

#include "frontend/onnx/Model.h"
#include "llvm/Support/Error.h"

namespace margay::frontend::onnx {

/// Everything wrong in the model's structure, at most 20 faults.
llvm::Error validate(const Model &model);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_VALIDATE_H
