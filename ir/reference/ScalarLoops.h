//===- ScalarLoops.h - scalar functions over whole tensors ----------------===//
//
// An elementwise operation gives a function of scalars: `apply(op, x)` on floats, `applyInteger(op, x)` on integers
// where it takes them. They stand in the operations' namespace, margay::nn, where these loops find them.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_REFERENCE_SCALARLOOPS_H
#define MARGAY_IR_REFERENCE_SCALARLOOPS_H

#include "ir/Ops.h"
#include "ir/reference/Table.h"

namespace margay::reference {

template <typename OpTy> bool isUnsignedOp(OpTy op) { return isUnsigned(resultElement(op)); }

/// Integers wrap: arithmetic is done without sign, where overflow is defined.
inline uint64_t bits(int64_t x) { return static_cast<uint64_t>(x); }

template <typename OpTy> Tensor unary(OpTy op, llvm::ArrayRef<Tensor> operands) {
  auto map = [&](auto function, auto values) {
    std::vector<typename decltype(values)::value_type> results;
    results.reserve(values.size());
    for (auto x : values)
      results.push_back(function(op, x));
    return Tensor(resultElement(op), operands[0].shape(), std::move(results));
  };
  if constexpr (requires { applyInteger(op, int64_t()); })
    if (!operands[0].isFloat())
      return map([](OpTy op, int64_t x) { return applyInteger(op, x); }, operands[0].values<int64_t>());
  return map([](OpTy op, double x) { return apply(op, x); }, operands[0].values<double>());
}

template <typename OpTy> Tensor binary(OpTy op, llvm::ArrayRef<Tensor> operands) {
  auto map = [&](auto function, auto left, auto right) {
    std::vector<typename decltype(left)::value_type> results;
    results.reserve(left.size());
    for (auto [x, y] : llvm::zip_equal(left, right))
      results.push_back(function(op, x, y));
    return Tensor(resultElement(op), operands[0].shape(), std::move(results));
  };
  if constexpr (requires { applyInteger(op, int64_t(), int64_t()); })
    if (!operands[0].isFloat())
      return map([](OpTy op, int64_t x, int64_t y) { return applyInteger(op, x, y); }, operands[0].values<int64_t>(),
                 operands[1].values<int64_t>());
  return map([](OpTy op, double x, double y) { return apply(op, x, y); }, operands[0].values<double>(),
             operands[1].values<double>());
}

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_SCALARLOOPS_H
