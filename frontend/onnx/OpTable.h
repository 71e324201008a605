//===- OpTable.h - the operators that can be imported ---------------------===//
//
// One row for each operator, or for each meaning that it has had: the versions of its operator set for which the row is
// right, how many inputs and outputs it has, what elements its first input may have, and the function that writes it in
// nn operations.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_OPTABLE_H
#define MARGAY_FRONTEND_ONNX_OPTABLE_H

#include "frontend/onnx/NodeImport.h"

namespace margay::frontend::onnx {

/// The newest version of the standard operator set whose operators are known.
inline constexpr int64_t newestOpset = 27;

/// What ONNX lets the elements of an operator's first input be.
enum class Elements : uint8_t {
  Any,
  Bool,
  Float,
  Integer,
  Number, ///< integers and floats
};

struct Count {
  unsigned min, max;
};

inline constexpr unsigned unlimited = ~0u;

struct OpRow {
  llvm::StringLiteral type;
  int64_t since, last; ///< versions of the operator set
  Count inputs, outputs;
  Elements elements;
  LogicalResult (*import)(NodeImport &node);
  llvm::StringLiteral domain = "";
};

/// The row for an operator of that version; null if there is none.
const OpRow *findOp(llvm::StringRef domain, llvm::StringRef type, int64_t version);

/// The versions of an operator that have a row, as "1 to 12"; "" if none have.
std::string supportedVersions(llvm::StringRef domain, llvm::StringRef type);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_OPTABLE_H
