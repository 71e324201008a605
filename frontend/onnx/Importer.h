//===- Importer.h - an ONNX graph to the nn dialect -----------------------===//
//
// Walks the nodes in order and lets the table of operators (OpTable.h) write each in nn operations. What cannot be
// imported is noted and its outputs are broken, which silences the nodes behind it; so one run finds everything that is
// wrong. Constants enter the IR when a node asks for their elements as a tensor, and not when it only reads them, as a
// Reshape does with its shape.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_IMPORTER_H
#define MARGAY_FRONTEND_ONNX_IMPORTER_H

#include "frontend/Import.h"
#include "frontend/onnx/Load.h"
#include "frontend/onnx/Parameters.h"
#include "frontend/onnx/Scope.h"
#include "frontend/onnx/Symbols.h"
#include "ir/Fault.h"
#include "ir/reference/KnownDims.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include <deque>

namespace margay::frontend::onnx {

struct OpRow;

/// What a name of the graph stands for.
struct Known {
  mlir::Value value;              ///< null while it is not in the IR
  const Tensor *tensor = nullptr; ///< of constants
  bool isWeight = false;          ///< an initializer, and not a Constant node
  bool isBroken = false;          ///< its node could not be imported
  bool isAbsent = false;          ///< an optional input that the caller of a function does not give
};

using Names = Scope<Known *>;

/// Where a node stands: what it sees, and what its function was called with.
struct Surroundings {
  Names *names = nullptr;
  const llvm::DenseSet<llvm::StringRef> *consumed = nullptr; ///< the names that a node or the graph's outputs use
  llvm::ArrayRef<OpsetImport> opsets;
  llvm::StringMap<const Attribute *> functionAttributes;
  std::string caller; ///< of nodes in functions: the calling node, for messages
};

/// A free dimension that a node works for one value of only, or for some.
struct Pin {
  DimOverride dim;
  std::string user; ///< The node, for messages.
};

class Importer {
public:
  Importer(mlir::MLIRContext &context, std::shared_ptr<LoadedModel> loaded, const ImportOptions &options);
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> run();

  /// Dimensions that have one value in every valid call, as run() has found; import again with them pinned.
  llvm::ArrayRef<Pin> pins() const { return pinned; }

  // What NodeImport needs.
  /// Notes that `user` works for one value of a symbol only, unless that is forbidden or `user` may not run at all.
  void pin(llvm::StringRef symbol, int64_t value, const llvm::Twine &user);
  /// Notes that a dimension is a multiple of that in every valid call; false if it cannot be.
  bool divide(llvm::StringRef symbol, int64_t multiple, const llvm::Twine &user);
  /// Notes that a dimension is at most that in every valid call.
  void bound(llvm::StringRef symbol, int64_t max, const llvm::Twine &user);
  /// ... at least that.
  void raise(llvm::StringRef symbol, int64_t min, const llvm::Twine &user);
  /// A size that depends on data and is at most `bound`, as a dimension. `wish` is what to call it.
  nn::DimAttr addDataSize(llvm::StringRef wish, nn::DimAttr bound);
  void report(Fault fault, const llvm::Twine &message);
  /// The value as a tensor of the IR; null if it is broken, or cannot be one, which is reported for `user`.
  mlir::Value materialize(Known &known, const llvm::Twine &user);
  /// A value that a node defines.
  Known *define(Names &names, llvm::StringRef name);
  /// The elements of a constant; nothing if they cannot be read, which is reported.
  std::optional<llvm::ArrayRef<uint8_t>> bytesOf(const Tensor &tensor);
  /// Keeps a tensor that was made during the import.
  Tensor &keep(Tensor tensor) { return madeTensors.emplace_back(std::move(tensor)); }
  Arena &arena() { return loaded->model.arena; }
  /// A value, or a constant of the model, that has no name.
  Known *makeKnown(mlir::Value value);
  Known *makeConstant(const Tensor &tensor);
  /// Imports a graph inside `node`. What its outputs stand for; nothing after a report.
  std::optional<llvm::SmallVector<Known *>> importInner(const Graph &graph, llvm::ArrayRef<Known *> inputs,
                                                        const Node &node, const Surroundings &around);

  /// While it lives, operations go into a region of their own, and constants of the model before the operation that
  /// will have the region.
  class InRegion {
  public:
    InRegion(Importer &importer, mlir::Region &region);
    ~InRegion();

  private:
    Importer &importer;
    mlir::OpBuilder::InsertPoint before;
    bool isOutermost;
  };

  /// While it lives, the import is one level deeper in function calls and graphs in nodes.
  class Nested {
  public:
    Nested(Importer &importer, const Node &node);
    ~Nested() { --importer.depth; }
    bool isTooDeep; ///< which has been reported

  private:
    Importer &importer;
  };

  std::vector<std::string> remarks; ///< what is odd about the model, but no fault
  mlir::OpBuilder builder;
  nn::SymbolRanges ranges;        ///< of the model's symbols
  reference::KnownDims knownDims; ///< what follows from shapes

private:
  std::optional<mlir::RankedTensorType> argumentType(const ValueInfo &input);
  void importInputs(Names &names);
  bool importConstantInput(const ValueInfo &input, Known &known);
  void checkConstantInputs();
  void importInitializers(Names &names);
  void importNodes(llvm::ArrayRef<Node> nodes, const Surroundings &around);
  void importNode(const Node &node, const Surroundings &around);
  void importCall(const Node &node, const Function &function, const Surroundings &around);
  void importOutputs(Names &names);
  void noteUnknownOperator(const Node &node, const Surroundings &around, int64_t opset);
  /// Notes what a dimension has to be for `user`, unless something is noted of it already.
  void restrict(DimOverride dim, const llvm::Twine &user);
  void checkDeclared(const ValueInfo &info, mlir::Value value, const llvm::Twine &what);
  void checkValueInfos(Names &names);
  bool isBroken(const Node &node, const Surroundings &around);
  /// The same for what the graphs inside the node use.
  bool usesBroken(const Node &node, const Surroundings &around);
  void breakOutputs(const Node &node, const Surroundings &around);
  mlir::Location locationOf(const Node &node);

  mlir::MLIRContext &context;
  std::shared_ptr<LoadedModel> loaded;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  Symbols symbols;
  Parameters parameters;
  std::vector<ConstantInput> constantInputs;
  llvm::StringMap<const Function *> functions;
  std::deque<Known> knowns; ///< stay where they are
  std::deque<Tensor> madeTensors;
  llvm::Error errors = llvm::Error::success();
  unsigned reported = 0;
  llvm::SmallVector<Pin> pinned;
  std::optional<mlir::OpBuilder::InsertPoint> outside; ///< where the outermost region's operation will be

  /// The first node of each operator that is not in the table, and how many more there are.
  struct UnknownOperator {
    std::string message;
    unsigned others = 0;
  };
  llvm::MapVector<std::pair<llvm::StringRef, llvm::StringRef>, UnknownOperator>
      unknownOperators;      ///< by domain and type
  unsigned unknownNodes = 0; ///< nodes of such operators
  unsigned calls = 0, depth = 0;
  uint64_t innerNodes = 0; ///< that graphs inside nodes were written out to
};

/// Adds the names that nodes use, those in the graphs inside them included; never the empty one.
void collectConsumed(llvm::ArrayRef<Node> nodes, llvm::DenseSet<llvm::StringRef> &names);

/// Imports a model that has been validated. A free dimension that has to be a constant becomes one; a remark says so.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
importGraph(mlir::MLIRContext &context, const std::shared_ptr<LoadedModel> &loaded, const ImportOptions &options);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_IMPORTER_H
