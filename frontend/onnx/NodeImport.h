//===- NodeImport.h - what an operator's import function works with -------===//
//
// One ONNX node on its way into the nn dialect: its inputs as values or as constants, its attributes, a builder of
// checked operations, and the two ways to refuse it. An import function reads
//
//   LogicalResult importFlatten(NodeImport &node) {
//     mlir::Value input = node.input(0);
//     int64_t axis = node.integer("axis", 1);
//     ...
//     return node.result(node.reshape(input, dims));
//   }
//
// Readers of attributes and inputs report what is wrong by themselves and return something harmless; builders return
// null after a report and pass a null operand on. So a function needs to look only where it depends on a value itself,
// and `result` fails if anything has been reported. Attributes that nobody has asked for are an error at the end.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_NODEIMPORT_H
#define MARGAY_FRONTEND_ONNX_NODEIMPORT_H

#include "frontend/onnx/Importer.h"
#include "ir/Dim.h"
#include "ir/Ops.h"
#include "llvm/ADT/StringSet.h"
#include <type_traits>

namespace margay::frontend::onnx {

using mlir::LogicalResult;
using Dims = llvm::SmallVector<nn::DimAttr>;

/// What a refusal returns: a failure, a null value or no result, as the caller needs it.
struct Refusal {
  operator LogicalResult() const { return mlir::failure(); }
  operator mlir::Value() const { return nullptr; }
  template <typename T> operator std::optional<T>() const { return std::nullopt; }
  template <typename T> operator T *() const { return nullptr; }
};

class NodeImport {
public:
  NodeImport(Importer &importer, const Node &node, const Surroundings &around, int64_t opset, mlir::Location loc);

  //===- Refusals ---------------------------------------------------------===//

  /// Both report "node 'conv1' (Conv): " and the text, and fail.
  Refusal malformed(const llvm::Twine &text);
  Refusal unsupported(const llvm::Twine &text);
  bool hasFailed() const { return failed; }

  //===- Inputs -----------------------------------------------------------===//

  int64_t opset() const { return version; }
  unsigned inputCount() const { return node.inputs.size(); }
  bool hasInput(unsigned index) const;

  /// The input as a value of the IR, or null.
  mlir::Value input(unsigned index);
  /// All inputs, or nothing if one is null.
  llvm::SmallVector<mlir::Value> inputs();
  /// The elements of an integer input that has to be constant or to follow from shapes.
  std::optional<Dims> dimensions(unsigned index, const llvm::Twine &what);
  /// The elements of an input that has to be constant.
  std::optional<llvm::SmallVector<int64_t>> constantIntegers(unsigned index, const llvm::Twine &what);
  std::optional<llvm::SmallVector<double>> constantNumbers(unsigned index, const llvm::Twine &what);
  /// The one element of a constant input.
  std::optional<double> constantScalar(unsigned index, const llvm::Twine &what);

  //===- Attributes -------------------------------------------------------===//

  std::optional<int64_t> maybeInteger(llvm::StringRef name);
  int64_t integer(llvm::StringRef name, int64_t otherwise) { return maybeInteger(name).value_or(otherwise); }
  bool flag(llvm::StringRef name, bool otherwise = false) { return integer(name, otherwise) != 0; }
  std::optional<llvm::SmallVector<int64_t>> integers(llvm::StringRef name);
  std::optional<float> maybeNumber(llvm::StringRef name);
  float number(llvm::StringRef name, float otherwise) { return maybeNumber(name).value_or(otherwise); }
  llvm::StringRef text(llvm::StringRef name, llvm::StringRef otherwise);
  /// The attribute, if it is there and of this type.
  const Attribute *attribute(llvm::StringRef name, AttributeType type);
  bool hasAttribute(llvm::StringRef name) const { return node.attribute(name) != nullptr; }
  /// Attributes that change nothing in an inference.
  void ignore(std::initializer_list<llvm::StringRef> names) { askedFor.insert(names.begin(), names.end()); }
  /// The attributes that the node has and that nobody has asked for.
  llvm::SmallVector<llvm::StringRef> unknownAttributes() const;

  //===- Outputs ----------------------------------------------------------===//

  unsigned outputCount() const { return node.outputs.size(); }
  /// Whether anybody needs output `index`; it may have a name all the same.
  bool usesOutput(unsigned index) const {
    return index < node.outputs.size() && around.consumed->contains(node.outputs[index]);
  }
  /// Defines output `index`; fails if something has been reported.
  LogicalResult result(mlir::Value value, unsigned index = 0);
  /// Defines output 0 as a constant that is not in the IR yet.
  LogicalResult constant(Tensor tensor);
  /// Defines output 0 as another name of input 0, constant or not.
  LogicalResult forward();

