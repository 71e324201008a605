//===- NamesTest.cpp - tests of the C names of models and arguments -------===//

#include "codegen/emit/Names.h"
#include "ir/Fault.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::codegen;

namespace {

/// The message of a refused name; empty if it is accepted.
std::string refusal(llvm::StringRef name) {
  std::string message;
  llvm::handleAllErrors(checkModelName(name), [&](const FaultInfo &info) {
    EXPECT_EQ(info.fault, Fault::Usage);
    message = info.message;
  });
  return message;
}

TEST(ModelName, ComesFromTheFile) {
  EXPECT_EQ(modelNameFromFile("mobilenet-v2.1"), "mobilenet_v2_1");
  EXPECT_EQ(modelNameFromFile("3d"), "model_3d");
  EXPECT_EQ(modelNameFromFile("größe"), "gr____e");
  EXPECT_EQ(modelNameFromFile(""), "model");
}

TEST(ModelName, AcceptsIdentifiers) {
  for (const char *name : {"model", "resnet50", "_x", "Add2", "digit_cnn", "shop", "cats", "net64"})
    EXPECT_EQ(refusal(name), "") << name;
}

TEST(ModelName, RefusesWhatCannotBeDefined) {
  EXPECT_EQ(refusal("for"),
            "a model cannot be named 'for': the name is a keyword of C or C++; choose another one, such "
            "as --name=net_for");
  EXPECT_EQ(refusal("exp"), "a model cannot be named 'exp': the name is a name of the C library's; choose another one, "
                            "such as --name=net_exp");
  for (const char *name :
       {"class",   "co_await", "main", "read",  "sinf",   "expf32", "memcpy", "pthread_create", "qsort_r",
        "fopen64", "NULL",     "I",    "errno", "linux",  "size_t", "_Net",   "__net",          "std",
        "a-b",     "3d",       "",     "mg",    "mg_run", "MG_OK",  "margay", "margay_pool"})
    EXPECT_NE(refusal(name), "") << name;
}

TEST(ModelName, RefusesWhatWouldBringALibraryNameAlong) {
  EXPECT_NE(refusal("shm").find("would define shm_open, a name of the C library's"), std::string::npos);
}

TEST(ModelName, SuggestsANameThatIsFine) {
  for (const char *name : {"for", "exp", "mg", "3d", "__x", "sem", "a b", "mg_run", ""}) {
    std::string message = refusal(name);
    size_t at = message.find("--name=");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_EQ(refusal(message.substr(at + 7)), "") << message;
  }
}

/// The C names that symbols, inputs and outputs get.
std::vector<std::string> names(const std::vector<std::string> &symbols, const std::vector<std::string> &inputs,
                               const std::vector<std::string> &outputs) {
  Interface interface = {.name = "net", .version = "1"};
  for (const std::string &name : symbols)
    interface.symbols.push_back({.name = name});
  for (const std::string &name : inputs)
    interface.inputs.push_back({.name = name});
  for (const std::string &name : outputs)
    interface.outputs.push_back({.name = name});
  assignNames(interface);
  std::vector<std::string> result;
  for (auto &symbol : interface.symbols)
    result.push_back(symbol.cName);
  for (auto &port : interface.inputs)
    result.push_back(port.cName);
  for (auto &port : interface.outputs)
    result.push_back(port.cName);
  return result;
}

using Names = std::vector<std::string>;

TEST(ArgumentNames, KeepIdentifiers) {
  EXPECT_EQ(names({"N"}, {"image"}, {"logits"}), (Names{"N", "image", "logits"}));
}

TEST(ArgumentNames, ReplaceOtherBytes) {
  EXPECT_EQ(names({"image.0"}, {"input.1", "é"}, {"logits:0"}), (Names{"image_0", "input_1", "in___", "logits_0"}));
}

TEST(ArgumentNames, PrefixDigitsKeywordsAndReservedNames) {
  EXPECT_EQ(names({"1"}, {"0", "int", "arena"}, {"1", "class", "options"}),
            (Names{"dim_1", "in_0", "in_int", "in_arena", "out_1", "out_class", "out_options"}));
  EXPECT_EQ(names({"I"}, {"net", "net_open", "NET_ALIGN"}, {"mg_run", "NULL"}),
            (Names{"dim_I", "in_net", "in_net_open", "in_NET_ALIGN", "out_mg_run", "out_NULL"}));
}

TEST(ArgumentNames, PrefixThenNumberClashes) {
  EXPECT_EQ(names({"x"}, {"x"}, {"x"}), (Names{"x", "in_x", "out_x"}));
  EXPECT_EQ(names({}, {"a.b", "a:b", "a/b"}, {"a_b"}), (Names{"a_b", "in_a_b", "in_a_b_2", "out_a_b"}));
  EXPECT_EQ(names({}, {"in_x", "x", "x "}, {}), (Names{"in_x", "x", "x_"}));
  EXPECT_EQ(names({}, {"", ""}, {""}), (Names{"in_", "in__2", "out_"}));
}

TEST(ArgumentNames, NameCapacityAndDims) {
  Interface interface = {.name = "net", .version = "1"};
  interface.inputs.push_back({.name = "boxes_dims"});
  interface.outputs.push_back({.name = "boxes", .dims = {{.kind = InterfaceDim::Data}}});
  assignNames(interface);
  EXPECT_EQ(interface.outputs[0].capacityName, "boxes_capacity");
  EXPECT_EQ(interface.outputs[0].dimsName, "out_boxes_dims");
}

} // namespace
