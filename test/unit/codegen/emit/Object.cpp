//===- Object.cpp - tests of compiling modules ----------------------------===//

#include "Fixture.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace margay::codegen;

namespace {

class Object : public EmitTest {
protected:
  std::string assembly(StringRef text, const Level &level) {
    std::unique_ptr<Module> module = parse(text);
    std::string result;
    raw_string_ostream os(result);
    EXPECT_TRUE(succeeded(optimizeModule(*module, level)));
    EXPECT_TRUE(succeeded(printAssembly(*module, level, os)));
    return result;
  }
};

constexpr char scale[] = R"(
  source_filename = "/home/someone/scale.c"
  define void @m_scale(ptr %p, <16 x float> %x) uwtable {
    %v = load <16 x float>, ptr %p, align 4
    %w = call <16 x float> @llvm.fma(<16 x float> %v, <16 x float> %x, <16 x float> %x)
    store <16 x float> %w, ptr %p, align 4
    ret void
  })";

TEST_F(Object, UsesTheVectorsOfTheLevel) {
  EXPECT_NE(assembly(scale, x86Levels()[2]).find("zmm"), std::string::npos);
  std::string v3 = assembly(scale, x86Levels()[1]);
  EXPECT_NE(v3.find("ymm"), std::string::npos);
  EXPECT_EQ(v3.find("zmm"), std::string::npos);
}

TEST_F(Object, SaysNothingAboutUnwindingOrSources) {
  std::string text = assembly(scale, x86Levels()[1]);
  EXPECT_EQ(text.find(".cfi"), std::string::npos);
  EXPECT_EQ(text.find("scale.c"), std::string::npos);
  EXPECT_NE(text.find(".note.GNU-stack"), std::string::npos);
}

TEST_F(Object, NeedsALibraryForFmaOnlyWhereThereIsNone) {
  // The reason why emitters may not use fma at v2.
  EXPECT_NE(symbols(read(compile("v2.o", scale, x86Levels()[0]))).find("U fmaf"), std::string::npos);
  EXPECT_EQ(symbols(read(compile("v3.o", scale, x86Levels()[1]))), "T m_scale");
}

TEST_F(Object, CopiesAndFillsWithoutTheCLibrary) {
  std::string object = compile("copy.o", R"(
    define void @m_copy(ptr %to, ptr %from, i64 %n) {
      call void @llvm.memcpy(ptr %to, ptr %from, i64 %n, i1 false)
      call void @llvm.memmove(ptr %to, ptr %from, i64 %n, i1 false)
      call void @llvm.memset(ptr %to, i8 0, i64 %n, i1 false)
      call void @llvm.memcpy(ptr align 64 %to, ptr align 64 %from, i64 4096, i1 false)
      call void @llvm.memset(ptr %to, i8 0, i64 65, i1 false)
      call void @llvm.memcpy(ptr %to, ptr %from, i64 64, i1 false)
      call void @llvm.memmove(ptr %to, ptr %from, i64 64, i1 false)
      call void @llvm.memset(ptr %to, i8 7, i64 64, i1 false)
      ret void
    })");
  EXPECT_EQ(symbols(read(object)).find("U "), std::string::npos) << symbols(read(object));
}

TEST_F(Object, IsTheSameEveryTime) {
  std::string once = read(compile("once.o", scale, x86Levels()[1])),
              again = read(compile("again.o", scale, x86Levels()[1]));
  EXPECT_EQ(once, again);
}

TEST_F(Object, ReportsInvalidIr) {
  std::unique_ptr<Module> module = parse("define void @m_f(ptr %p) { ret void }");
  // A block without an end.
  BasicBlock::Create(context, "open", module->getFunction("m_f"));
  auto object = compileToObject(*module, baselineLevel());
  ASSERT_FALSE(object);
  EXPECT_EQ(toString(object.takeError()).rfind("invalid LLVM IR", 0), 0u);
}

} // namespace
