//===- TensorDataTest.cpp - the elements of a tensor as numbers -----------===//

#include "frontend/onnx/TensorData.h"
#include "test/unit/frontend/Frontend.h"

using namespace margay;
using namespace margay::frontend::onnx;
using namespace margay::test;

namespace {

using Numbers = std::vector<double>;

/// The numbers of a tensor that is written in text as "TYPE[N] {…}".
Numbers numbersOf(const std::string &tensor) {
  std::string text = "<ir_version: 8> g () => () { c = C <value = " + tensor + "> () }";
  Model model = parse(text);
  const Tensor &value = model.graph.nodes[0].attributes[0].tensors[0];
  auto numbers = readNumbers(value.type, value.bytes, *elementCount(value.dims));
  return numbers ? Numbers(numbers->begin(), numbers->end()) : Numbers{-12345};
}

TEST(TensorData, ReadsEveryType) {
  EXPECT_EQ(numbersOf("float[2] {1.5, -2}"), (Numbers{1.5, -2}));
  EXPECT_EQ(numbersOf("double[1] {0.1}"), Numbers{0.1});
  EXPECT_EQ(numbersOf("float16[2] {15360, 49152}"), (Numbers{1, -2}));
  EXPECT_EQ(numbersOf("bfloat16[1] {16256}"), Numbers{1});
  EXPECT_EQ(numbersOf("int8[2] {-128, 127}"), (Numbers{-128, 127}));
  EXPECT_EQ(numbersOf("uint8[1] {255}"), Numbers{255});
  EXPECT_EQ(numbersOf("uint64 {18446744073709551615}"), Numbers{18446744073709551615.0});
  EXPECT_EQ(numbersOf("int64 {-1}"), Numbers{-1});
  EXPECT_EQ(numbersOf("bool[3] {0, 1, 2}"), (Numbers{0, 1, 1}));
  EXPECT_EQ(numbersOf("float8e4m3fn[1] {56}"), Numbers{1});
  EXPECT_EQ(numbersOf("float8e5m2[1] {60}"), Numbers{1});
  EXPECT_EQ(numbersOf("float8e8m0[1] {128}"), Numbers{2});
  EXPECT_EQ(numbersOf("float6e2m3[2] {8, 40}"), (Numbers{1, -1})) << "six-bit elements share bytes";
}

TEST(TensorData, UnpacksSmallElementsLowestFirst) {
  EXPECT_EQ(numbersOf("uint4[3] {33, 3}"), (Numbers{1, 2, 3}));
  EXPECT_EQ(numbersOf("int4[2] {143}"), (Numbers{-1, -8}));
  EXPECT_EQ(numbersOf("uint2[5] {228, 1}"), (Numbers{0, 1, 2, 3, 1}));
  EXPECT_EQ(numbersOf("int2[2] {6}"), (Numbers{-2, 1}));
  EXPECT_EQ(numbersOf("float4e2m1[2] {82}"), (Numbers{1, 3}));
}

TEST(TensorData, RefusesWhatIsNoNumber) {
  uint8_t bytes[16] = {};
  EXPECT_FALSE(readNumbers(ElementType::Complex64, llvm::ArrayRef(bytes, 8), 1));
  EXPECT_FALSE(readNumbers(ElementType::String, {}, 0));
  EXPECT_FALSE(readIntegers(ElementType::Float, llvm::ArrayRef(bytes, 4), 1));
  EXPECT_FALSE(readIntegers(ElementType::Int32, llvm::ArrayRef(bytes, 4), 2)) << "too few bytes";
}

TEST(TensorData, CountsElements) {
  EXPECT_EQ(elementCount({}), 1u);
  EXPECT_EQ(elementCount({2, 3}), 6u);
  EXPECT_EQ(elementCount({INT64_MAX, INT64_MAX, 0}), 0u);
  EXPECT_FALSE(elementCount({2, -1}));
  EXPECT_FALSE(elementCount({INT64_MAX, 2}));
  EXPECT_EQ(byteSize(ElementType::Int4, 3), 2u);
  EXPECT_EQ(byteSize(ElementType::Float6E2M3, 4), 3u);
  EXPECT_FALSE(byteSize(ElementType::Double, uint64_t(1) << 62));
}

} // namespace
