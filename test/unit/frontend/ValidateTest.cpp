//===- ValidateTest.cpp - what the parts of a model say about each other --===//

#include "test/unit/frontend/Frontend.h"

using namespace margay;
using namespace margay::frontend::onnx;
using namespace margay::test;

namespace {

TEST(Validate, TakesAModelThatIsRight) {
  EXPECT_EQ(readText(head() + "g (float[2] x) => (float[2] y) <float[2] w = {1, 2}> { y = Add (x, w) }"), "ok");
}

TEST(Validate, WantsVersions) {
  EXPECT_EQ(readText("g (x) => (x) {}"), "3: the model has no ir_version");
  EXPECT_EQ(readText("<ir_version: 8> g (x) => (x) {}"), "3: the model imports no operator set");
  EXPECT_EQ(readText("<ir_version: 2> g (x) => (x) {}"), "ok") << "the first versions did not have them";
  EXPECT_EQ(readText("<ir_version: 8, opset_import: [\"\": 0]> g (x) => (x) {}"),
            "3: the model imports version 0 of operator set ''; versions begin at 1");
  EXPECT_EQ(readText("<ir_version: 99, opset_import: [\"\": 1]> g (x) => (x) {}"),
            "4: ir_version 99 is newer than 14, the newest known");
}

TEST(Validate, WantsAGraph) {
  Model model = parse(head() + "g () => () {}");
  model.hasGraph = false;
  EXPECT_EQ(failureOf(readModel(encodeModel(model), /*isText=*/false)),
            "3: the file has no graph; it is not an ONNX model");
}

TEST(Validate, FindsNamesThatNothingDefines) {
  EXPECT_EQ(readText(head() + "g (x) => (y) { [add] y = Add (x, w) }"),
            "3: node 'add' (Add) uses 'w', which nothing defines");
  EXPECT_EQ(readText(head() + "g (x) => (y) {}"), "3: nothing defines the output 'y' of graph 'g'");
}

TEST(Validate, FindsNamesThatAreDefinedTwice) {
  EXPECT_EQ(readText(head() + "g (x) => (y) { [a] y = A (x) [b] y = B (x) }"),
            "3: node 'b' (B): its output 'y' is already the output of node 'a' (A)");
  EXPECT_EQ(readText(head() + "g (x) => (y) { x = A (x) y = B (x) }"),
            "3: node of 'x' (A): its output 'x' is already an input");
  EXPECT_EQ(readText(head() + "g (x, x) => (x) {}"), "3: the name 'x' of an input is already an input");
  EXPECT_EQ(readText(head() + "g (x) => (x) <float w = {1}, float w = {2}> {}"), "3: two initializers are called 'w'");
  EXPECT_EQ(readText(head() + "g (x) => (x) { y = A <a = 1, a = 2> (x) }"),
            "3: node of 'y' (A) has two attributes 'a'");
}

TEST(Validate, LetsAnInitializerBeTheDefaultOfAnInput) {
  EXPECT_EQ(readText(head() + "g (float x = {1}) => (x) {}"), "ok");
}

TEST(Validate, SortsNodesThatAreOutOfOrder) {
  std::string text = head() + "g (x) => (z) { z = C (y) y = B (w) w = A (x) }";
  Model model = valueOf(readModel(text, /*isText=*/true));
  EXPECT_EQ(model.graph.nodes[0].opType, "A");
  EXPECT_EQ(model.graph.nodes[1].opType, "B");
  EXPECT_EQ(model.graph.nodes[2].opType, "C");
}

TEST(Validate, SortsNodesByWhatTheGraphsInsideThemUse) {
  std::string text = head() + "g (x) => (z) { z = If (x) <then_branch = t () => (u) { u = A (y) }> y = B (x) }";
  EXPECT_EQ(valueOf(readModel(text, /*isText=*/true)).graph.nodes[0].opType, "B");
}

TEST(Validate, KeepsTheOrderOfNodesThatAreSorted) {
  std::string text = head() + "g (x) => (b) { a = A (x) c = C (x) b = B (a, c) d = D (x) }";
  Model model = valueOf(readModel(text, /*isText=*/true));
  std::string order;
  for (const Node &node : model.graph.nodes)
    order += node.opType;
  EXPECT_EQ(order, "ACBD");
}

TEST(Validate, FindsCycles) {
  EXPECT_EQ(readText(head() + "g (x) => (y) { [a] y = A (z) [b] z = B (y) }"),
            "3: node 'b' (B) uses 'y', which comes from node 'a' (A), which needs this node: the graph has a cycle");
  EXPECT_EQ(readText(head() + "g (x) => (y) { [a] y = A (y) }"),
            "3: node 'a' (A) uses 'y', which it defines itself: the graph has a cycle");
}

TEST(Validate, LetsInnerGraphsSeeOuterValues) {
  EXPECT_EQ(readText(head() + "g (x) => (y) { y = If (x) <then_branch = t () => (u) { u = A (x) }> }"), "ok");
  EXPECT_EQ(readText(head() + "g (x) => (y) { y = If (x) <then_branch = t () => (x) {}> }"), "ok");
  EXPECT_EQ(readText(head() + "g (x) => (y) { y = If (x) <then_branch = t () => (u) { u = A (v) }> }"),
            "3: node of 'u' (A) uses 'v', which nothing defines");
  EXPECT_EQ(readText(head() + "g (x) => (z) { y = If (x) <then_branch = t () => (u) { u = A (x) }> z = B (u) }"),
            "3: node of 'z' (B) uses 'u', which nothing defines")
      << "what an inner graph defines stays in it";
}

TEST(Validate, ChecksFunctions) {
  std::string model = head() + "g (x) => (y) { y = F (x) } ";
  EXPECT_EQ(readText(model + "F (a) => (b) { b = A (a) }"), "ok");
  EXPECT_EQ(readText(model + "F (a) => (b) { b = A (x) }"), "3: node of 'b' (A) uses 'x', which nothing defines")
      << "a function does not see the graph that calls it";
  EXPECT_EQ(readText(model + "F (a) => (b) {}"), "3: nothing defines the output 'b' of function 'F'");
  EXPECT_EQ(readText(model + "F (a) => (b) { b = F (a) }"), "3: function 'F' calls itself");
  EXPECT_EQ(readText(model + "F (a) => (b) { b = G (a) } G (a) => (b) { b = F (a) }"), "3: function 'F' calls itself");
  EXPECT_EQ(readText(model + "F (a) => (b) { b = A (a) } F (a) => (b) { b = A (a) }"),
            "3: two functions are called 'F'");
  EXPECT_EQ(readText(head() + "g (x) => (y) { y = A <k: int = @k> (x) }"),
            "3: node of 'y' (A): attribute 'k' refers to one of a function, but the node is in none");
}

TEST(Validate, SaysEverythingAtOnceButNotWithoutEnd) {
  std::string text = head() + "g (x) => (x) {";
  for (int index = 0; index < 100; ++index)
    text += " y" + std::to_string(index) + " = A (z" + std::to_string(index) + ")";
  std::string result = readText(text + " }");
  EXPECT_EQ(llvm::StringRef(result).count("nothing defines"), 20u);
}

TEST(Validate, EscapesNamesInMessages) {
  EXPECT_EQ(readText(head() + "g (x) => (y) { y = A (\"a\nb\") }"),
            "3: node of 'y' (A) uses 'a\\x0Ab', which nothing defines");
}

} // namespace
