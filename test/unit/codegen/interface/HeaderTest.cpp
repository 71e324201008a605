//===- HeaderTest.cpp - tests of the generated headers --------------------===//
//
// Headers of made-up interfaces are read by a C99 and a C++20 compiler that forgives nothing; and the header of the
// hand-written model in test/runtime/Inputs is used by a C++ program that runs it.
//
//===----------------------------------------------------------------------===//

#include "codegen/emit/Header.h"
#include "codegen/emit/Names.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace margay::codegen;
using llvm::StringRef;

namespace {

/// A folder for the headers, like the one that the compiler writes to.
class Header : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("margay-header", folder));
    write("margay.h", margayHeader());
    write("margay_pool.h", margayPoolHeader());
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string path(StringRef name) { return (folder + "/" + name).str(); }

  void write(StringRef name, StringRef text) {
    std::error_code error;
    llvm::raw_fd_ostream(path(name), error) << text;
    ASSERT_FALSE(error);
  }

  void writeHeaders(const Interface &interface) {
    write(interface.name + ".h", writeHeader(interface));
    write(interface.name + ".hpp", writeCppHeader(interface));
  }

  /// The exit code of clang with these arguments, or of another program.
  int run(std::vector<std::string> arguments, StringRef program = MARGAY_TEST_CC) {
    std::vector<StringRef> all = {program};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return llvm::sys::ExecuteAndWait(program, all);
  }

  /// Whether a program of this text compiles without a warning, as C99 and C++20, or as C++20 alone.
  bool compiles(StringRef text, bool alsoC = true) {
    write("program.c", text);
    write("program.cpp", text);
    std::vector<std::string> strict = {"-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-fsyntax-only"};
    auto compile = [&](std::vector<std::string> arguments) {
      arguments.insert(arguments.end(), strict.begin(), strict.end());
      return run(arguments) == 0;
    };
    return (!alsoC || compile({"-std=c99", path("program.c")})) &&
           compile({"-std=c++20", "-fno-exceptions", "-fno-rtti", path("program.cpp")});
  }

  llvm::SmallString<128> folder;
};

/// image f32[N,3] -> logits f32[N,3], N in 1..32: fake_model of test/runtime/Inputs.
Interface fakeInterface() {
  Interface interface = {.name = "fake", .version = "0.1.0"};
  std::vector<InterfaceDim> dims = {{InterfaceDim::Symbol, 0}, {InterfaceDim::Constant, 3}};
  interface.symbols = {{.name = "N", .min = 1, .max = 32, .input = 0, .axis = 0}};
  interface.inputs = {{.name = "image", .dtype = MG_F32, .dims = dims}};
  interface.outputs = {{.name = "logits:0", .dtype = MG_F32, .dims = dims}};
  interface.maxArenaBytes = 448;
  interface.hash = 0xfedcba9876543210;
  assignNames(interface);
  return interface;
}

/// Everything that a signature can have, under the worst names.
Interface wildInterface() {
  Interface interface = {.name = "wild", .version = "0.1.0"};
  interface.symbols = {{.name = "batch size", .min = 1, .multiple = 8, .input = 0, .axis = 0},
                       {.name = "x*/ bad /* ?\?/", .min = 0, .max = 7, .input = 1, .axis = 0}};
  InterfaceDim batch = {InterfaceDim::Symbol, 0}, two = {InterfaceDim::Constant, 2}, data = {InterfaceDim::Data};
  InterfaceDim computed = {InterfaceDim::Computed, 0, "batch_size*/*odd*/2"};
  int32_t dtype = MG_F32;
  for (; dtype <= MG_I2; ++dtype)
    interface.inputs.push_back({.name = "input.\n" + std::to_string(dtype), .dtype = dtype, .dims = {batch, two}});
  interface.inputs.push_back({.name = "class", .dtype = MG_I64, .dims = {}, .mayBeNull = true});
  interface.inputs.push_back({.name = "past", .dtype = MG_F16, .dims = {two}});
  interface.inputs.push_back({.name = "list", .dtype = MG_F32, .dims = {data}, .kind = MG_SEQUENCE});
  interface.outputs = {{.name = "present", .dtype = MG_F16, .dims = {two}},
                       {.name = "boxes", .dtype = MG_F32, .dims = {data, two}},
                       {.name = "arena", .dtype = MG_BOOL, .dims = {computed}},
                       {.name = "copies", .dtype = MG_F32, .dims = {data}, .kind = MG_SEQUENCE}};
  interface.states = {{interface.inputs.size() - 2, 0}};
  interface.weightsBytes = 5'000'000'000;
  assignNames(interface);
  return interface;
}

