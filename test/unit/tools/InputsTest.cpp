//===- InputsTest.cpp - what stands behind --input ------------------------===//

#include "tools/margay/Inputs.h"
#include "Faults.h"
#include "llvm/Support/FileSystem.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::cli;

namespace {
/// A folder with a file whose name has everything in it that could be misread.
struct InputsTest : testing::Test {
  InputsTest() {
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("margay-test", folder));
    odd = (folder + "/a=b:c.png").str();
    std::error_code code;
    llvm::raw_fd_ostream(odd, code) << "x";
  }
  ~InputsTest() override { llvm::sys::fs::remove_directories(folder); }
  std::string message(llvm::StringRef text, const std::vector<std::string> &names) {
    test::Failure failure = test::failure(parseInput(text, names));
    EXPECT_EQ(failure.code, 2);
    return failure.message;
  }
  llvm::SmallString<128> folder;
  std::string odd;
};
} // namespace

TEST_F(InputsTest, theNameMayBeLeftOutWhereThereIsOneInput) {
  InputArgument argument = test::value(parseInput("digit.png:invert", {"image"}));
  EXPECT_EQ(argument.index, 0u);
  EXPECT_EQ(argument.file, "digit.png");
  EXPECT_TRUE(argument.options.invert);
}

TEST_F(InputsTest, theLongestNameThatFitsIsMeant) {
  std::vector<std::string> names = {"x", "x=y", "serving:0"};
  EXPECT_EQ(test::value(parseInput("x=y=file.npy", names)).index, 1u);
  EXPECT_EQ(test::value(parseInput("x=file.npy", names)).file, "file.npy");
  InputArgument last = test::value(parseInput("serving:0=file.png:rgb", names));
  EXPECT_EQ(last.index, 2u);
  EXPECT_EQ(last.file, "file.png");
}

TEST_F(InputsTest, aFileThatIsThereIsNotTakenApart) {
  EXPECT_EQ(test::value(parseInput(odd, {"image"})).file, odd);
  InputArgument argument = test::value(parseInput("image=" + odd + ":mean=1,2,3", {"image"}));
  EXPECT_EQ(argument.file, odd);
  EXPECT_EQ(argument.options.mean.size(), 3u);
}

TEST_F(InputsTest, mistakesNameTheInputs) {
  EXPECT_EQ(message("z=f.npy", {"x", "y"}),
            "'--input z=f.npy' names none of the model's inputs, which are 'x', 'y'; write --input NAME=FILE");
  EXPECT_EQ(message("z=f.npy", {"x"}), "there is no input 'z', and no file 'z=f.npy'; the input is called 'x'");
}
