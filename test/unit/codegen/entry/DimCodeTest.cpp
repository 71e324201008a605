//===- DimCodeTest.cpp - dimension expressions as code --------------------===//

#include "codegen/emit/DimCode.h"
#include "runtime/abi.h"
#include "test/unit/codegen/entry/Fixture.h"

using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

namespace {

class DimCodeTest : public EntryTest {
protected:
  /// int64_t f<index>(int64_t A, int64_t B), which is an expression of A and B.
  llvm::Error define(llvm::Module &module, DimAttr dim, size_t index) {
    llvm::IRBuilder<> builder(context);
    llvm::Type *int64 = builder.getInt64Ty();
    auto *function = llvm::Function::Create(llvm::FunctionType::get(int64, {int64, int64}, false),
                                            llvm::Function::ExternalLinkage, "f" + llvm::Twine(index), module);
    builder.SetInsertPoint(llvm::BasicBlock::Create(context, "", function));
    DimCode code(builder, [&](llvm::StringRef name) -> llvm::Value * {
      return name == "A" ? function->getArg(0) : name == "B" ? function->getArg(1) : nullptr;
    });
    llvm::Expected<llvm::Value *> value = code.emit(dim);
    if (!value)
      return value.takeError();
    builder.CreateRet(*value);
    return llvm::Error::success();
  }
};

} // namespace

TEST_F(DimCodeTest, ComputesWhatTheEvaluatorDoes) {
  DimAttr a = symbol("A"), b = symbol("B");
  const std::vector<DimAttr> dims = {constant(42),
                                     a,
                                     a + b - 7,
                                     a - b * 3,
                                     a * b * b * 5 + a,
                                     nn::floorDiv(a, 4),
                                     nn::floorDiv(a + 1, b),
                                     nn::ceilDiv(a * b, 64),
                                     nn::mod(a, 6),
                                     nn::mod(a, b - 2),
                                     nn::min(a, b * 2),
                                     nn::max(nn::max(a - b, b), constant(3)),
                                     roundUp(a * a * 4) + roundUp(a * a * 4) * b};
  llvm::Module module("dims", context);
  for (auto [index, dim] : llvm::enumerate(dims))
    ASSERT_TRUE(succeeded(define(module, dim, index)));
  load({compileModule("dims.o", module)});

  const int64_t values[] = {-9, -1, 0, 1, 2, 3, 5, 8, 64, 1 << 20, int64_t(1) << 40, INT64_MIN, INT64_MAX - 1};
  for (auto [index, dim] : llvm::enumerate(dims)) {
    auto *compiled = find<int64_t (*)(int64_t, int64_t)>(("f" + std::to_string(index)).c_str());
    for (int64_t a : values)
      for (int64_t b : values) {
        std::optional<int64_t> expected = nn::evaluate(dim, [&](llvm::StringRef name) { return name == "A" ? a : b; });
        EXPECT_EQ(compiled(a, b), expected.value_or(MG__SIZE_MAX)) << dim.str() << " at " << a << ", " << b;
      }
  }
}

TEST_F(DimCodeTest, SaysWhichSymbolIsUnknown) {
  llvm::Module module("dims", context);
  EXPECT_EQ(llvm::toString(define(module, symbol("A") + symbol("batch"), 0)),
            "dimension 'batch' is none of the model's");
}
