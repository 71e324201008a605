//===- StatesTest.cpp - a model's states from call to call ----------------===//

#include "tools/driver/States.h"
#include "Faults.h"
#include "tools/driver/Compare.h"
#include "tools/driver/Compiler.h"
#include "tools/driver/RandomInputs.h"
#include "tools/driver/Reference.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::driver;

namespace {

/// A cell with two states: the product reads all of `h` for each element of its result, and `old` reads it afterwards.
constexpr llvm::StringLiteral cell = R"(
  <ir_version: 8, opset_import: ["" : 17]>
  cell (float[2,3] x, float[2,3] h, float[2,3] m) => (float[2,3] old, float[2,3] n, float[2,3] k)
  <float[3,3] w = {0.5, -0.25, 1.0, 0.75, -0.5, 0.25, -1.0, 0.125, 0.5}>
  {
    p = MatMul (h, w)
    s = Add (p, x)
    n = Tanh (s)
    old = Sub (n, h)
    k = Add (m, n)
  })";

struct StatesTest : testing::Test {
  StatesTest() {
    EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("margay-states", "onnxtxt", path));
    std::error_code code;
    llvm::raw_fd_ostream(path, code) << cell;
    options.input = path.str().str();
    options.name = "cell";
    options.jobs = 1;
  }
  ~StatesTest() override { llvm::sys::fs::remove(path); }

  llvm::SmallString<128> path;
  CompileOptions options;
  Progress progress;
};

} // namespace

TEST_F(StatesTest, severalCallsGoOnAsTheEvaluatorSays) {
  Graph reference = test::value(loadGraph(options));
  options.states = {"h=n", "m=k"};
  Graph graph = test::value(loadGraph(options));
  CallableModel callable = test::value(compileAndLoad(graph, options, progress));
  const mg_model &model = callable.model();
  ASSERT_EQ(model.n_states, 2);
  for (int32_t isa : callable.loaded.usableLevels()) {
    std::vector<Array> inputs = test::value(randomInputs(model, 1));
    ModelCall call = test::value(callable.prepare(inputs, {.isa = isa}));
    for (int step = 0; step < 4; ++step) {
      std::vector<Array> expected = test::value(evaluateGraph(reference, inputs));
      llvm::cantFail(call.run());
      std::vector<Array> outputs = call.outputs();
      for (size_t i = 0; i < outputs.size(); ++i) {
        Comparison result = compare(outputs[i], expected[i], {1e-5, 1e-5});
        EXPECT_TRUE(result.same) << "step " << step << ", output " << i << ": " << result.why.c_str();
      }
      inputs[1] = expected[1];
      inputs[2] = expected[2];
    }
  }
}

TEST_F(StatesTest, withoutStatesACallIsTheSameEachTime) {
  Graph graph = test::value(loadGraph(options));
  CallableModel callable = test::value(compileAndLoad(graph, options, progress));
  EXPECT_EQ(callable.model().n_states, 0);
  ModelCall call = test::value(callable.prepare(test::value(randomInputs(callable.model(), 1)), {}));
  llvm::cantFail(call.run());
  std::vector<Array> first = call.outputs();
  llvm::cantFail(call.run());
  for (size_t i = 0; i < first.size(); ++i)
    EXPECT_EQ(call.outputs()[i].bytes, first[i].bytes);
}
