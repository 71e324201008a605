//===- ArgumentsTest.cpp - the command line as a table of options ---------===//

#include "tools/margay/Arguments.h"
#include "Faults.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::cli;

namespace {
struct ArgumentsTest : testing::Test {
  bool loud = false;
  std::string folder;
  unsigned threads = 1;
  std::optional<double> rtol;
  Verb verb{"bench",
            "MODEL",
            "Measures.",
            {{"--loud", "", "makes noise", setFlag(loud)},
             {"-o", "DIR", "where", setString(folder)},
             {"--threads", "N", "workers", setCount("--threads", threads)},
             {"--rtol", "X", "tolerance", setTolerance("--rtol", rtol)}}};

  llvm::Expected<Parsed> parse(const std::vector<llvm::StringRef> &arguments) {
    return parseArguments(verb, arguments);
  }
  std::string message(const std::vector<llvm::StringRef> &arguments) {
    test::Failure failure = test::failure(parse(arguments));
    EXPECT_EQ(failure.code, 2);
    return failure.message;
  }
};
} // namespace

TEST_F(ArgumentsTest, valuesFollowAsTheNextWordOrAfterAnEqualsSign) {
  Parsed parsed = test::value(parse({"--threads", "3", "model.onnx", "--rtol=1e-2", "--loud", "-o", "out"}));
  EXPECT_EQ(parsed.operands, std::vector<std::string>{"model.onnx"});
  EXPECT_EQ(threads, 3u);
  EXPECT_EQ(rtol, 1e-2);
  EXPECT_TRUE(loud);
  EXPECT_EQ(folder, "out");
}

TEST_F(ArgumentsTest, aValueMayContainAnEqualsSign) {
  test::value(parse({"model.onnx", "-o", "a=b"}));
  EXPECT_EQ(folder, "a=b");
}

TEST_F(ArgumentsTest, twoDashesEndTheOptions) {
  EXPECT_EQ(test::value(parse({"--", "--loud"})).operands, std::vector<std::string>{"--loud"});
  EXPECT_FALSE(loud);
}

TEST_F(ArgumentsTest, helpWinsOverMissingOperands) { EXPECT_TRUE(test::value(parse({"--help"})).help); }

TEST_F(ArgumentsTest, aTypingMistakeGetsASuggestion) {
  EXPECT_EQ(message({"m", "--treads=2"}), "unknown option '--treads'; did you mean '--threads'?");
}

TEST_F(ArgumentsTest, anOptionLikeNoOtherGetsNone) {
  EXPECT_EQ(message({"m", "--xylophone"}), "unknown option '--xylophone'; 'margay bench --help' lists what there is");
}

TEST_F(ArgumentsTest, wrongAndMissingValuesAreNamed) {
  EXPECT_EQ(message({"m", "--threads", "0"}), "option '--threads' needs a whole number from 1, not '0'");
  EXPECT_EQ(message({"m", "--threads=two"}), "option '--threads' needs a whole number from 1, not 'two'");
  EXPECT_EQ(message({"m", "--threads"}), "option '--threads' needs a value: --threads N");
  EXPECT_EQ(message({"m", "--loud=yes"}), "option '--loud' takes no value");
  EXPECT_EQ(message({"m", "--rtol", "-1"}),
            "option '--rtol' needs a number that is not negative, such as 1e-3, not '-1'");
}

TEST_F(ArgumentsTest, operandsAreCounted) {
  EXPECT_EQ(message({}), "'margay bench' needs MODEL; see 'margay bench --help'");
  EXPECT_EQ(message({"a", "b"}), "unexpected operand 'b': 'margay bench' takes MODEL");
}

TEST_F(ArgumentsTest, helpListsEveryOption) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printHelp(verb, os);
  EXPECT_EQ(text, "usage: margay bench MODEL [OPTION]...\n\nMeasures.\n\n"
                  "  --loud       makes noise\n"
                  "  -o DIR       where\n"
                  "  --threads=N  workers\n"
                  "  --rtol=X     tolerance\n");
}

TEST(ClosestTest, onlyWhatIsCloseIsSuggested) {
  EXPECT_EQ(closest("verfy", {"run", "verify", "check"}), llvm::StringRef("verify"));
  EXPECT_EQ(closest("zzz", {"run", "verify", "check"}), std::nullopt);
}
