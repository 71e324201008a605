//===- NpyTest.cpp - NumPy's array file -----------------------------------===//

#include "tools/driver/data/Npy.h"
#include "Faults.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::driver;

/// A file of version 1 with this dictionary and data.
static std::string file(const std::string &header, const std::string &data) {
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() & 0xff);
  text += static_cast<char>(header.size() >> 8);
  return text + header + data;
}

static std::string message(llvm::StringRef bytes) {
  test::Failure failure = test::failure(readNpy(bytes));
  EXPECT_EQ(failure.code, 7);
  return failure.message;
}

TEST(NpyTest, whatIsWrittenIsReadAgain) {
  Array array = Array::zeros(Dtype::I16, {2, 3});
  for (int i = 0; i < 6; ++i)
    array.set(i, i * 1000 - 3);
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  writeNpy(os, array);
  EXPECT_EQ((bytes.size() - array.bytes.size()) % 64, 0u);
  EXPECT_TRUE(llvm::StringRef(bytes).contains("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }"));
  Array read = test::value(readNpy(bytes));
  EXPECT_EQ(read.dtype, Dtype::I16);
  EXPECT_EQ(read.shape, array.shape);
  EXPECT_EQ(read.bytes, array.bytes);
}

TEST(NpyTest, shapesOfOneAndNoDimensionsAreSpelledAsPythonDoes) {
  for (const auto &[shape, text] : {std::pair<std::vector<int64_t>, const char *>{{4}, "(4,)"}, {{}, "()"}}) {
    std::string bytes;
    llvm::raw_string_ostream os(bytes);
    writeNpy(os, Array::zeros(Dtype::F32, shape));
    EXPECT_TRUE(llvm::StringRef(bytes).contains(text)) << bytes;
    EXPECT_EQ(test::value(readNpy(bytes)).shape, shape);
  }
}

TEST(NpyTest, bfloat16IsWrittenAsFloat) {
  Array array = Array::zeros(Dtype::BF16, {1});
  array.set(0, 2.5);
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  writeNpy(os, array);
  Array read = test::value(readNpy(bytes));
  EXPECT_EQ(read.dtype, Dtype::F32);
  EXPECT_EQ(read.at(0), 2.5);
}

TEST(NpyTest, bigEndianIsTurnedAround) {
  Array read =
      test::value(readNpy(file("{'descr': '>u2', 'fortran_order': False, 'shape': (2,), }", {"\x01\x02\x00\x03", 4})));
  EXPECT_EQ(read.at(0), 258);
  EXPECT_EQ(read.at(1), 3);
}

TEST(NpyTest, fortranOrderBecomesRowMajor) {
  Array read =
      test::value(readNpy(file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", {"\1\4\2\5\3\6", 6})));
  EXPECT_EQ(read.bytes, (decltype(Array::bytes){1, 2, 3, 4, 5, 6}));
}

TEST(NpyTest, whatCannotBeReadIsNamed) {
  EXPECT_EQ(message("hello"), "this is no .npy file");
  EXPECT_EQ(message(file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234")),
            "the .npy file has 4 bytes of data, too few for f32[2]");
  EXPECT_EQ(message(file("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "")),
            "elements of type '<c8' are not supported in .npy files");
  EXPECT_EQ(message(file("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }", "")),
            "the .npy file holds records; an array of numbers is needed");
  EXPECT_EQ(message(file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, -1), }", "")),
            "the .npy header has a dimension '-1'");
  EXPECT_EQ(message(file("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000, 4), }", "")),
            "the .npy file has 0 bytes of data, too few for f32[4000000000,4000000000,4]");
}

TEST(NpyTest, aTruncatedFileIsNeverReadBeyondItsEnd) {
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  writeNpy(os, Array::zeros(Dtype::F32, {3}));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(test::failure(readNpy(llvm::StringRef(bytes).take_front(size))).code, 7) << size;
}
