//===- Validate.cpp - what the parts of a model say about each other ------===//

#include "frontend/onnx/Validate.h"
#include "frontend/onnx/Scope.h"
#include "ir/Fault.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

namespace margay::frontend::onnx {

namespace {

/// Who defined a value, for messages.
struct Definition {
  const Node *node = nullptr; ///< null: an input or an initialiser
  const char *what = "";
};

using Names = Scope<Definition>;

class Validator {
public:
  explicit Validator(const Model &model) : model(model) {}
  llvm::Error run();

private:
  void report(Fault fault, const llvm::Twine &message);
  void checkVersions();
  void checkOpsets(llvm::ArrayRef<OpsetImport> opsets, const llvm::Twine &owner);
  void checkGraph(const Graph &graph, Names *outer, bool inFunction);
  void checkFunction(const Function &function);
  void checkRecursion();
  void checkNodes(llvm::ArrayRef<Node> nodes, Names &names, bool inFunction);
  void checkAttributes(const Node &node, Names &names, bool inFunction);
  void checkType(const Type &type, const llvm::Twine &owner);
  void define(Names &names, llvm::StringRef name, Definition definition);
  std::string undefinedName(const Node &user, llvm::StringRef name, llvm::ArrayRef<Node> nodes) const;

  const Model &model;
  llvm::Error errors = llvm::Error::success();
  unsigned count = 0;
  static constexpr unsigned maxErrors = 20;
};

} // namespace

void Validator::report(Fault fault, const llvm::Twine &message) {
  if (count++ < maxErrors)
    errors = llvm::joinErrors(std::move(errors), makeFault(fault, message));
}

void Validator::checkOpsets(llvm::ArrayRef<OpsetImport> opsets, const llvm::Twine &owner) {
  // Tools that join models write a domain twice; the highest version counts (see opsetVersion).
  for (const OpsetImport &opset : opsets)
    if (opset.version < 1)
      report(Fault::Malformed, owner + " imports version " + llvm::Twine(opset.version) + " of operator set " +
                                   quoted(opset.domain) + "; versions begin at 1");
}

void Validator::checkVersions() {
  if (model.irVersion < 1)
    report(Fault::Malformed, "the model has no ir_version");
  else if (model.irVersion > newestIrVersion)
    report(Fault::Unsupported, "ir_version " + llvm::Twine(model.irVersion) + " is newer than " +
                                   llvm::Twine(newestIrVersion) + ", the newest known");
  if (model.irVersion >= 3 && model.opsets.empty())
    report(Fault::Malformed, "the model imports no operator set");
  checkOpsets(model.opsets, "the model");
}

void Validator::define(Names &names, llvm::StringRef name, Definition definition) {
  if (names.define(name, definition))
    return;
  const Definition &first = *names.findHere(name);
  std::string where = first.node ? "the output of " + describe(*first.node) : std::string(first.what);
  if (definition.node)
    report(Fault::Malformed, describe(*definition.node) + ": its output " + quoted(name) + " is already " + where);
  else
    report(Fault::Malformed,
           llvm::Twine("the name ") + quoted(name) + " of " + definition.what + " is already " + where);
}

/// Types may say less than ONNX wants (exporters leave out much), but not what is impossible. A dimension of -1 is how
/// some say that they do not know.
void Validator::checkType(const Type &type, const llvm::Twine &owner) {
  for (const Dimension &dim : type.shape)
    if (dim.kind == Dimension::Value && dim.value < -1)
      report(Fault::Malformed, owner + " has dimension " + llvm::Twine(dim.value));
  for (const Type &inner : type.inner)
    checkType(inner, owner);
}

/// Why `user` cannot use `name`: nobody defines it, a later node does, or that node in turn waits for this one.
std::string Validator::undefinedName(const Node &user, llvm::StringRef name, llvm::ArrayRef<Node> nodes) const {
  std::string message = describe(user) + " uses " + quoted(name) + ", which ";
  llvm::DenseMap<llvm::StringRef, const Node *> definers;
  for (const Node &node : nodes)
    for (llvm::StringRef output : node.outputs)
      if (!output.empty())
        definers.try_emplace(output, &node);
  const Node *definer = definers.lookup(name);
  if (!definer)
    return message + "nothing defines";

  // A breadth-first search back from the definer: does it need the user?
  llvm::SmallVector<const Node *> work{definer};
  llvm::DenseSet<const Node *> seen{definer};
  while (!work.empty()) {
    const Node *node = work.pop_back_val();
    if (node == &user)
      return message + (definer == &user
                            ? "it defines itself: the graph has a cycle"
                            : "comes from " + describe(*definer) + ", which needs this node: the graph has a cycle");
    for (llvm::StringRef input : node->inputs)
      if (const Node *before = definers.lookup(input); before && seen.insert(before).second)
        work.push_back(before);
  }
  return message + "only the later " + describe(*definer) + " defines; nodes must be in an order in which they can run";
}

void Validator::checkAttributes(const Node &node, Names &names, bool inFunction) {
  llvm::DenseSet<llvm::StringRef> seen;
  for (const Attribute &attribute : node.attributes) {
    if (!seen.insert(attribute.name).second)
      report(Fault::Malformed, describe(node) + " has two attributes " + quoted(attribute.name));
    if (!attribute.refName.empty() && !inFunction)
      report(Fault::Malformed, describe(node) + ": attribute " + quoted(attribute.name) +
                                   " refers to one of a function, but the node is in none");
    for (const Graph &graph : attribute.graphs)
      checkGraph(graph, &names, inFunction);
    for (const Type &type : attribute.types)
      checkType(type, describe(node) + ": attribute " + quoted(attribute.name));
  }
}

void Validator::checkNodes(llvm::ArrayRef<Node> nodes, Names &names, bool inFunction) {
  for (const Node &node : nodes) {
    llvm::DenseSet<llvm::StringRef> seen; // Add(y, y) is wrong once.
    for (llvm::StringRef input : node.inputs) {
      if (count >= maxErrors)
        return;
      if (!input.empty() && seen.insert(input).second && !names.find(input))
        report(Fault::Malformed, undefinedName(node, input, nodes));
    }
    checkAttributes(node, names, inFunction);
    for (llvm::StringRef output : node.outputs)
      if (!output.empty())
        define(names, output, {&node, ""});
  }
}

void Validator::checkGraph(const Graph &graph, Names *outer, bool inFunction) {
  Names names(outer);
  for (const ValueInfo &input : graph.inputs) {
    define(names, input.name, {nullptr, "an input"});
    checkType(input.type, "input " + quoted(input.name));
  }
  // An initialiser with the name of an input is its default value.
  llvm::DenseSet<llvm::StringRef> inputs, initializers;
  for (const ValueInfo &input : graph.inputs)
    inputs.insert(input.name);
  auto defineInitializer = [&](llvm::StringRef name) {
    if (name.empty())
      report(Fault::Malformed, "an initializer of graph " + quoted(graph.name) + " has no name");
    else if (!initializers.insert(name).second)
      report(Fault::Malformed, "two initializers are called " + quoted(name));
    else if (!inputs.contains(name))
      define(names, name, {nullptr, "an initializer"});
  };
  for (const Tensor &tensor : graph.initializers)
    defineInitializer(tensor.name);
  for (const SparseTensor &tensor : graph.sparseInitializers)
    defineInitializer(tensor.values.name);
  checkNodes(graph.nodes, names, inFunction);
  for (const ValueInfo &output : graph.outputs) {
    if (!names.find(output.name))
      report(Fault::Malformed, "nothing defines the output " + quoted(output.name) + " of graph " + quoted(graph.name));
    checkType(output.type, "output " + quoted(output.name));
  }
  for (const ValueInfo &info : graph.valueInfos)
    checkType(info.type, "value " + quoted(info.name));
}

void Validator::checkFunction(const Function &function) {
  std::string owner = "function " + quoted(function.name);
  checkOpsets(function.opsets, owner);
  Names names;
  for (llvm::StringRef input : function.inputs)
    define(names, input, {nullptr, "an input of the function"});
  checkNodes(function.nodes, names, /*inFunction=*/true);
  for (llvm::StringRef output : function.outputs)
    if (!names.find(output))
      report(Fault::Malformed, "nothing defines the output " + quoted(output) + " of " + owner);
}

/// The functions that are called in these nodes and in the graphs inside them.
static void collectCalls(llvm::ArrayRef<Node> nodes, const llvm::StringMap<const Function *> &functions,
                         llvm::function_ref<void(const Function *)> visit) {
  for (const Node &node : nodes) {
    if (const Function *callee = functions.lookup(functionKey(node.domain, node.opType, node.overload)))
      visit(callee);
    for (const Attribute &attribute : node.attributes)
      for (const Graph &graph : attribute.graphs)
        collectCalls(graph.nodes, functions, visit);
  }
}

/// ONNX functions may call each other, but not themselves, not even through others.
void Validator::checkRecursion() {
  llvm::StringMap<const Function *> functions;
  for (const Function &function : model.functions)
    if (!functions.try_emplace(functionKey(function.domain, function.name, function.overload), &function).second)
      report(Fault::Malformed, "two functions are called " + quoted(function.name));

  // Depth first, with our own stack: a function that is met again while its callees are being visited calls itself.
  enum State { Unseen, Open, Done };
  llvm::DenseMap<const Function *, State> states;
  for (const Function &root : model.functions) {
    llvm::SmallVector<const Function *> stack{&root};
    while (!stack.empty()) {
      const Function *function = stack.back();
      State &state = states[function];
      if (state != Unseen) {
        state = Done;
        stack.pop_back();
        continue;
      }
      state = Open;
      collectCalls(function->nodes, functions, [&](const Function *callee) {
        State seen = states.lookup(callee);
        if (seen == Open)
          report(Fault::Malformed, "function " + quoted(callee->name) + " calls itself");
        else if (seen == Unseen)
          stack.push_back(callee);
      });
    }
  }
}

llvm::Error Validator::run() {
  checkVersions();
  if (!model.hasGraph) {
    report(Fault::Malformed, "the file has no graph; it is not an ONNX model");
    return std::move(errors);
  }
  checkRecursion();
  for (const Function &function : model.functions)
    checkFunction(function);
  checkGraph(model.graph, nullptr, /*inFunction=*/false);
  return std::move(errors);
}

llvm::Error validate(const Model &model) { return Validator(model).run(); }

} // namespace margay::frontend::onnx
