//===- SameMeaningTest.cpp - no pass changes what a graph computes --------===//
//
// Random graphs are evaluated before and after each step of the pipeline, for two sizes of the batch. A failure names
// the seed and the step; `MARGAY_SEED=17` runs that seed alone and prints the graph before and after each step that
// changes it.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/reference/Evaluator.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Contracts.h"
#include "passes/Pipeline.h"
#include "test/unit/passes/RandomGraph.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace margay;
using reference::Tensor;

namespace {

using Tensors = std::vector<Tensor>;

std::string textOf(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream(text) << module;
  return text;
}

/// Inputs by chance for the function's arguments, with this batch.
Tensors randomInputs(ModuleOp module, int64_t batch, unsigned seed) {
  std::mt19937 random(seed);
  auto function = *module.getOps<func::FuncOp>().begin();
  Tensors inputs;
  for (Type type : function.getArgumentTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    reference::Shape shape;
    for (int64_t size : tensor.getShape())
      shape.push_back(ShapedType::isDynamic(size) ? batch : size);
    std::vector<double> values(reference::elementCount(shape));
    for (double &value : values)
      value = (static_cast<int64_t>(random() % 513) - 256) / 128.0;
    inputs.emplace_back(tensor.getElementType(), shape, std::move(values));
  }
  return inputs;
}

Tensors resultsOf(ModuleOp module, const Tensors &inputs) {
  llvm::Expected<Tensors> results = reference::evaluate(module, inputs);
  if (results)
    return std::move(*results);
  ADD_FAILURE() << llvm::toString(results.takeError());
  return {};
}

/// Whether results agree: equal shapes, and differences that rounding explains.
::testing::AssertionResult agree(const Tensors &expected, const Tensors &actual) {
  if (expected.size() != actual.size())
    return ::testing::AssertionFailure() << actual.size() << " results, not " << expected.size();
  for (auto [index, pair] : llvm::enumerate(llvm::zip_equal(expected, actual))) {
    auto &[want, have] = pair;
    if (want.shape() != have.shape() || want.element() != have.element())
      return ::testing::AssertionFailure() << "result " << index << " has another type";
    double largest = 0, difference = 0;
    for (auto [a, b] : llvm::zip_equal(want.values<double>(), have.values<double>())) {
      if (std::isfinite(a) != std::isfinite(b))
        return ::testing::AssertionFailure() << "result " << index << ": " << b << ", not " << a;
      if (!std::isfinite(a))
        continue;
      largest = std::max(largest, std::abs(a));
      difference = std::max(difference, std::abs(a - b));
    }
    if (difference > 1e-4 * largest + 1e-5)
      return ::testing::AssertionFailure() << "result " << index << " differs by " << difference << " of " << largest;
  }
  return ::testing::AssertionSuccess();
}

class SameMeaning : public ::testing::Test {
protected:
  SameMeaning() {
    context.loadDialect<nn::NNDialect, func::FuncDialect>();
    context.disableMultithreading();
  }

  /// Runs the pipeline on the graph of a seed; false where a step changed its meaning.
  bool check(unsigned seed, bool prints) {
    OwningOpRef<ModuleOp> module = test::randomGraph(&context, seed);
    EXPECT_TRUE(succeeded(verify(*module))) << "seed " << seed;
    std::array<Tensors, 2> inputs{randomInputs(*module, 1, seed), randomInputs(*module, 3, seed)}, expected;
    for (size_t i = 0; i < inputs.size(); ++i)
      expected[i] = resultsOf(*module, inputs[i]);
    for (const passes::Step &step : passes::inferenceSteps()) {
      std::string before = prints ? textOf(*module) : "";
      // A warning, too, says that something is wrong: rewriting did not come to an end.
      ScopedDiagnosticHandler strict(&context, [&](Diagnostic &diagnostic) {
        ADD_FAILURE() << "seed " << seed << ", step " << step.name.str() << ": " << diagnostic.str();
        return success();
      });
      PassManager manager(&context);
      manager.addPass(step.create());
      bool isFine = succeeded(manager.run(*module));
      EXPECT_TRUE(isFine) << "seed " << seed << ", step " << step.name.str();
      for (size_t i = 0; i < inputs.size() && isFine; ++i) {
        ::testing::AssertionResult same = agree(expected[i], resultsOf(*module, inputs[i]));
        EXPECT_TRUE(same) << "seed " << seed << ", step " << step.name.str();
        isFine = static_cast<bool>(same);
      }
      if (prints && before != textOf(*module))
        llvm::errs() << before << "\n---- after " << step.name << ":\n" << *module << "\n";
      if (!isFine)
        return false;
    }
    return true;
  }

  MLIRContext context;
};

TEST_F(SameMeaning, randomGraphs) {
  if (const char *seed = std::getenv("MARGAY_SEED")) {
    check(std::strtoul(seed, nullptr, 10), /*prints=*/true);
    return;
  }
  const char *count = std::getenv("MARGAY_SEEDS");
  unsigned failures = 0;
  for (unsigned seed = 1, last = count ? std::strtoul(count, nullptr, 10) : 200; seed <= last && failures < 5; ++seed)
    failures += !check(seed, /*prints=*/false);
}

} // namespace
