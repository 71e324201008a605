//===- OutputFileTest.cpp - files that appear whole or not at all ---------===//

#include "tools/driver/OutputFile.h"
#include "Faults.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::driver;
namespace fs = llvm::sys::fs;

namespace {
struct OutputFileTest : testing::Test {
  OutputFileTest() { EXPECT_FALSE(fs::createUniqueDirectory("margay-test", folder)); }
  ~OutputFileTest() override { fs::remove_directories(folder); }
  std::string path(llvm::StringRef name) { return (folder + "/" + name).str(); }
  std::string contents(llvm::StringRef name) { return (*llvm::MemoryBuffer::getFile(path(name)))->getBuffer().str(); }
  unsigned files(llvm::StringRef in) {
    std::error_code code;
    unsigned count = 0;
    for (fs::directory_iterator at(in, code), end; at != end; at.increment(code))
      ++count;
    return count;
  }
  llvm::SmallString<128> folder;
};
} // namespace

TEST_F(OutputFileTest, nothingIsThereBeforeCommitAndEverythingAfter) {
  OutputFiles outputs;
  ASSERT_FALSE(outputs.addFolder(path("a/b")));
  ASSERT_FALSE(outputs.add(path("a/b/one"), "1"));
  ASSERT_FALSE(outputs.add(path("a/b/two"), "2"));
  EXPECT_FALSE(fs::exists(path("a/b/one")));
  ASSERT_FALSE(outputs.commit());
  EXPECT_EQ(contents("a/b/one"), "1");
  EXPECT_EQ(contents("a/b/two"), "2");
  EXPECT_EQ(files(path("a/b")), 2u);
}

TEST_F(OutputFileTest, withoutCommitNoTraceIsLeft) {
  {
    OutputFiles outputs;
    ASSERT_FALSE(outputs.addFolder(path("a/b")));
    ASSERT_FALSE(outputs.add(path("a/b/one"), "1"));
  }
  EXPECT_EQ(files(folder), 0u);
}

TEST_F(OutputFileTest, anOldFileStaysUntilTheNewOneIsWhole) {
  OutputFiles first;
  ASSERT_FALSE(first.add(path("x"), "old"));
  ASSERT_FALSE(first.commit());
  {
    OutputFiles second;
    ASSERT_FALSE(second.add(path("x"), "new"));
  }
  EXPECT_EQ(contents("x"), "old");
}

TEST_F(OutputFileTest, newFilesHaveOrdinaryPermissions) {
  OutputFiles outputs;
  ASSERT_FALSE(outputs.add(path("x"), "1"));
  ASSERT_FALSE(outputs.commit());
  fs::perms expected = static_cast<fs::perms>((fs::all_read | fs::all_write) & ~fs::getUmask());
  EXPECT_EQ(*fs::getPermissions(path("x")), expected);
}

TEST_F(OutputFileTest, whatCannotBeWrittenIsNamed) {
  OutputFiles outputs;
  test::Failure failure = test::failure(outputs.add(path("no/such/file"), "1"));
  EXPECT_EQ(failure.code, 7);
  EXPECT_EQ(failure.message, path("no/such/file") + ": cannot be written: no such file or directory");
  EXPECT_EQ(test::failure(outputs.add(folder, "1")).message,
            folder.str().str() + ": cannot be written: it is a folder");
  ASSERT_FALSE(outputs.add(path("file"), "1"));
  ASSERT_FALSE(outputs.commit());
  EXPECT_EQ(test::failure(outputs.addFolder(path("file/sub"))).code, 7);
}

TEST_F(OutputFileTest, aTemporaryFileIsGoneAtTheEnd) {
  std::string name;
  {
    TemporaryFile file = test::value(TemporaryFile::create(".so"));
    name = file.path();
    EXPECT_TRUE(fs::exists(name));
    EXPECT_TRUE(llvm::StringRef(name).ends_with(".so"));
  }
  EXPECT_FALSE(fs::exists(name));
}
