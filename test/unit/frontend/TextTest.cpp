//===- TextTest.cpp - ONNX text, read and written -------------------------===//

#include "test/unit/frontend/Frontend.h"

using namespace margay;
using namespace margay::frontend::onnx;
using namespace margay::test;

namespace {

/// A model with one of everything that text can say.
const char *everything = R"(# A comment.
<
  ir_version: 10,
  opset_import: ["" : 20, "com.example" : 2],
  producer_name: "a \"quoted\" \\ name",
  producer_version: "1",
  domain: "d",
  model_version: -3,
  doc_string: "two
lines",
  metadata_props: ["k" : "v", "" : ""]
>
"a graph" (float[N, 128] X, float16 scalar, int64[] "unknown rank", float[2, 0] Y = {}, float[?, "batch size"] free,
           seq(map(int64, optional(string[2]))) s, sparse_tensor(float[3]) sp, opaque(dom, "my.type") o, untyped)
  => (float[N, 10] C) <
  float[2, 2] W = {1, -2.5, 1e-3, inf},
  float16[3] half = {15360, 0, 65535},
  bfloat16[1] brain = {16256},
  int8[2] small = {-128, 127},
  uint64 big = {18446744073709551615},
  int64 least = {-9223372036854775808},
  double[2] wide = {0.1, -nan},
  complex64[1] z = {1, 2},
  bool[2] flags = {0, 1},
  uint4[3] nibbles = {33, 3},
  string[2] "the words" = {"a", "\\"},
  float[1000, 1000] far = ["location": "weights.bin", "offset": "4096"],
  sparse_tensor(float[10]) few = {1.5, 2.5} at int64[2] {3, 7},
  float[N, 10] T
>
{
  [first] T, "", "1" = MatMul (X, W)
  = com.example.Log:variant<level = 3, rate: float = 2, names = ["a", "b"], sizes: ints = [], halves = [0.5, 1.5]> (T, , "", "1")
  C = If (flags) <
    then_branch = then () => (a) { a = Identity (T) },
    "else branch": graph = "float" () => (float b) <float b = {1}> { }
  >
  D = Constant<value = float[2] {1, 2}, typed = float[N], none: type_protos = [seq(int32), float],
               both: tensors = [float {1}, int32[1] name = {2}], bad = -inf, alsobad = nan,
               sparse = sparse_tensor(float[2, 2]) {7} at int64[1, 2] {1, 0}> ()
}
<domain: "com.example", overload: "variant", opset_import: ["" : 20], doc_string: "logs">
Log<level, rate: float = 1.5> (x, float y) => (z) <float[N] z> {
  z = Add<axis: int = @level> (x, y)
}
)";

TEST(Text, PrintsWhatItReads) {
  Model model = parse(everything);
  std::string text = print(model);
  Model again = parse(text);
  EXPECT_EQ(encodeModel(model), encodeModel(again));
  EXPECT_EQ(print(again), text);
}

TEST(Text, SurvivesTheBinaryForm) {
  std::string text = print(parse(everything)), bytes = encodeModel(parse(everything));
  llvm::Expected<Model> decoded = decodeModel(bytesOf(bytes));
  ASSERT_EQ(failureOf(decodeModel(bytesOf(bytes))), "ok");
  EXPECT_EQ(print(*decoded), text);
  EXPECT_EQ(encodeModel(*decoded), bytes);
}

