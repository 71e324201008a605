//===- ExternalFilesTest.cpp - tensors that are stored beside the model ---===//

#include "test/unit/frontend/Frontend.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace margay;
using namespace margay::frontend::onnx;
using namespace margay::test;

namespace {

/// A folder with a model's folder in it and files inside and outside of that.
class ExternalFilesTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("margay-external", root));
    ASSERT_FALSE(llvm::sys::fs::create_directory(path("model")));
    write("model/weights.bin", "0123abcd");
    write("secret.bin", "secretly");
    ASSERT_FALSE(llvm::sys::fs::create_link(path("secret.bin"), path("model/link.bin")));
    ASSERT_FALSE(llvm::sys::fs::create_link(path("model/weights.bin"), path("model/inside.bin")));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(root); }

  std::string path(llvm::StringRef name) { return (root + "/" + name).str(); }

  void write(llvm::StringRef name, llvm::StringRef content) {
    std::error_code error;
    llvm::raw_fd_ostream(path(name), error) << content;
    ASSERT_FALSE(error);
  }

  /// What an external tensor of two floats gives, or why not.
  std::string read(std::vector<StringPair> external) {
    ExternalFiles files(path("model"));
    Tensor tensor;
    tensor.name = "w";
    tensor.type = ElementType::Float;
    tensor.dims = {1};
    tensor.isExternal = true;
    tensor.external = std::move(external);
    auto bytes = files.bytesOf(tensor);
    return bytes ? std::string(bytes->begin(), bytes->end()) : describe(bytes.takeError());
  }

  llvm::SmallString<128> root;
};

TEST_F(ExternalFilesTest, ReadsInsideTheFolder) {
  EXPECT_EQ(read({{"location", "weights.bin"}}), "0123");
  EXPECT_EQ(read({{"location", "weights.bin"}, {"offset", "3"}, {"length", "4"}}), "3abc");
  EXPECT_EQ(read({{"location", "./weights.bin"}, {"offset", "4"}}), "abcd");
  EXPECT_EQ(read({{"location", "inside.bin"}}), "0123") << "a link that stays inside";
}

TEST_F(ExternalFilesTest, NeverLeavesTheFolder) {
  EXPECT_EQ(read({{"location", "../secret.bin"}}),
            "3: tensor 'w': its file '../secret.bin' is not inside the model's folder");
  EXPECT_EQ(read({{"location", path("secret.bin")}}).substr(0, 2), "3:");
  EXPECT_EQ(read({{"location", "link.bin"}}), "3: tensor 'w': its file 'link.bin' leads out of the model's folder");
  EXPECT_EQ(read({{"location", ""}}).substr(0, 2), "3:");
}

TEST_F(ExternalFilesTest, SaysWhatDoesNotFit) {
  EXPECT_EQ(read({{"location", "absent.bin"}}),
            "7: tensor 'w': its file 'absent.bin' cannot be read: No such file or directory");
  EXPECT_EQ(read({{"location", "weights.bin"}, {"offset", "5"}}),
            "3: tensor 'w': bytes 5 and 4 more are not in its file of 8");
  EXPECT_EQ(read({{"location", "weights.bin"}, {"offset", "18446744073709551615"}}),
            "3: tensor 'w': bytes 18446744073709551615 and 4 more are not in its file of 8");
  EXPECT_EQ(read({{"location", "weights.bin"}, {"length", "8"}}),
            "3: tensor 'w' has 8 bytes of external data, its dimensions say 4");
}

TEST_F(ExternalFilesTest, ReadsOnlyRegularFiles) {
  EXPECT_EQ(failureOf(mapFile(path("model"))), "7: cannot read the file: it is a folder");
  EXPECT_EQ(failureOf(mapFile("/dev/zero")), "7: cannot read the file: it is not a regular one");
  EXPECT_EQ(failureOf(loadModel(path("absent.onnx"))), "7: cannot read the file: No such file or directory");
}

TEST_F(ExternalFilesTest, LoadsAModelWithItsWeights) {
  write("model/m.onnxtxt",
        head() + "g (float x) => (float y) <float w = [\"location\": \"weights.bin\"]> { y = Add (x, w) }");
  auto loaded = loadModel(path("model/m.onnxtxt"));
  ASSERT_TRUE(bool(loaded)) << describe(loaded.takeError());
  auto bytes = (*loaded)->bytesOf((*loaded)->model.graph.initializers[0]);
  ASSERT_TRUE(bool(bytes));
  EXPECT_EQ(*bytes, bytesOf("0123"));
}

TEST_F(ExternalFilesTest, ReadsATensorFile) {
  Tensor tensor;
  tensor.type = ElementType::Float;
  tensor.dims = {1};
  tensor.bytes = bytesOf("abcd");
  write("input_0.pb", encodeTensor(tensor));
  auto loaded = readTensorFile(path("input_0.pb"));
  ASSERT_TRUE(bool(loaded));
  EXPECT_EQ((*loaded)->bytes, bytesOf("abcd"));
}

} // namespace
