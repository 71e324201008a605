//===- WeightsObject.cpp - tests of streamed weights ----------------------===//

#include "codegen/emit/WeightsObject.h"
#include "Fixture.h"
#include "runtime/abi.h"
#include <numeric>
#include <vector>

using namespace llvm;
using namespace margay::codegen;

namespace {

class Weights : public EmitTest {
protected:
  std::unique_ptr<WeightsWriter> create(StringRef name) { return cantFail(WeightsWriter::create(file(name))); }

  /// The contents of the first section of that name, and its flags.
  static std::string section(const std::string &bytes, StringRef name, uint64_t *flags = nullptr) {
    auto object = cantFail(object::ObjectFile::createELFObjectFile(MemoryBufferRef(bytes, "object")));
    for (const object::SectionRef &section : object->sections())
      if (cantFail(section.getName()) == name) {
        if (flags)
          *flags = object::ELFSectionRef(section).getFlags();
        return cantFail(section.getContents()).str();
      }
    return "(no such section)";
  }
};

TEST_F(Weights, AlignsBlobs) {
  auto writer = create("w.o");
  EXPECT_EQ(writer->append(StringRef("one")), 0u);
  EXPECT_EQ(writer->append(StringRef("two")), 64u);
  EXPECT_EQ(writer->append(std::string(65, 'x')), 128u);
  EXPECT_EQ(writer->size(), 256u);
  ASSERT_TRUE(succeeded(finishAlone(*writer, file(""))));
  std::string bytes = read(file("w.o"));
  std::string data = section(bytes, ".rodata.weights");
  EXPECT_EQ(data.size(), 256u);
  EXPECT_EQ(data.substr(64, 4), std::string("two\0", 4));
  EXPECT_EQ(symbols(bytes), "D m__weights");
  EXPECT_EQ(section(bytes, ".note.GNU-stack"), "");
}

TEST_F(Weights, StoresEqualBlobsOnce) {
  auto writer = create("w.o");
  std::string big(200000, 'b');
  EXPECT_EQ(writer->append(StringRef("one")), 0u);
  EXPECT_EQ(writer->append(big), 64u);
  uint64_t size = writer->size(), hash = writer->hash();
  EXPECT_EQ(writer->append(StringRef("one")), 0u);
  EXPECT_EQ(writer->append(big), 64u);
  EXPECT_EQ(writer->size(), size);
  EXPECT_EQ(writer->hash(), hash);
  EXPECT_EQ(writer->append(StringRef("two")), size);
  EXPECT_EQ(writer->append(big), 64u); // its bytes are in the file for a while, behind the end
  ASSERT_TRUE(succeeded(finishAlone(*writer, file(""))));
  std::string data = section(read(file("w.o")), ".rodata.weights");
  EXPECT_EQ(data.substr(64, big.size()), big);
  EXPECT_EQ(data.substr(size, 3), "two");
  EXPECT_LT(read(file("w.o")).size(), size + 2000);
}

TEST_F(Weights, TakesPiecesOfAnySize) {
  std::string bytes(300000, 0);
  std::iota(bytes.begin(), bytes.end(), 1);
  auto writer = create("w.o");
  EXPECT_EQ(writer->append(bytes), 0u);
  for (size_t at = 0; at < bytes.size(); at += 1001)
    writer->write(StringRef(bytes).substr(at, 1001));
  EXPECT_EQ(writer->endBlob(), 0u) << "the same bytes in other pieces are another blob";
  ASSERT_TRUE(succeeded(finishAlone(*writer, file(""))));
  EXPECT_EQ(section(read(file("w.o")), ".rodata.weights").substr(0, bytes.size()), bytes);
}

TEST_F(Weights, GoesToLargeDataBeyondWhatCodeReaches) {
  auto small = create("small.o"), large = create("large.o");
  small->append(std::string(128, 'x'));
  large->append(std::string(192, 'x'));
  ASSERT_TRUE(succeeded(finishAlone(*small, file(""), 128)));
  ASSERT_TRUE(succeeded(finishAlone(*large, file(""), 128)));
  uint64_t smallFlags = 0, largeFlags = 0;
  EXPECT_EQ(section(read(file("small.o")), ".rodata.weights", &smallFlags).size(), 128u);
  EXPECT_EQ(section(read(file("large.o")), ".lrodata.weights", &largeFlags).size(), 192u);
  EXPECT_FALSE(smallFlags & ELF::SHF_X86_64_LARGE);
  EXPECT_TRUE(largeFlags & ELF::SHF_X86_64_LARGE);
}

TEST_F(Weights, MakesAFileOfExternalWeights) {
  auto writer = create("m.mgw");
  writer->append(std::string(100, 'w'));
  writer->append(std::string(100000, 'v'));
  uint64_t hash = writer->hash();
  ASSERT_TRUE(succeeded(writer->finishExternal(77)));
  std::string bytes = read(file("m.mgw"));
  mg__weights_header header;
  ASSERT_GE(bytes.size(), sizeof(header));
  memcpy(&header, bytes.data(), sizeof(header));
  EXPECT_EQ(StringRef(header.magic, 8), MG__WEIGHTS_MAGIC);
  EXPECT_EQ(header.model_hash, 77u);
  EXPECT_EQ(header.bytes, bytes.size());
  EXPECT_EQ(header.weights_hash, hash);
  EXPECT_EQ(hash, mg__hash(MG__HASH_START, bytes.data() + 64, bytes.size() - 64));
}

TEST_F(Weights, SaysWhichFileCannotBeWritten) {
  auto writer = WeightsWriter::create(file("nowhere/w.o"));
  ASSERT_FALSE(writer);
  EXPECT_EQ(toString(writer.takeError()), file("nowhere/w.o") + ": No such file or directory");
  if (auto full = WeightsWriter::create("/dev/full")) {
    (*full)->append(std::string(1000, 'x'));
    EXPECT_FALSE(succeeded(finishAlone(**full, file(""))));
  } else {
    consumeError(full.takeError());
  }
}

} // namespace
