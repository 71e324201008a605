//===- Link.cpp - tests of linking, closing and archiving -----------------===//

#include "codegen/emit/Link.h"
#include "Fixture.h"
#include "codegen/emit/Archive.h"
#include "codegen/emit/Runtime.h"
#include "codegen/emit/Symbols.h"
#include "codegen/emit/WeightsObject.h"
#include "llvm/Object/Archive.h"
#include <dlfcn.h>

using namespace llvm;
using namespace margay::codegen;

namespace {

constexpr char entry[] = R"(
  @m__weights = external hidden constant i8
  @m__table = hidden constant [2 x ptr] [ptr @m__weights, ptr @m__kernel]
  declare hidden i32 @m__kernel(ptr)
  define i32 @m_answer() {
    %weights = load ptr, ptr @m__table
    %kernel = load ptr, ptr getelementptr (i8, ptr @m__table, i64 8)
    %a = call i32 %kernel(ptr %weights)
    %b = call i32 @m__kernel(ptr @m__weights)
    %c = add i32 %a, %b
    ret i32 %c
  })";

constexpr char kernel[] = R"(
  define hidden i32 @m__kernel(ptr %weights) {
    %v = load i32, ptr %weights
    ret i32 %v
  })";

class Link : public EmitTest {
protected:
  /// Some weights whose first word is 21.
  /// The parts of a small model merged and closed.
  std::string merged(StringRef name, uint64_t large = WeightsWriter::largeBytes) {
    auto weights = cantFail(WeightsWriter::create(file(name)));
    weights->append(StringRef("\x15\0\0\0", 4));
    EXPECT_TRUE(succeeded(weights->writeStandIn(file("stand-in.o"), "m__weights", large)));
    EXPECT_TRUE(succeeded(linkRelocatable(
        {compile("entry.o", entry), compile("kernel.o", kernel, x86Levels()[1]), file("stand-in.o")}, file("all.o"))));
    EXPECT_TRUE(succeeded(closeObject(file("all.o"), "m")));
    EXPECT_TRUE(succeeded(weights->finishMerged(file("all.o"))));
    return file(name);
  }

  /// Calls `int name(void)` of a shared library.
  static int call(StringRef library, StringRef name) {
    void *handle = dlopen(library.str().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      ADD_FAILURE() << dlerror();
      return -1;
    }
    auto *function = reinterpret_cast<int (*)()>(dlsym(handle, name.str().c_str()));
    int result = function ? function() : -1;
    dlclose(handle);
    return result;
  }
};

TEST_F(Link, MergesPartsIntoOneClosedObject) {
  EXPECT_EQ(symbols(read(merged("m.o"))), "d m__weights, t m__kernel, d m__table, T m_answer");
}

TEST_F(Link, KeepsRelocationsRight) {
  ASSERT_TRUE(succeeded(linkShared({merged("m.o")}, file("m.so"), "libm.so")));
  EXPECT_EQ(call(file("m.so"), "m_answer"), 42);
}

TEST_F(Link, KeepsLargeWeightsApart) {
  std::string bytes = read(merged("m.o", 0));
  auto object = cantFail(object::ObjectFile::createELFObjectFile(MemoryBufferRef(bytes, "m.o")));
  bool found = false;
  for (const object::SectionRef &section : object->sections())
    if (cantFail(section.getName()) == ".lrodata.weights")
      found = object::ELFSectionRef(section).getFlags() & ELF::SHF_X86_64_LARGE;
  EXPECT_TRUE(found);
  ASSERT_TRUE(succeeded(linkShared({file("m.o")}, file("m.so"), "libm.so")));
  EXPECT_EQ(call(file("m.so"), "m_answer"), 42);
}

TEST_F(Link, KeepsAnonymousConstantsRight) {
  // Two objects, each with a string and a floating-point constant of its own, so that their sections are merged.
  auto text = [](StringRef name, StringRef character, StringRef number) {
    return ("@.s = private unnamed_addr constant [2 x i8] c\"" + character + "\\00\"\n@" + name +
            "_s = hidden global ptr @.s\n" + "define hidden i32 @" + name + "(double %x) { %y = fadd double %x, " +
            number + "\n %s = load volatile ptr, ptr @" + name + "_s %c = load i8, ptr %s %d = sext i8 %c to i32 " +
            "%z = fptosi double %y to i32 %r = add i32 %z, %d ret i32 %r }")
        .str();
  };
  std::string main = "declare hidden i32 @m__a(double) declare hidden i32 @m__b(double) define i32 @m_answer() { %a = "
                     "call i32 @m__a(double 1000.0) "
                     "%b = call i32 @m__b(double 30000.0) %r = add i32 %a, %b ret i32 %r }";
  ASSERT_TRUE(succeeded(linkRelocatable(
      {compile("main.o", main), compile("a.o", text("m__a", "A", "100.0")), compile("b.o", text("m__b", "B", "200.0"))},
      file("m.o"))));
  ASSERT_TRUE(succeeded(closeObject(file("m.o"), "m")));
  EXPECT_EQ(symbols(read(file("m.o"))), "t m__a, t m__b, d m__a_s, d m__b_s, T m_answer");
  ASSERT_TRUE(succeeded(linkShared({file("m.o")}, file("m.so"), "libm.so")));
  EXPECT_EQ(call(file("m.so"), "m_answer"), 31300 + 'A' + 'B');
}

