//===- DimTest.cpp - arithmetic on dimensions -----------------------------===//

#include "ir/Dim.h"
#include "Evaluating.h"

using namespace margay;
using namespace margay::nn;
using namespace margay::test;

static DimAttr dim(llvm::StringRef text) {
  auto parsed = llvm::dyn_cast_or_null<DimAttr>(mlir::parseAttribute(("#nn.dim<" + text + ">").str(), context()));
  EXPECT_TRUE(parsed) << text.str();
  return parsed;
}

/// The value where A, B, H, N are 7, 3, 10, 4.
static std::optional<int64_t> valueOf(DimAttr expression) {
  return evaluate(expression, [](llvm::StringRef name) -> int64_t {
    return name == "A" ? 7 : name == "B" ? 3 : name == "H" ? 10 : name == "N" ? 4 : 1;
  });
}

static std::string normal(llvm::StringRef text) { return dim(text).str(); }

TEST(Dim, SumsAreCollectedAndSorted) {
  EXPECT_EQ(normal("B + A"), "A + B");
  EXPECT_EQ(normal("N + 1 + N + 2"), "2 * N + 3");
  EXPECT_EQ(normal("1 + N + -1"), "N");
  EXPECT_EQ(normal("N + -1 * N"), "0");
  EXPECT_EQ(normal("2 + 3"), "5");
}

TEST(Dim, ProductsAreExpanded) {
  EXPECT_EQ(normal("N * 2"), "2 * N");
  EXPECT_EQ(normal("B * A"), "A * B");
  EXPECT_EQ(normal("(A + 1) * (B + 2)"), normal("A * B + 2 * A + B + 2"));
  EXPECT_EQ(normal("N * 0"), "0");
  EXPECT_EQ(normal("N * 1"), "N");
  EXPECT_EQ(normal("(A + B) * (A + -1 * B)"), normal("A * A + -1 * B * B"));
}

TEST(Dim, DivisionsAreSplit) {
  EXPECT_EQ(normal("(4 * N) floordiv 4"), "N");
  EXPECT_EQ(normal("(4 * N + 7) floordiv 4"), "N + 1");
  EXPECT_EQ(normal("(4 * N + H + 5) floordiv 4"), "(H + 1) floordiv 4 + N + 1");
  EXPECT_EQ(normal("(N + -1) floordiv 2"), normal("(N + 1) floordiv 2 + -1"));
  EXPECT_EQ(normal("N floordiv 1"), "N");
  EXPECT_EQ(normal("7 floordiv 2"), "3");
  EXPECT_EQ(normal("-7 floordiv 2"), "-4");
  EXPECT_EQ(normal("N floordiv N"), "1");
}

TEST(Dim, RemaindersAreSplit) {
  EXPECT_EQ(normal("(4 * N + 7) mod 4"), "3");
  EXPECT_EQ(normal("(6 * N + 9) mod 4"), normal("(2 * N + 1) mod 4"));
  EXPECT_EQ(normal("-7 mod 4"), "1");
  EXPECT_EQ(normal("N mod 1"), "0");
}

TEST(Dim, ExtremesAreFolded) {
  EXPECT_EQ(normal("min(3, 5)"), "3");
  EXPECT_EQ(normal("max(3, 5)"), "5");
  EXPECT_EQ(normal("min(N, N + 1)"), "N");
  EXPECT_EQ(normal("max(N, N + 1)"), "N + 1");
  EXPECT_EQ(normal("min(B, A)"), "min(A, B)");
  EXPECT_EQ(normal("min(A, min(B, A))"), "min(A, B)");
  EXPECT_EQ(normal("max(min(A, B), H)"), "max(H, min(A, B))");
}

TEST(Dim, CeilingOfADivision) {
  for (int64_t value = 0; value < 20; ++value)
    EXPECT_EQ(ceilDiv(constantDim(context(), value), 4).getValue(), (value + 3) / 4);
  EXPECT_EQ(valueOf(ceilDiv(dim("A"), 4)), 2);
  EXPECT_EQ(ceilDiv(dim("4 * N"), 4), dim("N"));
}

TEST(Dim, EqualExpressionsAreTheSameAttribute) {
  EXPECT_EQ(dim("2 * (N + 3) + H"), dim("H + N * 2 + 6"));
  EXPECT_EQ(dim("(H + 1) floordiv 2 * 2"), dim("2 * ((1 + H) floordiv 2)"));
  EXPECT_NE(dim("N"), dim("H"));
  EXPECT_EQ(dim("N") - dim("N"), constantDim(context(), 0));
}

TEST(Dim, TextIsReadBack) {
  for (const char *text : {"N",
                           "-3",
                           "\"batch size\"",
                           "\"min\"",
                           "\"7\"",
                           "\"a\\22b\"",
                           "\"\"",
                           "H + -1",
                           "2 * A * B + 1",
                           "(H + 1) floordiv 2",
                           "(A * B) floordiv (A + 1)",
                           "H mod 4 + N",
                           "(H mod 4) floordiv 3",
                           "3 * (H floordiv 2)",
                           "(A floordiv 2) * (B mod 3)",
                           "A floordiv (B floordiv 2)",
                           "min(A + 1, B, 4)",
                           "max(A, min(B, 2 * N)) * 3",
                           "(N mod 3) mod 2",
                           "true",
                           "f32",
                           "tensor"}) {
    DimAttr parsed = dim(text);
    EXPECT_EQ(dim(parsed.str()), parsed) << text << " is printed as " << parsed.str();
  }
}

