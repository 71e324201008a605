//===- IdxTest.cpp - the IDX format, plain and compressed -----------------===//

#include "tools/driver/data/Idx.h"
#include "Faults.h"
#include "tools/driver/data/Gzip.h"
#include <gtest/gtest.h>
#include <zlib.h>

using namespace margay;
using namespace margay::driver;

static const std::string twoPictures("\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\3"
                                     "abcdefABCDEF",
                                     28);

static std::string gzip(llvm::StringRef text) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string result(text.size() + 100, 0);
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<Bytef *>(result.data());
  stream.avail_out = result.size();
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

TEST(IdxTest, theWholeArrayOrOneItem) {
  Array all = test::value(readIdx(twoPictures));
  EXPECT_EQ(all.shape, (std::vector<int64_t>{2, 2, 3}));
  Array second = test::value(readIdx(twoPictures, 1));
  EXPECT_EQ(second.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(std::string(second.bytes.begin(), second.bytes.end()), "ABCDEF");
}

TEST(IdxTest, biggerElementsAreBigEndian) {
  EXPECT_EQ(test::value(readIdx({"\0\0\x0b\1\0\0\0\1\xff\xfe", 10})).at(0), -2);
}

TEST(IdxTest, anIndexThatIsNotThereIsAUsersMistake) {
  test::Failure failure = test::failure(readIdx(twoPictures, 2));
  EXPECT_EQ(failure.code, 2);
  EXPECT_EQ(failure.message, "index 2 is outside of the file's 2 items");
}

TEST(IdxTest, truncatedFilesAreNamed) {
  EXPECT_EQ(test::failure(readIdx(llvm::StringRef(twoPictures).drop_back())).message,
            "the IDX file has 11 bytes of data, too few for 2x2x3 elements");
  EXPECT_EQ(test::failure(readIdx(llvm::StringRef(twoPictures).take_front(9))).message,
            "the IDX file ends inside its header");
  EXPECT_EQ(test::failure(readIdx("P5 2 2 255 abcd")).message, "this is no IDX file");
}

TEST(GzipTest, decompresses) { EXPECT_EQ(test::value(gunzip(gzip(twoPictures), 1000)), twoPictures); }

TEST(GzipTest, aBombIsDefused) {
  test::Failure failure = test::failure(gunzip(gzip(std::string(1 << 20, 'x')), 1000));
  EXPECT_EQ(failure.code, 7);
  EXPECT_EQ(failure.message, "decompresses to more than 1000 bytes");
}

TEST(GzipTest, truncatedAndDamagedDataAreNamed) {
  std::string bytes = gzip(twoPictures);
  for (size_t size = 2; size < bytes.size(); ++size)
    EXPECT_EQ(test::failure(gunzip(llvm::StringRef(bytes).take_front(size), 1000)).message,
              "the gzip data is damaged or incomplete");
  bytes[bytes.size() - 6] ^= 1; // The checksum.
  EXPECT_EQ(test::failure(gunzip(bytes, 1000)).message, "the gzip data is damaged or incomplete");
}
