//===- Fixture.h - what the tests of entries share ------------------------===//

#ifndef MARGAY_TEST_UNIT_CODEGEN_ENTRY_FIXTURE_H
#define MARGAY_TEST_UNIT_CODEGEN_ENTRY_FIXTURE_H

#include "codegen/emit/Link.h"
#include "ir/Dim.h"
#include "mlir/IR/MLIRContext.h"
#include "test/unit/codegen/emit/Fixture.h"
#include <dlfcn.h>

inline mlir::MLIRContext &mlirContext() {
  static mlir::MLIRContext *context = [] {
    auto *made = new mlir::MLIRContext(mlir::MLIRContext::Threading::DISABLED);
    made->loadDialect<margay::nn::NNDialect>();
    return made;
  }();
  return *context;
}

inline margay::nn::DimAttr constant(int64_t value) { return margay::nn::constantDim(&mlirContext(), value); }
inline margay::nn::DimAttr symbol(llvm::StringRef name) { return margay::nn::symbolDim(&mlirContext(), name); }

/// The next multiple of 64.
inline margay::nn::DimAttr roundUp(margay::nn::DimAttr bytes) { return margay::nn::ceilDiv(bytes, 64) * 64; }

/// Compiles modules into a library and loads it.
class EntryTest : public EmitTest {
protected:
  void TearDown() override {
    if (library)
      dlclose(library);
    EmitTest::TearDown();
  }

  std::string compileModule(llvm::StringRef name, llvm::Module &module) {
    auto bytes = margay::codegen::compileToObject(module, margay::codegen::baselineLevel());
    EXPECT_TRUE(bool(bytes)) << llvm::toString(bytes.takeError());
    return bytes ? write(name, llvm::StringRef(bytes->data(), bytes->size())) : "";
  }

  void load(llvm::ArrayRef<std::string> objects) {
    ASSERT_TRUE(succeeded(margay::codegen::linkShared(objects, file("test.so"), "test.so")));
    library = dlopen(file("test.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(library) << dlerror();
  }

  /// A function or variable of the loaded library; T is a pointer type.
  template <typename T> T find(const char *name) {
    void *found = dlsym(library, name);
    EXPECT_TRUE(found) << name;
    return reinterpret_cast<T>(found);
  }

  void *library = nullptr;
};

#endif // MARGAY_TEST_UNIT_CODEGEN_ENTRY_FIXTURE_H
