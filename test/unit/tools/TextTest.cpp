//===- TextTest.cpp - numbers and tables for people -----------------------===//

#include "tools/margay/Text.h"
#include <gtest/gtest.h>

using namespace margay::cli;

TEST(TextTest, numbersAreGrouped) {
  EXPECT_EQ(countText(0), "0");
  EXPECT_EQ(countText(999), "999");
  EXPECT_EQ(countText(1000), "1,000");
  EXPECT_EQ(countText(12345678), "12,345,678");
  EXPECT_EQ(bytesText(1), "1 byte");
}

TEST(TextTest, timesHaveTheUnitThatFits) {
  EXPECT_EQ(secondsText(2.5), "2.50 s");
  EXPECT_EQ(secondsText(0.0123), "12.300 ms");
  EXPECT_EQ(secondsText(17e-6), "17.00 us");
}

TEST(TextTest, columnsLineUpAlsoInOtherAlphabets) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printTable({{"größe", "1", "x"}, {"a", "22", ""}, {"b", "a last cell may be long"}}, os);
  EXPECT_EQ(text, "größe  1   x\na      22\nb      a last cell may be long\n");
}