TEST(Text, ReadsEachPartIntoItsPlace) {
  Model model = parse(everything);
  EXPECT_EQ(model.irVersion, 10);
  EXPECT_EQ(model.producerName, "a \"quoted\" \\ name");
  EXPECT_EQ(opsetVersion(model.opsets, "com.example"), 2);
  EXPECT_EQ(opsetVersion(model.opsets, "ai.onnx"), 20);
  const Graph &graph = model.graph;
  EXPECT_EQ(graph.name, "a graph");
  ASSERT_EQ(graph.inputs.size(), 9u);
  EXPECT_EQ(graph.inputs[0].type.shape[0].param, "N");
  EXPECT_TRUE(graph.inputs[1].type.hasShape);
  EXPECT_FALSE(graph.inputs[2].type.hasShape);
  EXPECT_EQ(graph.inputs[4].type.shape[0].kind, Dimension::Unknown);
  EXPECT_EQ(graph.inputs[5].type.inner[0].inner[0].kind, Type::Optional);
  EXPECT_EQ(graph.inputs[7].type.opaqueDomain, "dom");
  EXPECT_EQ(graph.inputs[8].type.kind, Type::None);
  // The empty Y of the inputs comes first.
  ASSERT_EQ(graph.initializers.size(), 13u);
  EXPECT_EQ(graph.initializers[0].name, "Y");
  EXPECT_EQ(graph.initializers[12].external[1].value, "4096");
  ASSERT_EQ(graph.sparseInitializers.size(), 1u);
  EXPECT_EQ(graph.sparseInitializers[0].dims[0], 10);
  ASSERT_EQ(graph.nodes.size(), 4u);
  EXPECT_EQ(graph.nodes[0].name, "first");
  EXPECT_EQ(graph.nodes[0].outputs, (std::vector<llvm::StringRef>{"T", "", "1"}));
  const Node &log = graph.nodes[1];
  EXPECT_EQ(log.domain, "com.example");
  EXPECT_EQ(log.overload, "variant");
  EXPECT_EQ(log.inputs, (std::vector<llvm::StringRef>{"T", "", "", "1"}));
  EXPECT_EQ(log.attribute("rate")->type, AttributeType::Float);
  EXPECT_EQ(log.attribute("sizes")->type, AttributeType::Ints);
  EXPECT_EQ(log.attribute("halves")->floats[1], 1.5f);
  EXPECT_EQ(graph.nodes[2].attribute("else branch")->graphs[0].name, "float");
  EXPECT_EQ(graph.nodes[3].attribute("typed")->type, AttributeType::Type);
  EXPECT_EQ(graph.nodes[3].attribute("both")->tensors[1].name, "name");
  ASSERT_EQ(model.functions.size(), 1u);
  const Function &function = model.functions[0];
  EXPECT_EQ(function.attributes, std::vector<llvm::StringRef>{"level"});
  EXPECT_EQ(function.attributeDefaults[0].floats[0], 1.5f);
  EXPECT_EQ(function.valueInfos.size(), 2u);
  EXPECT_EQ(function.nodes[0].attribute("axis")->refName, "level");
}

TEST(Text, KeepsEveryFloatToTheBit) {
  Model model = parse("<ir_version: 8> g () => () <float[6] x = {3.4028234e38, 1e-45, -0, 0.1, 16777217, 1e-60}> {}");
  Model again = parse(print(model));
  EXPECT_EQ(model.graph.initializers[0].bytes, again.graph.initializers[0].bytes);
  const uint8_t *bytes = model.graph.initializers[0].bytes.data();
  EXPECT_EQ(bytes[4], 1) << "the least denormal";
  EXPECT_EQ(bytes[11], 0x80) << "minus zero";
}

std::string error(llvm::StringRef text) { return failureOf(parseModelText(text)); }

