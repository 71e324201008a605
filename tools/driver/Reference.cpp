//===- Reference.cpp - the evaluator on arrays ----------------------------===//

#include "tools/driver/Reference.h"
#include "codegen/driver/Describe.h"
#include "ir/Counted.h"
#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Evaluator.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace margay;
using namespace margay::driver;

static llvm::Expected<reference::Tensor> toTensor(const Array &array, mlir::Type type) {
  mlir::Type element = mlir::cast<mlir::RankedTensorType>(type).getElementType();
  if (codegen::dtypeOf(element) != static_cast<mg_dtype>(array.dtype))
    return makeFault(Fault::Usage, "an input is " + typeText(array.dtype, array.shape) +
                                       ", the model takes elements of " + mg_dtype_name(codegen::dtypeOf(element)));
  llvm::ArrayRef<char> bytes(reinterpret_cast<const char *>(array.bytes.data()), array.bytes.size());
  return reference::Tensor::fromBytes(element, array.shape, bytes);
}

static llvm::Expected<Array> toArray(const reference::Tensor &tensor) {
  std::optional<Dtype> dtype = dtypeFromNumber(codegen::dtypeOf(tensor.element()));
  if (!dtype)
    return makeFault(Fault::Unsupported, "an output has an element type that the command line cannot show yet");
  Array array;
  array.dtype = *dtype;
  array.shape = tensor.shape().vec();
  std::vector<char> bytes = tensor.toBytes();
  array.bytes.assign(bytes.begin(), bytes.end());
  return array;
}

llvm::Expected<std::vector<Array>> margay::driver::evaluateGraph(const Graph &graph, llvm::ArrayRef<Array> inputs) {
  mlir::ModuleOp module = graph.module.get();
  auto main = module.lookupSymbol<mlir::func::FuncOp>(nn::mainFunction);
  if (main.getNumArguments() != inputs.size())
    return makeFault(Fault::Usage, "the model has " + counted(main.getNumArguments(), "input") + ", not " +
                                       llvm::Twine(inputs.size()));
  std::vector<reference::Tensor> tensors;
  for (auto [array, type] : llvm::zip(inputs, main.getArgumentTypes())) {
    llvm::Expected<reference::Tensor> tensor = toTensor(array, type);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back(std::move(*tensor));
  }
  llvm::Expected<std::vector<reference::Tensor>> results = reference::evaluate(module, std::move(tensors));
  if (!results)
    return results.takeError();
  std::vector<Array> arrays;
  for (const reference::Tensor &tensor : *results) {
    llvm::Expected<Array> array = toArray(tensor);
    if (!array)
      return array.takeError();
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

static bool isHalf(mlir::Type type) {
  auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
  return tensor && (tensor.getElementType().isF16() || tensor.getElementType().isBF16());
}

bool margay::driver::usesHalf(const Graph &graph) {
  return graph.module.get()
      .walk([](mlir::Operation *op) {
        return llvm::any_of(op->getResultTypes(), isHalf) ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
      })
      .wasInterrupted();
}
