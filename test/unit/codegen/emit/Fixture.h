//===- Fixture.h - what the tests of emitted files share ------------------===//

#ifndef MARGAY_TEST_UNIT_CODEGEN_EMIT_FIXTURE_H
#define MARGAY_TEST_UNIT_CODEGEN_EMIT_FIXTURE_H

#include "codegen/Target.h"
#include "codegen/emit/Link.h"
#include "codegen/emit/Object.h"
#include "codegen/emit/WeightsObject.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "gtest/gtest.h"
#include <string>

/// Completes a file of weights as an object without code.
inline llvm::Error finishAlone(margay::codegen::WeightsWriter &writer, const std::string &folder,
                               uint64_t large = margay::codegen::WeightsWriter::largeBytes) {
  std::string standIn = folder + "/stand-in.o", merged = folder + "/merged.o";
  if (llvm::Error error = writer.writeStandIn(standIn, "m__weights", large))
    return error;
  if (llvm::Error error = margay::codegen::linkRelocatable({standIn}, merged))
    return error;
  return writer.finishMerged(merged);
}

/// A folder of its own for each test.
class EmitTest : public testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("margay-emit", folder)); }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string file(llvm::StringRef name) const {
    llvm::SmallString<128> path = folder;
    llvm::sys::path::append(path, name);
    return std::string(path);
  }

  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::error_code code;
    llvm::raw_fd_ostream(file(name), code) << bytes;
    return file(name);
  }

  static std::string read(llvm::StringRef path) {
    llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> bytes =
        llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    return bytes ? (*bytes)->getBuffer().str() : "(unreadable)";
  }

  std::unique_ptr<llvm::Module> parse(llvm::StringRef text) {
    llvm::SMDiagnostic problem;
    std::unique_ptr<llvm::Module> module = llvm::parseAssemblyString(text, problem, context);
    EXPECT_TRUE(module) << problem.getMessage().str();
    return module;
  }

  /// Compiles IR text into an object file.
  std::string compile(llvm::StringRef name, llvm::StringRef text,
                      const margay::codegen::Level &level = margay::codegen::baselineLevel()) {
    std::unique_ptr<llvm::Module> module = parse(text);
    auto bytes = margay::codegen::compileToObject(*module, level);
    EXPECT_TRUE(bool(bytes)) << llvm::toString(bytes.takeError());
    return bytes ? write(name, llvm::StringRef(bytes->data(), bytes->size())) : "";
  }

  llvm::LLVMContext context;
  llvm::SmallString<128> folder;
};

/// Whether an operation succeeded; says why if not.
inline testing::AssertionResult succeeded(llvm::Error error) {
  if (!error)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << llvm::toString(std::move(error));
}

/// All symbols of an ELF file as nm writes them, one after the other: "T m_answer, U memcpy". Upper case is global.
inline std::string symbols(llvm::StringRef bytes) {
  using namespace llvm;
  auto object = object::ObjectFile::createELFObjectFile(MemoryBufferRef(bytes, "object"));
  if (!object)
    return toString(object.takeError());
  std::string text;
  for (const object::SymbolRef &symbol : (*object)->symbols()) {
    uint32_t flags = cantFail(symbol.getFlags());
    StringRef name = cantFail(symbol.getName());
    object::ELFSymbolRef elf(symbol);
    if (name.empty() || elf.getELFType() == ELF::STT_SECTION)
      continue;
    bool undefined = flags & object::SymbolRef::SF_Undefined, global = flags & object::SymbolRef::SF_Global;
    char kind = undefined ? 'U' : elf.getELFType() == ELF::STT_FUNC ? 'T' : 'D';
    text += (text.empty() ? "" : ", ") + std::string(1, global ? kind : char(tolower(kind))) + " " + name.str();
  }
  return text;
}

#endif // MARGAY_TEST_UNIT_CODEGEN_EMIT_FIXTURE_H