TEST(Text, SaysWhereItIsWrong) {
  EXPECT_EQ(error(""), "3: 1:1: expected the name of a graph, found the end of the file");
  EXPECT_EQ(error("<ir_version: 8>\ng (x => (y) {}"), "3: 2:6: expected ')', found '=>'");
  EXPECT_EQ(error("<size: 8> g () => () {}"), "3: 1:2: a model has no property 'size'");
  EXPECT_EQ(error("<ir_version: 99999999999999999999>"), "3: 1:14: '99999999999999999999' does not fit into 64 bits");
  EXPECT_EQ(error("g () => () { y = }"), "3: 1:18: expected an operator, found '}'");
  EXPECT_EQ(error("g () => () { y = A (x }"), "3: 1:23: expected ')', found '}'");
  EXPECT_EQ(error("g () => () { y = A <a = > (x) }"), "3: 1:25: expected the value of an attribute, found '>'");
  EXPECT_EQ(error("g () => () { y = A <a = []> (x) }"),
            "3: 1:25: an empty list needs its type, as in 'axes: ints = []'");
  EXPECT_EQ(error("g () => () { y = A <a = [1, 2.5]> (x) }"), "3: 1:29: a value of type float in a list of type int");
  EXPECT_EQ(error("g () => () { y = A <a: int = 2.5> (x) }"),
            "3: 1:30: attribute 'a' is of type int, but its value is of type float");
  EXPECT_EQ(error("g () => () { y = A <a: ints = 2> (x) }"),
            "3: 1:31: attribute 'a' is of type ints, but its value is of type int");
  EXPECT_EQ(error("g () => () \"open"), "3: 1:12: the string that begins here has no end");
  EXPECT_EQ(error("g () => () ; {}"), "3: 1:12: no token of ONNX text begins with this character");
  EXPECT_EQ(error("g () => () <float[1] x = {1e}> {}"), "3: 1:27: the exponent of this number has no digits");
}

TEST(Text, ChecksTheElementsOfTensors) {
  EXPECT_EQ(error("g () => () <float[2] x = {1}> {}"),
            "3: 1:26: tensor 'x' (float[2]) has 4 bytes of data, its dimensions say 8");
  EXPECT_EQ(error("g () => () <uint8[1] x = {256}> {}"), "3: 1:27: uint8 cannot hold 256");
  EXPECT_EQ(error("g () => () <int8[1] x = {-129}> {}"), "3: 1:26: int8 cannot hold -129");
  EXPECT_EQ(error("g () => () <int64 x = {9223372036854775808}> {}"), "3: 1:24: int64 cannot hold 9223372036854775808");
  EXPECT_EQ(error("g () => () <uint64 x = {-1}> {}"), "3: 1:25: uint64 cannot hold -1");
  EXPECT_EQ(error("g () => () <float x = {1e39}> {}"), "3: 1:24: the number '1e39' is too large");
  EXPECT_EQ(error("g () => () <float[N] x = {1}> {}"),
            "3: 1:26: a tensor with elements needs dimensions that are numbers");
  EXPECT_EQ(error("g () => () <float[] x = {1}> {}"),
            "3: 1:25: a tensor with elements needs its dimensions in its type");
  EXPECT_EQ(error("g () => () <float[9223372036854775807, 3] x = {1}> {}"),
            "3: 1:47: tensor 'x' (float[9223372036854775807,3]) has more elements than can be counted");
  EXPECT_EQ(error("g () => () <float[2] x = [\"offset\": \"zero\", \"location\": \"f\"]> {}"),
            "3: 1:26: tensor 'x' (float[2]): offset of the external data is 'zero', not a number");
}

TEST(Text, LimitsNesting) {
  std::string graphs, types = "g (";
  for (int depth = 0; depth < 10'000; ++depth) {
    graphs += "g () => () { y = A () <b = ";
    types += "seq(";
  }
  EXPECT_TRUE(llvm::StringRef(error(graphs)).ends_with("graphs are nested more than 50 deep"));
  EXPECT_TRUE(llvm::StringRef(error(types)).ends_with("types are nested more than 50 deep"));
}

TEST(Text, IsRecognisedByItsFirstBytes) {
  EXPECT_TRUE(looksLikeText("<ir_version: 8>"));
  EXPECT_TRUE(looksLikeText("# caf\xc3\xa9\n<ir_version: 8>"));
  std::string bytes = encodeModel(parse("<ir_version: 8, opset_import: [\"\": 17]> g () => () {}"));
  EXPECT_FALSE(looksLikeText(bytes));
  EXPECT_FALSE(looksLikeText(""));
}

} // namespace