  /// Defines output `index` as another name of what is known, constant or not.
  void alias(Known *known, unsigned index);
  /// What an input stands for.
  Known *known(unsigned index);
  /// Imports a graph inside the node, which sees the names around it. What its outputs stand for; nothing after a
  /// report.
  std::optional<llvm::SmallVector<Known *>> importInner(const Graph &graph, llvm::ArrayRef<Known *> inputs);

  //===- Operations -------------------------------------------------------===//

  /// Creates an operation that infers its result type; null after a report if it cannot. `arguments` are those of the
  /// build function with an explicit result type, without that type.
  template <typename Op, typename... Args> mlir::Value infer(Args &&...arguments) {
    mlir::OperationState state(loc, Op::getOperationName());
    Op::build(builder(), state, mlir::Type(builder().getF32Type()), std::forward<Args>(arguments)...);
    return createInferred(state);
  }
  /// Creates an operation with operands of one type, which is the result's.
  template <typename Op, typename... Args> mlir::Value same(mlir::Value first, Args &&...others) {
    if (!first || failed)
      return nullptr;
    return Op::create(builder(), loc, first.getType(), first, std::forward<Args>(others)...);
  }
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<nn::DimAttr> dims);
  /// The value stretched to these dimensions; null after a report if its own are neither those nor 1.
  mlir::Value broadcast(mlir::Value value, llvm::ArrayRef<nn::DimAttr> dims);
  mlir::Value cast(mlir::Value value, mlir::Type element);
  /// The first `count` slices of a value along its first dimension: as many as the data say, if they are not constant.
  mlir::Value prefix(mlir::Value value, mlir::Value count);
  /// A vector of dimensions as a tensor of i64.
  mlir::Value dimsTensor(llvm::ArrayRef<nn::DimAttr> dims);
  /// A constant of rank 0.
  mlir::Value scalar(double value, mlir::Type element);
  /// The result of an operation that has just been made; null after a report if its verifier refuses it.
  mlir::Value checkedValue(mlir::Operation *op);
  /// `value` in every element of a tensor with the type and shape of `like`.
  mlir::Value splat(double value, mlir::Value like);
  /// A vector along axis `axis` of a tensor shaped like `like`.
  mlir::Value alongAxis(mlir::Value vector, mlir::Value like, int64_t axis);

  /// Success if two dimensions are equal. Else it is reported, with `text` for what they are: malformed where it holds
  /// whatever the symbols are; where it takes one value of a symbol, the symbol is pinned in another import.
  LogicalResult needEqual(nn::DimAttr a, nn::DimAttr b, const llvm::Twine &text);
  /// Success if a dimension is never less than `least`. Else it is reported, with `text` for what they are; where the
  /// dimension follows from one symbol and `least` is a constant, the symbol's range is raised in another import.
  LogicalResult needAtLeast(nn::DimAttr dim, nn::DimAttr least, const llvm::Twine &text);
  /// The dimensions that values of these dimensions have together, by the rule of numpy; nothing after a report.
  std::optional<Dims> broadcastDims(llvm::ArrayRef<nn::DimAttr> a, llvm::ArrayRef<nn::DimAttr> b);
  /// The values broadcast to the dimensions that they have together; empty after a report.
  llvm::SmallVector<mlir::Value> broadcastTogether(llvm::ArrayRef<mlir::Value> values);

  /// `axis` counted from the front; nothing after a report if there is no such axis.
  std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  /// Axes counted from the front and sorted; nothing after a report if one is missing or twice there.
  std::optional<llvm::SmallVector<int64_t>> normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

  /// What is known of the symbols: which of two expressions is less, and which bound of a range is never reached.
  const nn::SymbolRanges &ranges() const { return importer.ranges; }

  nn::DimAttr dim(int64_t size) { return nn::constantDim(loc.getContext(), size); }
  mlir::OpBuilder &builder() { return importer.builder; }

  const Node &node;
  const mlir::Location loc;
  Importer &importer;

private:
  bool boundTogether(nn::DimAttr a, nn::DimAttr b);
  bool multipleTogether(nn::DimAttr a, nn::DimAttr b);
  mlir::Value createInferred(mlir::OperationState &state);
  mlir::Value checked(mlir::Value value);
  /// The input, if it is there; its tensor, if it has one.
  const Known *presentInput(unsigned index, const llvm::Twine &what);
  /// The elements of a constant, as `read` takes them from its bytes; `kind` is what that
  /// expects.
  template <typename Read>
  auto constantValues(const Tensor &tensor, const llvm::Twine &what, Read read, llvm::StringRef kind)
      -> std::invoke_result_t<Read, ElementType, llvm::ArrayRef<uint8_t>, uint64_t>;
  Known &knownInput(unsigned index) const;

  const Surroundings &around;
  int64_t version;
  bool failed = false;
  llvm::StringSet<> askedFor; ///< attributes that were asked for
};

inline mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }
inline mlir::Type elementOf(mlir::Value value) { return typeOf(value).getElementType(); }
inline int64_t rankOf(mlir::Value value) { return typeOf(value).getRank(); }

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_NODEIMPORT_H
