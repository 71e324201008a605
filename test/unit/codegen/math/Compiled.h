//===- Compiled.h - one operation, compiled and loaded --------------------===//

#ifndef MARGAY_TEST_UNIT_CODEGEN_MATH_COMPILED_H
#define MARGAY_TEST_UNIT_CODEGEN_MATH_COMPILED_H

#include "codegen/Target.h"
#include "codegen/emit/Link.h"
#include "codegen/emit/Object.h"
#include "codegen/emit/Symbols.h"
#include "codegen/lowering/ToLlvm.h"
#include "codegen/math/Functions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Parser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"
#include <dlfcn.h>
#include <string>
#include <utility>

/// The levels that this machine can run.
inline llvm::SmallVector<margay::codegen::Level> runnableLevels() {
  llvm::SmallVector<margay::codegen::Level> levels;
  auto native = llvm::cantFail(margay::codegen::parseLevels("native"));
  for (const margay::codegen::Level &level : margay::codegen::x86Levels())
    if (level.isa <= native.front().isa)
      levels.push_back(level);
  return levels;
}

/// A loop that applies an operation to an array, as a function of a shared library.
class Compiled {
public:
  enum Form {
    Operation, ///< "math.exp": with one operand.
    Statements ///< Defines %s, then %y, of %x.
  };

  /// Writes what a function makes of lanes.
  using Expansion = mlir::Value (*)(margay::codegen::Lanes &, mlir::Value);

  /// For vectors of this width; scalars if it is 0.
  Compiled(const margay::codegen::Level &level, const std::string &operation, const std::string &from,
           const std::string &to, unsigned width, Form form = Operation, Expansion expansion = nullptr)
      : width(std::max(width, 1u)) {
    using namespace margay::codegen;
    auto lanes = [&](const std::string &type) {
      return width ? "vector<" + std::to_string(width) + "x" + type + ">" : type;
    };
    std::string conversion = from == to ? "" : " to " + lanes(to);
    std::string statement =
        form == Statements ? "%s = " + operation : "%y = " + operation + " %x : " + lanes(from) + conversion;
    std::string text = R"(
      llvm.func @m(%in: !llvm.ptr, %out: !llvm.ptr, %count: i64) {
        %zero = arith.constant 0 : i64
        %step = arith.constant )" +
                       std::to_string(this->width) + R"( : i64
        scf.for %i = %zero to %count step %step : i64 {
          %from = llvm.getelementptr %in[%i] : (!llvm.ptr, i64) -> !llvm.ptr, )" +
                       from + R"(
          %to = llvm.getelementptr %out[%i] : (!llvm.ptr, i64) -> !llvm.ptr, )" +
                       to + R"(
          %x = llvm.load %from {alignment = 1} : !llvm.ptr -> )" +
                       lanes(from) + "\n" + statement + "\n" + R"(
          llvm.store %y, %to {alignment = 1} : )" +
                       lanes(to) + R"(, !llvm.ptr
        }
        llvm.return
      })";
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    registerLowering(context);
    mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module) {
      ADD_FAILURE() << text;
      return;
    }
    if (expansion)
      replace(*module, level, expansion);
    llvm::LLVMContext llvmContext;
    std::unique_ptr<llvm::Module> code = llvm::cantFail(lowerToLlvm(*module, level, llvmContext));
    llvm::SmallVector<char, 0> object = llvm::cantFail(compileToObject(*code, level));
    load(object);
  }

  Compiled(Compiled &&other)
      : width(other.width), handle(std::exchange(other.handle, nullptr)), function(other.function) {}

  ~Compiled() {
    if (handle)
      dlclose(handle);
  }

  /// Applies it to `count` elements, a multiple of the width or rounded down to one.
  void operator()(const void *from, void *to, size_t count) const {
    if (function)
      function(from, to, static_cast<int64_t>(count / width * width));
  }

private:
  /// Has the function in the place of the operation.
  static void replace(mlir::ModuleOp module, const margay::codegen::Level &level, Expansion expansion) {
    mlir::Operation *placeholder = nullptr;
    module.walk([&](mlir::math::AbsFOp op) { placeholder = op; });
    mlir::OpBuilder builder(placeholder);
    margay::codegen::Lanes lanes(builder, placeholder->getLoc(), placeholder->getResult(0).getType(), level);
    placeholder->getResult(0).replaceAllUsesWith(expansion(lanes, placeholder->getOperand(0)));
    placeholder->erase();
  }

  void load(llvm::ArrayRef<char> object) {
    llvm::SmallString<128> folder;
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("margay-math", folder));
    std::string path = (folder + "/m").str();
    {
      std::error_code code;
      llvm::raw_fd_ostream os(path + ".o", code);
      os.write(object.data(), object.size());
    }
    using namespace margay::codegen;
    llvm::Error error = linkRelocatable({path + ".o"}, path + ".merged.o");
    if (!error)
      error = closeObject(path + ".merged.o", "m"); // nothing may be undefined: no library is called
    if (!error)
      error = linkShared({path + ".merged.o"}, path + ".so", "m.so");
    EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
    handle = dlopen((path + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
    EXPECT_TRUE(handle);
    if (handle)
      function = reinterpret_cast<void (*)(const void *, void *, int64_t)>(dlsym(handle, "m"));
    llvm::sys::fs::remove_directories(folder);
  }

  unsigned width;
  void *handle = nullptr;
  void (*function)(const void *, void *, int64_t) = nullptr;
};

#endif // MARGAY_TEST_UNIT_CODEGEN_MATH_COMPILED_H
