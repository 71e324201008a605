//===- MutationTest.cpp - no bytes whatsoever bring the front end down ----===//
//
// Hundreds of truncations, flipped bits and replaced bytes of a model with one of everything. Each must give a model or
// an error with a sentence. Run it with sanitizers (preset asan) to make it say more.
//
//===----------------------------------------------------------------------===//

#include "frontend/Import.h"
#include "frontend/onnx/Importer.h"
#include "ir/Ops.h"
#include "mlir/IR/MLIRContext.h"
#include "test/unit/frontend/Frontend.h"
#include <random>

using namespace margay;
using namespace margay::frontend::onnx;
using namespace margay::test;

namespace {

const std::string source = head(13) + R"(
network (float[N, 3, 8, 8] image, int64[2] unused) => (float[N, 4] scores) <
  float[4, 3, 3, 3] filter = {)" +
                           [] {
                             std::string numbers = "0.5";
                             for (int index = 1; index < 108; ++index)
                               numbers += ", " + std::to_string(index % 7) + ".25";
                             return numbers;
                           }() +
                           R"(},
  float[4] bias = {1, 2, 3, 4},
  int64[2] shape = {0, -1},
  string[2] labels = {"cat", "dog"},
  uint4[3] nibbles = {33, 3},
  float[N, 4, 1, 1] pooled
>
{
  [conv] c = Conv <pads = [1, 1, 1, 1], strides = [2, 2], auto_pad = "NOTSET"> (image, filter, bias)
  n = BatchNormalization <epsilon = 1e-3> (c, bias, bias, bias, bias)
  r = Relu (n)
  m = MaxPool <kernel_shape = [2, 2], ceil_mode = 1> (r)
  pooled = GlobalAveragePool (m)
  flat = Reshape (pooled, shape)
  k = Constant <value = float[4] {1, 2, 3, 4}> ()
  shifted = com.example.Shift <by = 2> (flat, k)
  scores = Softmax <axis = -1> (shifted)
}
<domain: "com.example", opset_import: ["" : 13]>
Shift <by> (x, y) => (z) { d = Add (x, y) z = Clip (d) }
)";

/// Every run tries the same.
std::mt19937 repeatable(unsigned seed) { return std::mt19937(seed); }

/// Why the last model was not good.
std::string lastFailure;

/// Reads and imports bytes; true if they are a good model. Anything else must come with an exit code of 3 or 4 and a
/// sentence.
bool tryModel(llvm::StringRef bytes, bool isText) {
  llvm::Expected<Model> model = readModel(bytes, isText);
  std::string failure;
  if (model) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>();
    auto loaded = std::make_shared<LoadedModel>(
        LoadedModel{llvm::MemoryBuffer::getMemBufferCopy(bytes), std::move(*model), ExternalFiles("/nonexistent")});
    failure = failureOf(importGraph(context, loaded, {}));
  } else {
    failure = describe(model.takeError());
  }
  if (failure == "ok")
    return true;
  lastFailure = failure;
  bool isExpected = llvm::StringRef(failure).starts_with("3: ") || llvm::StringRef(failure).starts_with("4: ") ||
                    llvm::StringRef(failure).starts_with("7: ");
  EXPECT_TRUE(isExpected && failure.size() > 10) << failure;
  return false;
}

TEST(Mutation, TheModelIsGoodAsItIs) {
  EXPECT_TRUE(tryModel(source, /*isText=*/true)) << lastFailure;
  EXPECT_TRUE(tryModel(encodeModel(parse(source)), /*isText=*/false));
}

TEST(Mutation, SurvivesTruncation) {
  std::string bytes = encodeModel(parse(source));
  for (size_t size = 0; size < bytes.size(); size += 1 + size % 3)
    tryModel(llvm::StringRef(bytes).take_front(size), /*isText=*/false);
  for (size_t size = 0; size < source.size(); size += 1 + size % 5)
    EXPECT_FALSE(tryModel(llvm::StringRef(source).take_front(size), /*isText=*/true) && size + 2 < source.size() &&
                 size < source.find("<domain"));
}

TEST(Mutation, SurvivesFlippedBits) {
  std::string bytes = encodeModel(parse(source));
  std::mt19937 random = repeatable(1);
  for (int round = 0; round < 600; ++round) {
    std::string mutated = bytes;
    for (int flips = 0; flips <= round % 3; ++flips)
      mutated[random() % mutated.size()] ^= char(1 << random() % 8);
    tryModel(mutated, /*isText=*/false);
  }
}

TEST(Mutation, SurvivesReplacedInsertedAndRemovedBytes) {
  std::string bytes = encodeModel(parse(source));
  std::mt19937 random = repeatable(2);
  for (int round = 0; round < 400; ++round) {
    for (bool isText : {false, true}) {
      std::string mutated = isText ? source : bytes;
      size_t at = random() % mutated.size();
      if (round % 3 == 0)
        mutated[at] = char(random());
      else if (round % 3 == 1)
        mutated.insert(at, 1, isText ? "<>()[]{},=:@?.\"#-0aN"[random() % 20] : char(random()));
      else
        mutated.erase(at, 1 + random() % 8);
      tryModel(mutated, isText);
    }
  }
}

TEST(Mutation, SurvivesNoise) {
  std::mt19937 random = repeatable(3);
  for (int round = 0; round < 300; ++round) {
    std::string noise(random() % 200, '\0');
    for (char &byte : noise)
      byte = char(random());
    tryModel(noise, /*isText=*/round % 2 == 0);
  }
}

} // namespace
