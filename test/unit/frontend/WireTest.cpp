//===- WireTest.cpp - the pull decoder for protobuf's wire format ---------===//

#include "frontend/onnx/Wire.h"
#include "gtest/gtest.h"
#include <vector>

using namespace margay::frontend::onnx;

namespace {

using Bytes = std::vector<uint8_t>;

/// Steps through all fields; what they are, or the failure.
std::string fieldsOf(const Bytes &bytes, unsigned depth = 0) {
  WireFailure failure;
  WireReader reader(bytes, failure, 100, depth);
  WireField field;
  std::string text;
  while (reader.next(field)) {
    text += std::to_string(field.number) + "@" + std::to_string(field.offset) + "=";
    text += field.type == WireType::Bytes ? asString(field.bytes).str() : std::to_string(field.value);
    text += " ";
  }
  return failure.failed ? failure.message : text;
}

TEST(Wire, ReadsEveryKindOfField) {
  EXPECT_EQ(fieldsOf({0x08, 0x96, 0x01}), "1@101=150 ");
  EXPECT_EQ(fieldsOf({0x12, 0x02, 'h', 'i'}), "2@102=hi ");
  EXPECT_EQ(fieldsOf({0x1d, 1, 0, 0, 0}), "3@101=1 ");
  EXPECT_EQ(fieldsOf({0x21, 0, 1, 0, 0, 0, 0, 0, 0}), "4@101=256 ");
  EXPECT_EQ(fieldsOf({}), "");
  EXPECT_EQ(fieldsOf({0x12, 0x00, 0x08, 0x01}), "2@102= 1@103=1 ");
}

TEST(Wire, ReadsTheLargestNumberAndNoLargerOne) {
  EXPECT_EQ(fieldsOf({0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}),
            "1@101=18446744073709551615 ");
  EXPECT_EQ(fieldsOf({0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}),
            "byte 101: a number has more than 64 bits");
  EXPECT_EQ(fieldsOf({0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}),
            "byte 101: a number has more than 64 bits");
}

TEST(Wire, NeverReadsBeyondTheEnd) {
  EXPECT_EQ(fieldsOf({0x08}), "byte 101: the file ends inside a number");
  EXPECT_EQ(fieldsOf({0x08, 0x80}), "byte 101: the file ends inside a number");
  EXPECT_EQ(fieldsOf({0x1d, 1, 2, 3}), "byte 101: the message ends inside a number of 4 bytes");
  EXPECT_EQ(fieldsOf({0x12, 0x03, 'h', 'i'}), "byte 101: field 2 has 3 bytes, but only 2 are left");
  EXPECT_EQ(fieldsOf({0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}),
            "byte 101: field 2 has 18446744073709551615 bytes, but only 0 are left");
}

TEST(Wire, SkipsGroupsWithWhatIsInThem) {
  // Field 1 is a group of a number and of another group; field 2 comes after it.
  EXPECT_EQ(fieldsOf({0x0b, 0x10, 0x05, 0x1b, 0x12, 0x01, 'x', 0x1c, 0x0c, 0x10, 0x07}), "2@110=7 ");
  EXPECT_EQ(fieldsOf({0x0b, 0x10, 0x05}), "byte 103: the message ends inside a group");
  EXPECT_EQ(fieldsOf({0x0b, 0x14}), "byte 101: a group ends that was not begun");
  EXPECT_EQ(fieldsOf({0x0c}), "byte 101: a group ends that was not begun");
}

TEST(Wire, LimitsNesting) {
  EXPECT_EQ(fieldsOf(Bytes(1'000'000, 0x0b)), "byte 200: groups are nested more than 100 deep");
  EXPECT_EQ(fieldsOf({0x08, 0x01}, 101), "byte 100: messages are nested more than 100 deep");
}

TEST(Wire, RefusesFieldsThatDoNotExist) {
  EXPECT_EQ(fieldsOf({0x00, 0x01}), "byte 100: no field of a protobuf message begins with 0");
  EXPECT_EQ(fieldsOf({0x0e, 0x01}), "byte 100: no field of a protobuf message begins with 14");
}

TEST(Wire, ReportsOnlyTheFirstFailure) {
  WireFailure failure;
  EXPECT_FALSE(failure.report("first"));
  EXPECT_FALSE(failure.report("second"));
  EXPECT_EQ(failure.message, "first");
}

} // namespace
