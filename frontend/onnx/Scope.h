//===- Scope.h - the values that a graph can see --------------------------===//
//
// A graph inside a node sees its own values and those that the graphs around it have defined before that node.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_SCOPE_H
#define MARGAY_FRONTEND_ONNX_SCOPE_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"

namespace margay::frontend::onnx {

/// Names to `Value`s, with the scope around it.
template <typename Value> class Scope {
public:
  explicit Scope(Scope *outer = nullptr) : outer(outer) {}

  /// False if this scope has the name already.
  bool define(llvm::StringRef name, Value value) { return values.try_emplace(name, value).second; }

  /// The value of that name in this scope or the nearest one around it, or null.
  const Value *find(llvm::StringRef name) const {
    for (const Scope *scope = this; scope; scope = scope->outer)
      if (auto found = scope->values.find(name); found != scope->values.end())
        return &found->second;
    return nullptr;
  }

  const Value *findHere(llvm::StringRef name) const {
    auto found = values.find(name);
    return found == values.end() ? nullptr : &found->second;
  }

private:
  Scope *outer;
  llvm::DenseMap<llvm::StringRef, Value> values;
};

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_SCOPE_H