TEST_F(Link, ExportsWhatTheModelShows) {
  ASSERT_TRUE(succeeded(linkShared({merged("m.o")}, file("m.so"), "libm.so")));
  void *handle = dlopen(file("m.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(handle) << dlerror();
  EXPECT_TRUE(dlsym(handle, "m_answer"));
  EXPECT_FALSE(dlsym(handle, "m__kernel"));
  dlclose(handle);
}

TEST_F(Link, NamesUndefinedSymbols) {
  ASSERT_TRUE(succeeded(linkRelocatable({compile("entry.o", entry)}, file("m.o"))));
  EXPECT_EQ(toString(closeObject(file("m.o"), "m")), "undefined symbols in the compiled model: m__weights, m__kernel");
}

TEST_F(Link, NamesForeignVisibleSymbols) {
  ASSERT_TRUE(succeeded(linkRelocatable(
      {compile("a.o",
               "define void @helper() { ret void } define void @m() { ret void } define void @m__x() { ret void }")},
      file("m.o"))));
  EXPECT_EQ(toString(closeObject(file("m.o"), "m")), "symbols visible in the compiled model: helper, m__x");
}

TEST_F(Link, IsTheSameInAnotherFolder) {
  std::string here = read(merged("m.o"));
  ASSERT_FALSE(sys::fs::create_directory(file("deeper")));
  SmallString<128> before = folder;
  folder = file("deeper");
  std::string there = read(merged("m.o"));
  ASSERT_TRUE(succeeded(linkShared({file("m.o")}, file("m.so"), "libm.so")));
  std::string libraryThere = read(file("m.so"));
  folder = before;
  EXPECT_EQ(here, there);
  ASSERT_TRUE(succeeded(linkShared({file("m.o")}, file("m.so"), "libm.so")));
  EXPECT_EQ(read(file("m.so")), libraryThere);
}

TEST_F(Link, RecoversFromErrors) {
  std::string broken = write("broken.o", "not an object");
  EXPECT_FALSE(succeeded(linkRelocatable({broken}, file("m.o"))));
  EXPECT_FALSE(succeeded(linkRelocatable({file("missing.o")}, file("m.o"))));
  EXPECT_FALSE(succeeded(linkShared({compile("entry.o", entry)}, file("m.so"), "libm.so")))
      << "linked in spite of undefined symbols";
  EXPECT_EQ(symbols(read(merged("m.o"))), "d m__weights, t m__kernel, d m__table, T m_answer");
}

TEST_F(Link, SaysWhichOutputCannotBeWritten) {
  std::string message = toString(linkRelocatable({compile("kernel.o", kernel)}, file("nowhere/m.o")));
  EXPECT_NE(message.find(file("nowhere/m.o")), std::string::npos) << message;
}

TEST_F(Link, WritesAnArchiveWithASymbolTable) {
  ASSERT_TRUE(succeeded(writeStaticLibrary(merged("merged.o"), "m.o", file("m.a"))));
  std::string bytes = read(file("m.a"));
  auto archive = cantFail(object::Archive::create(MemoryBufferRef(bytes, "m.a")));
  ASSERT_EQ(archive->getNumberOfSymbols(), 1u);
  EXPECT_EQ(archive->symbol_begin()->getName(), "m_answer");
  Error error = Error::success();
  for (const object::Archive::Child &member : archive->children(error)) {
    EXPECT_EQ(cantFail(member.getName()), "m.o");
    EXPECT_EQ(cantFail(member.getBuffer()), read(file("merged.o")));
  }
  EXPECT_TRUE(succeeded(std::move(error)));
  ASSERT_TRUE(succeeded(writeStaticLibrary(file("merged.o"), "m.o", file("again.a"))));
  EXPECT_EQ(read(file("again.a")), bytes);
}

TEST_F(Link, TheRuntimeNeedsNothing) {
  SmallVector<char, 0> bytes = cantFail(runtimeObject("digits"));
  ASSERT_TRUE(succeeded(linkRelocatable({write("runtime.o", StringRef(bytes.data(), bytes.size()))}, file("m.o"))));
  std::string before = symbols(read(file("m.o")));
  EXPECT_NE(before.find("T digits__enter"), std::string::npos) << before;
  ASSERT_TRUE(succeeded(closeObject(file("m.o"), "digits")));
  std::string after = symbols(read(file("m.o")));
  EXPECT_EQ(after.find("mg__"), std::string::npos) << after;
  EXPECT_EQ(after.find("T "), std::string::npos) << after;
  EXPECT_NE(after.find("t digits__enter"), std::string::npos) << after;
  for (StringRef symbol : split(after, ", "))
    EXPECT_TRUE(symbol.drop_front(2).starts_with("digits__")) << symbol.str();
}

} // namespace
