//===- DecodeTest.cpp - what binary messages may say by themselves --------===//

#include "frontend/onnx/WireWriter.h"
#include "test/unit/frontend/Frontend.h"

using namespace margay;
using namespace margay::frontend::onnx;
using namespace margay::test;

namespace {

/// A message field by field.
struct Message : WireWriter {
  Message &with(uint32_t number, int64_t value) {
    integer(number, value, /*always=*/true);
    return *this;
  }
  Message &with(uint32_t number, llvm::StringRef value) {
    text(number, value, /*always=*/true);
    return *this;
  }
  Message &with(uint32_t number, const Message &inner) {
    message(number, inner);
    return *this;
  }
};

/// The fields of TensorProto.
enum TensorField : uint32_t {
  Dims = 1,
  DataType = 2,
  Segment = 3,
  FloatData = 4,
  Int32Data = 5,
  StringData = 6,
  Int64Data = 7,
  Raw = 9,
  Location = 14
};

/// Dimensions and the type.
Message tensor(ElementType type, std::initializer_list<int64_t> dims) {
  Message message;
  for (int64_t dim : dims)
    message.with(Dims, dim);
  message.with(DataType, int64_t(type)).with(8, llvm::StringRef("t"));
  return message;
}

std::string decoded(const Message &message) {
  Arena arena;
  return failureOf(decodeTensor(bytesOf(message.bytes), arena));
}

/// A model with one node that has this attribute.
std::string decodedAttribute(const Message &attribute) {
  Message node, graph, model;
  node.with(4, llvm::StringRef("Op")).with(5, attribute);
  graph.with(1, node);
  model.with(1, 8).with(7, graph);
  return failureOf(decodeModel(bytesOf(model.bytes)));
}

TEST(Decode, TakesElementsFromEachFieldThatMayHoldThem) {
  Arena arena;
  std::string raw = tensor(ElementType::Int32, {2}).with(Raw, llvm::StringRef("\1\0\0\0\xff\xff\xff\xff", 8)).bytes;
  Message typed = tensor(ElementType::Int32, {2});
  typed.with(Int32Data, 1).with(Int32Data, -1); // not packed
  Message packed = tensor(ElementType::Int32, {2});
  packed.integers(Int32Data, {1, -1});
  Tensor first = valueOf(decodeTensor(bytesOf(raw), arena));
  EXPECT_EQ(first.bytes, valueOf(decodeTensor(bytesOf(typed.bytes), arena)).bytes);
  EXPECT_EQ(first.bytes, valueOf(decodeTensor(bytesOf(packed.bytes), arena)).bytes);
  EXPECT_EQ(first.bytes.data(), bytesOf(raw).data() + first.offset) << "raw data is a view of the file";
}

TEST(Decode, DoesNotNeedTheTypeBeforeTheElements) {
  Message message;
  message.integers(Int32Data, {1, 255});
  message.with(Dims, 2).with(DataType, int64_t(ElementType::UInt8));
  Arena arena;
  EXPECT_EQ(valueOf(decodeTensor(bytesOf(message.bytes), arena)).bytes, bytesOf("\1\xff"));
}

TEST(Decode, KeepsPackedFloatsWhereTheyStand) {
  Message message = tensor(ElementType::Float, {2});
  message.floats(FloatData, {1, 2});
  Arena arena;
  Tensor tensor = valueOf(decodeTensor(bytesOf(message.bytes), arena));
  EXPECT_EQ(tensor.bytes.data(), bytesOf(message.bytes).data() + tensor.offset);
  EXPECT_EQ(tensor.bytes.size(), 8u);
}

TEST(Decode, TakesEmptyTensors) {
  EXPECT_EQ(decoded(tensor(ElementType::Float, {0})), "ok");
  EXPECT_EQ(decoded(tensor(ElementType::Float, {4, 0, 3})), "ok");
  EXPECT_EQ(decoded(tensor(ElementType::Float, {int64_t(1) << 62, 0, 8})), "ok");
}

TEST(Decode, ComparesTheDataWithTheDimensions) {
  EXPECT_EQ(decoded(tensor(ElementType::Float, {2}).with(Raw, llvm::StringRef("1234"))),
            "3: byte 0: tensor 't' (float[2]) has 4 bytes of data, its dimensions say 8");
  EXPECT_EQ(decoded(tensor(ElementType::Float, {})),
            "3: byte 0: tensor 't' (float) has 0 bytes of data, its dimensions say 4");
  EXPECT_EQ(decoded(tensor(ElementType::Float, {-1})), "3: byte 0: tensor 't' (float[-1]) has a negative dimension");
  EXPECT_EQ(decoded(tensor(ElementType::Float, {int64_t(1) << 40, int64_t(1) << 40})),
            "3: byte 0: tensor 't' (float[1099511627776,1099511627776]) has more elements than can be counted");
  EXPECT_EQ(decoded(tensor(ElementType::Double, {int64_t(1) << 62})),
            "3: byte 0: tensor 't' (double[4611686018427387904]) has more elements than can be counted");
  EXPECT_EQ(decoded(tensor(ElementType::String, {2}).with(StringData, llvm::StringRef("one"))),
            "3: byte 0: tensor 't' (string[2]) has 1 strings, its dimensions say 2");
}

TEST(Decode, RefusesElementsInTheWrongField) {
  Message wrong = tensor(ElementType::Int64, {1});
  EXPECT_EQ(decoded(wrong.with(Int32Data, 1)),
            "3: byte 0: tensor 't' of type int64 has its elements in a field of another type");
  Message twice = tensor(ElementType::Int64, {1});
  EXPECT_EQ(decoded(twice.with(Int64Data, 1).with(Raw, llvm::StringRef("12345678"))),
            "3: byte 0: tensor 't' has its elements in more than one field");
  EXPECT_EQ(decoded(tensor(ElementType::String, {1}).with(Raw, llvm::StringRef("a"))),
            "3: byte 0: tensor 't' of strings has raw data");
  Message large = tensor(ElementType::UInt8, {2});
  large.integers(Int32Data, {1, 256});
  EXPECT_EQ(decoded(large), "3: byte 0: tensor 't': element 1 is 256, which uint8 cannot hold");
  EXPECT_EQ(decoded(tensor(ElementType(99), {1})),
            "3: byte 0: tensor 't' has element type 99, which does not exist in ONNX");
  EXPECT_EQ(decoded(tensor(ElementType::Float, {1}).with(Segment, Message())),
            "3: byte 0: tensor 't' is split into segments, which nothing reads");
}

TEST(Decode, WantsALocationOfExternalData) {
  EXPECT_EQ(decoded(tensor(ElementType::Float, {1}).with(Location, 1)),
            "3: byte 0: tensor 't' (float[1]) is stored in another file, but its location is missing");
  EXPECT_EQ(decoded(tensor(ElementType::Float, {1}).with(Location, 7)),
            "3: byte 0: tensor 't' has data_location 7, which does not exist in ONNX");
}

TEST(Decode, HoldsAttributesToTheirType) {
  Message unnamed, untyped, wrong, zeros, none, unknown;
  EXPECT_EQ(decodedAttribute(unnamed.with(3, 1)), "3: byte 12: an attribute has no name");
  EXPECT_EQ(decodedAttribute(untyped.with(1, llvm::StringRef("a")).with(3, 5)), "ok")
      << "the first IR version had no types";
  EXPECT_EQ(decodedAttribute(wrong.with(1, llvm::StringRef("a")).with(20, int64_t(AttributeType::Float)).with(3, 5)),
            "3: byte 12: attribute 'a' is of type float, but its value is not");
  EXPECT_EQ(decodedAttribute(zeros.with(1, llvm::StringRef("a")).with(20, int64_t(AttributeType::Float)).with(3, 0)),
            "ok")
      << "some exporters write zeros into the fields of other types";
  EXPECT_EQ(decodedAttribute(none.with(1, llvm::StringRef("a")).with(20, int64_t(AttributeType::Tensor))),
            "3: byte 12: attribute 'a' is of type tensor, but its value is not");
  EXPECT_EQ(decodedAttribute(unknown.with(1, llvm::StringRef("a")).with(20, 77)),
            "3: byte 12: attribute 'a' is of type 77, which does not exist in ONNX");
}

TEST(Decode, NamesWhatIsMissing) {
  Message node, graph, model, info, graphOfInfo, modelOfInfo;
  node.with(3, llvm::StringRef("conv1"));
  graph.with(1, node);
  model.with(1, 8).with(7, graph);
  EXPECT_EQ(failureOf(decodeModel(bytesOf(model.bytes))), "3: byte 6: node 'conv1' has no op_type");
  info.with(3, llvm::StringRef("doc"));
  graphOfInfo.with(11, info);
  modelOfInfo.with(7, graphOfInfo);
  EXPECT_EQ(failureOf(decodeModel(bytesOf(modelOfInfo.bytes))),
            "3: byte 4: an input, output or value_info has no name");
  EXPECT_EQ(failureOf(decodeModel({})), "3: the file is empty");
}

TEST(Decode, NamesTheFieldOfAWrongWireType) {
  Message model;
  model.with(7, 1);
  EXPECT_EQ(failureOf(decodeModel(bytesOf(model.bytes))),
            "3: byte 1: field 7 of ModelProto is encoded as wire type 0 instead of 2");
}

TEST(Decode, SkipsFieldsThatItDoesNotKnow) {
  Message model, graph;
  model.with(1, 8).with(7, graph).with(999, llvm::StringRef("from the future")).with(998, 3);
  EXPECT_EQ(failureOf(decodeModel(bytesOf(model.bytes))), "ok");
}

TEST(Decode, LimitsNesting) {
  // graph -> node -> attribute -> graph -> …
  Message graph;
  for (int depth = 0; depth < 200; ++depth) {
    Message attribute, node, outer;
    attribute.with(1, llvm::StringRef("body")).with(20, int64_t(AttributeType::Graph)).with(6, graph);
    node.with(4, llvm::StringRef("Loop")).with(5, attribute);
    outer.with(1, node);
    graph = outer;
  }
  Message model;
  model.with(7, graph);
  EXPECT_TRUE(llvm::StringRef(failureOf(decodeModel(bytesOf(model.bytes))))
                  .ends_with("messages are nested more than 100 deep"));
}

} // namespace