TEST_F(Header, IsAsTheContractSays) {
  std::string text = writeHeader(fakeInterface());
  const char *call = "mg_status fake(int64_t N, const float *image, float *logits_0, void *arena, size_t arena_bytes, "
                     "const mg_options *options);\n";
  for (const char *line :
       {"#include \"margay.h\"\n", "#define FAKE_ALIGN 64\n", "#define FAKE_ARENA_BYTES 448u ",
        "#define FAKE_HASH 0xfedcba9876543210u\n",
        "/* image f32[N,3] -> logits_0 f32[N,3], N in 1..32.\n * output logits_0: 'logits:0' in the model\n", call,
        "size_t fake_arena_bytes(int64_t N, const mg_options *options);\n", "extern const mg_model fake_model;\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\nis not in\n" << text;
}

TEST_F(Header, HasNoArenaSizeWithoutABound) {
  EXPECT_EQ(writeHeader(wildInterface()).find("ARENA_BYTES"), std::string::npos);
}

TEST_F(Header, PassesStatesOnce) {
  std::string text = writeHeader(wildInterface());
  EXPECT_NE(text.find("mg_f16 *past, const mg_sequence *list, float *boxes, size_t boxes_capacity, int64_t "
                      "boxes_dims[2], mg_bool *out_arena, mg_sequence *copies, void *arena"),
            std::string::npos)
      << text;
}

TEST_F(Header, CompilesWhateverTheNames) {
  writeHeaders(wildInterface());
  writeHeaders(fakeInterface());
  EXPECT_TRUE(
      compiles("#include \"wild.h\"\n#include \"fake.h\"\n#include \"margay_pool.h\"\nint main(void) { return 0; }\n"));
  EXPECT_TRUE(
      compiles("#include \"wild.hpp\"\n#include \"fake.hpp\"\nint main() { margay::wild w; (void)w; }\n", false));
}

TEST_F(Header, CompilesAfterHeadersWithManyMacros) {
  writeHeaders(wildInterface());
  EXPECT_TRUE(compiles("#include <complex.h>\n#include <errno.h>\n#include <math.h>\n#include <stdio.h>\n#include "
                       "<stdlib.h>\n#include \"wild.h\"\nint main(void) { return 0; }\n"));
}

TEST_F(Header, RefusesAnOlderMargayHeader) {
  writeHeaders(fakeInterface());
  write("margay.h", "#define MARGAY_ABI 0\n");
  write("program.c", "#include \"fake.h\"\n");
  llvm::SmallString<128> messages = folder;
  llvm::sys::path::append(messages, "messages");
  std::optional<StringRef> redirects[] = {std::nullopt, std::nullopt, StringRef(messages)};
  std::string program = path("program.c");
  EXPECT_NE(
      llvm::sys::ExecuteAndWait(MARGAY_TEST_CC, {MARGAY_TEST_CC, "-fsyntax-only", program}, std::nullopt, redirects),
      0);
  auto buffer = llvm::MemoryBuffer::getFile(messages);
  ASSERT_TRUE(static_cast<bool>(buffer));
  EXPECT_TRUE((*buffer)->getBuffer().contains("use the newest one of all your models")) << (*buffer)->getBuffer().str();
}

TEST_F(Header, RunsTheModelFromCpp) {
  writeHeaders(fakeInterface());
  write("program.cpp", R"(
#include "fake.hpp"
#include "margay_pool.h"
#include <cstring>
#include <vector>

#define REQUIRE(condition) if (!(condition)) return __LINE__

int main() {
  margay::fake fake;
  std::vector<float> image(12, 2.0f), logits(12);
  mg::Result result = fake(4, image, logits);
  REQUIRE(result && logits[11] == 5);
  REQUIRE(fake(2, std::span(image).first(6), std::span(logits).first(6)));

  result = fake(4, image, std::span(logits).first(11));
  REQUIRE(!result && result.status() == MG_E_SHAPE);
  REQUIRE(!std::strcmp(result.message(), "output 'logits:0': span has 11 elements, 12 are needed"));
  result = fake(0, image, logits);
  REQUIRE(result.status() == MG_E_SHAPE && !std::strcmp(result.message(), "dimension 'N' is 0, 1..32 is allowed"));
  result = fake(4, image, image);
  REQUIRE(result.status() == MG_E_ALIAS && !std::strcmp(result.message(), "output 'logits:0' overlaps input 'image'"));

  mg_pool *pool = mg_pool_create(3);
  margay::fake threaded(mg_pool_parallel(pool));
  std::vector<float> many(96, 1.0f), out(96);
  REQUIRE(threaded(32, many, out) && out[95] == 3);
  margay::fake moved = std::move(threaded);
  REQUIRE(moved(32, many, out));
  mg_pool_destroy(pool);
  return margay::fake::description().n_inputs - 1;
}
)");
  std::string source = MARGAY_TEST_SOURCE;
  std::vector<std::string> sanitized = {"-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-pthread"};
  std::vector<std::string> link = {"--driver-mode=g++", "-std=c++20", path("program.cpp"), "-o", path("program")};
  link.insert(link.end(), sanitized.begin(), sanitized.end());
  std::vector<std::string> files = {source + "/test/runtime/Inputs/fake.c"};
  for (const char *name :
       {"check", "entry", "fpenv", "instance", "isa", "message", "parallel", "run", "sizes", "weights"})
    files.push_back(source + "/runtime/" + name + ".c");
  for (const std::string &file : files) {
    std::vector<std::string> compile = {"-c", file, "-I" + source, "-o",
                                        path(llvm::sys::path::stem(file).str() + ".o")};
    compile.insert(compile.end(), sanitized.begin(), sanitized.end());
    ASSERT_EQ(run(compile), 0);
    link.push_back(path(llvm::sys::path::stem(file).str() + ".o"));
  }
  ASSERT_EQ(run(link), 0);
  EXPECT_EQ(run({}, path("program")), 0) << "is the line of program.cpp that failed";
}

} // namespace
