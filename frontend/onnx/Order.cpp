//===- Order.cpp - nodes in an order in which they can run ----------------===//

#include "frontend/onnx/Order.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace margay::frontend::onnx {

/// Calls `visit` for the names that a node uses, those in the graphs inside it included. Names that such a graph
/// defines itself are reported too: at worst they delay the node.
static void visitUses(const Node &node, llvm::function_ref<void(llvm::StringRef)> visit) {
  for (llvm::StringRef input : node.inputs)
    visit(input);
  for (const Attribute &attribute : node.attributes)
    for (const Graph &graph : attribute.graphs) {
      for (const Node &inner : graph.nodes)
        visitUses(inner, visit);
      for (const ValueInfo &output : graph.outputs)
        visit(output.name);
    }
}

/// The indices of the nodes in order: depth first along what each node needs, from the first node to the last.
static std::vector<size_t> findOrder(llvm::ArrayRef<Node> nodes) {
  llvm::DenseMap<llvm::StringRef, size_t> definers;
  for (size_t index = 0; index < nodes.size(); ++index)
    for (llvm::StringRef output : nodes[index].outputs)
      if (!output.empty())
        definers.try_emplace(output, index);

  enum State : uint8_t { Unseen, Open, Done };
  std::vector<State> states(nodes.size(), Unseen);
  std::vector<size_t> order, stack, needed;
  for (size_t root = 0; root < nodes.size(); ++root) {
    stack.push_back(root);
    while (!stack.empty()) {
      size_t index = stack.back();
      if (states[index] != Unseen) {
        if (states[index] == Open)
          order.push_back(index);
        states[index] = Done;
        stack.pop_back();
        continue;
      }
      states[index] = Open;
      needed.clear();
      visitUses(nodes[index], [&](llvm::StringRef name) {
        if (auto found = definers.find(name); found != definers.end() && states[found->second] == Unseen)
          needed.push_back(found->second);
      });
      // The first needed is on top, so that it comes first.
      stack.insert(stack.end(), needed.rbegin(), needed.rend());
    }
  }
  return order;
}

static void orderAll(std::vector<Node> &nodes) {
  for (Node &node : nodes)
    for (Attribute &attribute : node.attributes)
      for (Graph &graph : attribute.graphs)
        orderAll(graph.nodes);
  std::vector<size_t> order = findOrder(nodes);
  std::vector<Node> sorted;
  sorted.reserve(nodes.size());
  for (size_t index : order)
    sorted.push_back(std::move(nodes[index]));
  nodes = std::move(sorted);
}

void orderNodes(Model &model) {
  orderAll(model.graph.nodes);
  for (Function &function : model.functions)
    orderAll(function.nodes);
}

} // namespace margay::frontend::onnx
