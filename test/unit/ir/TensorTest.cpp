//===- TensorTest.cpp - values, their rounding and their bytes ------------===//

#include "Evaluating.h"
#include "mlir/IR/Builders.h"

using namespace margay;
using namespace margay::test;
using reference::Tensor;

static mlir::Type type(llvm::StringRef text) { return mlir::parseType(text, context()); }

TEST(Tensor, RoundsToItsElementType) {
  EXPECT_EQ(Tensor(type("f32"), {1}, std::vector<double>{0.1}).values<double>()[0], static_cast<double>(0.1f));
  EXPECT_EQ(Tensor(type("f64"), {1}, std::vector<double>{0.1}).values<double>()[0], 0.1);
  EXPECT_EQ(Tensor(type("i8"), {2}, std::vector<int64_t>{200, -129}).values<int64_t>(),
            llvm::ArrayRef<int64_t>({-56, 127}));
  EXPECT_EQ(Tensor(type("ui8"), {2}, std::vector<int64_t>{256, -1}).values<int64_t>(),
            llvm::ArrayRef<int64_t>({0, 255}));
  EXPECT_EQ(Tensor(type("i1"), {2}, std::vector<int64_t>{1, 2}).values<int64_t>(), llvm::ArrayRef<int64_t>({1, 0}));
}

TEST(Tensor, CopiesShareTheirElements) {
  Tensor first(type("f32"), {2, 3}, std::vector<double>(6, 1.0));
  Tensor second = first.reshaped({6});
  EXPECT_EQ(first.values<double>().data(), Tensor(first).values<double>().data());
  EXPECT_EQ(first.values<double>().data(), second.values<double>().data());
  EXPECT_EQ(second.shape(), llvm::ArrayRef<int64_t>({6}));
  EXPECT_EQ(first.shape(), llvm::ArrayRef<int64_t>({2, 3}));
}

TEST(Tensor, ElementsOfEveryTypeRoundTrip) {
  for (const char *text :
       {"dense<[1.5, -2.0, 0x7FF8000000000000]> : tensor<3xf64>", "dense<[1.5, -0.0, 0xFF800000]> : tensor<3xf32>",
        "dense<[1.5, 6.1e-5, 65504.0]> : tensor<3xf16>", "dense<[1.5, 1.0e-38, 3.0e38]> : tensor<3xbf16>",
        "dense<[9223372036854775807, -1, 0]> : tensor<3xi64>", "dense<[2147483647, -1, 0]> : tensor<3xi32>",
        "dense<[32767, -1, 0]> : tensor<3xi16>", "dense<[127, -1, -128]> : tensor<3xi8>",
        "dense<[18446744073709551615, 1, 0]> : tensor<3xui64>", "dense<[4294967295, 1, 0]> : tensor<3xui32>",
        "dense<[65535, 1, 0]> : tensor<3xui16>", "dense<[255, 1, 0]> : tensor<3xui8>",
        "dense<[true, false, true]> : tensor<3xi1>", "dense<true> : tensor<9xi1>", "dense<7> : tensor<2x2xi32>",
        "dense<0.5> : tensor<f32>", "dense<> : tensor<0x3xf32>"}) {
    Tensor value = tensor(text);
    EXPECT_EQ(textOf(value), textOf(mlir::parseAttribute(text, context())));
    auto again = Tensor::fromBytes(value.element(), value.shape(), value.toBytes());
    ASSERT_TRUE(static_cast<bool>(again)) << messageOf(again.takeError());
    EXPECT_EQ(textOf(*again), textOf(value));
  }
}

TEST(Tensor, BytesAreLittleEndian) {
  EXPECT_EQ(tensor("dense<[258, -2]> : tensor<2xi16>").toBytes(), (std::vector<char>{2, 1, -2, -1}));
  EXPECT_EQ(tensor("dense<1.0> : tensor<1xf32>").toBytes(), (std::vector<char>{0, 0, -128, 63}));
  EXPECT_EQ(tensor("dense<1.0> : tensor<1xbf16>").toBytes(), (std::vector<char>{-128, 63}));
  EXPECT_EQ(tensor("dense<[true, false]> : tensor<2xi1>").toBytes(), (std::vector<char>{1, 0}));
}

TEST(Tensor, BytesMayBeUnaligned) {
  std::vector<char> bytes{9, 0, 0, -128, 63, 0, 0, 0, 64};
  auto value = Tensor::fromBytes(type("f32"), {2}, llvm::ArrayRef<char>(bytes).drop_front());
  ASSERT_TRUE(static_cast<bool>(value)) << messageOf(value.takeError());
  EXPECT_EQ(textOf(*value), textOf(tensor("dense<[1.0, 2.0]> : tensor<2xf32>")));
}

TEST(Tensor, AnyByteButZeroIsTrue) {
  auto value = Tensor::fromBytes(type("i1"), {3}, std::vector<char>{0, 2, -1});
  ASSERT_TRUE(static_cast<bool>(value)) << messageOf(value.takeError());
  EXPECT_EQ(value->values<int64_t>(), llvm::ArrayRef<int64_t>({0, 1, 1}));
}

TEST(Tensor, BytesMustFitTheShape) {
  EXPECT_EQ(messageOf(Tensor::fromBytes(type("f32"), {2, 3}, std::vector<char>(23))),
            "a tensor of shape 2x3 needs 24 bytes, 23 are there");
}

TEST(Tensor, OtherElementsAreRefused) {
  auto complex =
      llvm::cast<mlir::ElementsAttr>(mlir::parseAttribute("dense<(1.0, 2.0)> : tensor<1xcomplex<f32>>", context()));
  EXPECT_EQ(messageOf(Tensor::fromElements(complex)), "elements of type 'complex<f32>' cannot be evaluated");
}
