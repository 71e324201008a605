//===- Import.h - a model file to a verified nn graph ---------------------===//
//
// The front end's one door. The module that comes out has a function `main` whose arguments and results carry the
// model's names (`nn.name`) and which carries the model's free dimensions with their ranges (`nn.symbols`). Weights are
// `nn.param`s over the bytes of the model file, which stays mapped as long as the context lives.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_IMPORT_H
#define MARGAY_FRONTEND_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace margay::frontend {

/// What the user says of a free dimension: `batch=4` pins it, `batch=1..32` bounds it. A dimension without a name in
/// the model is called INPUT.AXIS, as in `image.0`.
struct DimOverride {
  std::string name;
  int64_t min = 1;
  std::optional<int64_t> max; ///< no upper bound when absent
  int64_t multiple = 1;       ///< other sizes are not allowed

  bool isPinned() const { return max == min; }
  /// The least size that is allowed: the first multiple that is not below `min`.
  int64_t leastAllowed() const;
};

/// An input that is the same in every call: it becomes a constant of the model, and nobody has to give it any more.
/// Sizes, starts or axes that a model takes as inputs have to be such, for tensors have their shapes from them.
struct ConstantInput {
  std::string name;
  int32_t elementType = 0; ///< as ONNX numbers them
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes; ///< little-endian, row-major
};

struct ImportOptions {
  std::vector<DimOverride> dims;
  std::vector<ConstantInput> constants;
};

/// Reads `path`, an ONNX model in binary or text form, into a module. The error holds everything that is wrong with the
/// model or not supported, each a FaultInfo whose sentence names the node.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> importModel(mlir::MLIRContext &context, const std::string &path,
                                                              const ImportOptions &options = {});

/// The names of a model's inputs in order, without those that are weights.
llvm::Expected<std::vector<std::string>> inputNames(const std::string &path);

/// All that importModel would find wrong, without the module.
llvm::Error checkModel(const std::string &path, const ImportOptions &options = {});

} // namespace margay::frontend

#endif // MARGAY_FRONTEND_IMPORT_H