TEST(Dim, NamesThatAreNotPlainAreQuoted) {
  EXPECT_EQ(symbolDim(context(), "batch size").str(), "\"batch size\"");
  EXPECT_EQ(symbolDim(context(), "floordiv").str(), "\"floordiv\"");
  EXPECT_EQ(symbolDim(context(), "_x1").str(), "_x1");
}

TEST(Dim, NormalFormKeepsTheValue) {
  // A against every constant, with each operation, compared with plain arithmetic.
  auto floorOf = [](int64_t a, int64_t b) { return (a - ((a % b) + b) % b) / b; };
  for (int64_t factor = -5; factor <= 5; ++factor)
    for (int64_t offset = -5; offset <= 5; ++offset)
      for (int64_t divisor = 1; divisor <= 6; ++divisor) {
        DimAttr sum = dim("A") * factor + dim("B") * 2 + offset;
        int64_t value = 7 * factor + 6 + offset;
        EXPECT_EQ(valueOf(sum), value);
        EXPECT_EQ(valueOf(floorDiv(sum, divisor)), floorOf(value, divisor));
        EXPECT_EQ(valueOf(ceilDiv(sum, divisor)), -floorOf(-value, divisor));
        EXPECT_EQ(valueOf(mod(sum, divisor)), value - divisor * floorOf(value, divisor));
        EXPECT_EQ(valueOf(min(sum, dim("A") + offset)), std::min(value, 7 + offset));
        EXPECT_EQ(valueOf(max(sum, dim("A") + offset)), std::max(value, 7 + offset));
        EXPECT_EQ(valueOf(floorDiv(floorDiv(sum, 2), divisor)), floorOf(floorOf(value, 2), divisor));
      }
}

TEST(Dim, EvaluationRefusesOverflowAndDivisionByZero) {
  EXPECT_EQ(valueOf(dim("A floordiv (B + -3)")), std::nullopt);
  EXPECT_EQ(valueOf(dim("A mod (B + -3)")), std::nullopt);
  EXPECT_EQ(valueOf(dim("A * B * 4611686018427387904")), std::nullopt);
  EXPECT_EQ(valueOf(dim("A + B * 3074457345618258602")), std::nullopt);
}

TEST(Dim, OverflowingConstantsStayOutOfReach) {
  DimAttr huge = constantDim(context(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ((huge * 2).getConstant(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ((huge + 1).getConstant(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ((huge * -2).getConstant(), std::numeric_limits<int64_t>::min());
}

TEST(Dim, Substitution) {
  auto replaceN = [](DimAttr expression, DimAttr by) {
    return substitute(expression, [&](llvm::StringRef name) -> std::optional<DimAttr> {
      return name == "N" ? std::optional(by) : std::nullopt;
    });
  };
  EXPECT_EQ(replaceN(dim("2 * N + H"), constantDim(context(), 3)), dim("H + 6"));
  EXPECT_EQ(replaceN(dim("(N + 3) floordiv 4"), dim("4 * B")), dim("B"));
  EXPECT_EQ(replaceN(dim("max(N, H) mod 3"), dim("H + 1")), dim("(H + 1) mod 3"));
  EXPECT_EQ(replaceN(dim("min(N, H, A)"), dim("A")), dim("min(A, H)"));
  EXPECT_EQ(replaceN(dim("H"), dim("A")), dim("H"));
}

TEST(Dim, WalkVisitsEverySymbol) {
  std::vector<std::string> names;
  walkSymbols(dim("(H + N) floordiv 2 * N + min(A, 3)"), [&](llvm::StringRef name) { names.push_back(name.str()); });
  llvm::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"A", "H", "N", "N"}));
}

TEST(Dim, TypesCarryDimensions) {
  mlir::Type f32 = mlir::Float32Type::get(context());
  mlir::RankedTensorType symbolic = tensorOf({dim("N"), dim("10")}, f32);
  EXPECT_EQ(symbolic, mlir::parseType("tensor<?x10xf32, #nn.shape<N, 10>>", context()));
  EXPECT_EQ(dimOf(symbolic, 0), dim("N"));
  EXPECT_EQ(dimOf(symbolic, 1), dim("10"));
  EXPECT_EQ(tensorOf({dim("2"), dim("10")}, f32), mlir::parseType("tensor<2x10xf32>", context()));
  EXPECT_EQ(product(context(), dimsOf(symbolic)), dim("10 * N"));
  EXPECT_EQ(product(context(), {}), dim("1"));
}

TEST(Dim, MultiplesOfASymbolDivide) {
  DimAttr height = multipleOf(context(), "H", 32);
  EXPECT_EQ(floorDiv(height + 1, 2), dim("(H floordiv 32) * 16"));
  EXPECT_EQ(loneSymbol(height), "H");
  EXPECT_EQ(loneSymbol(dim("H")), "H");
  EXPECT_EQ(loneSymbol(dim("(H floordiv 32) * 16")), "");
  EXPECT_EQ(loneSymbol(dim("H * 2")), "");
  EXPECT_EQ(loneSymbol(dim("7")), "");
  EXPECT_EQ(multipleOf(context(), "H", 1), dim("H"));
}
