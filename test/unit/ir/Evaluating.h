//===- Evaluating.h - how a test evaluates a few lines of nn ---------------===//

#ifndef MARGAY_TEST_UNIT_IR_EVALUATING_H
#define MARGAY_TEST_UNIT_IR_EVALUATING_H

#include "ir/Dialect.h"
#include "ir/Fault.h"
#include "ir/reference/Evaluator.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>
#include <string>

namespace margay::test {

/// The context of all tests: nn and func.
inline mlir::MLIRContext *context() {
  static auto *context = [] {
    auto *made = new mlir::MLIRContext;
    made->loadDialect<nn::NNDialect, mlir::func::FuncDialect>();
    return made;
  }();
  return context;
}

/// A module from its text; the text of a test must be right.
inline mlir::OwningOpRef<mlir::ModuleOp> parseModule(llvm::StringRef text) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, context());
  EXPECT_TRUE(module) << text.str();
  return module;
}

inline std::string textOf(mlir::Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << attribute;
  return text;
}

/// A tensor from the text of a constant: `dense<[1.0, 2.0]> : tensor<2xf32>`.
inline reference::Tensor tensor(llvm::StringRef text) {
  auto attribute = llvm::dyn_cast_or_null<mlir::ElementsAttr>(mlir::parseAttribute(text, context()));
  EXPECT_TRUE(attribute) << text.str();
  return llvm::cantFail(reference::Tensor::fromElements(attribute));
}

/// A tensor as the text of a constant.
inline std::string textOf(const reference::Tensor &tensor) { return textOf(tensor.toElements()); }

/// Evaluates the lines of a function without inputs and compares the value called `name` with the constant `expected`,
/// bit by bit.
inline void expectValue(llvm::StringRef lines, llvm::StringRef name, llvm::StringRef expected) {
  auto constant = llvm::dyn_cast_or_null<mlir::DenseElementsAttr>(mlir::parseAttribute(expected, context()));
  ASSERT_TRUE(constant) << expected.str();
  std::string type;
  llvm::raw_string_ostream(type) << constant.getType();
  auto module = parseModule("func.func @main() -> " + type + " {\n" + lines.str() + "\nreturn " + name.str() + " : " +
                            type + "\n}");
  ASSERT_TRUE(module);
  auto results = reference::evaluate(*module, {});
  ASSERT_TRUE(static_cast<bool>(results)) << llvm::toString(results.takeError());
  ASSERT_EQ(results->size(), 1u);
  EXPECT_EQ(textOf(results->front()), textOf(constant)) << lines.str();
}

/// The messages of an error.
inline std::string messageOf(llvm::Error error) { return llvm::toString(std::move(error)); }
template <typename T> std::string messageOf(llvm::Expected<T> expected) {
  return expected ? "no failure" : messageOf(expected.takeError());
}

} // namespace margay::test

#endif // MARGAY_TEST_UNIT_IR_EVALUATING_H
