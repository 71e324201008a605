//===- RowStride.cpp - rows that lie farther apart than they are long -----===//

#include "codegen/memory/RowStride.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/plans/Bands.h"
#include "codegen/plans/Plans.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

static constexpr llvm::StringLiteral rowStride = "row_stride", leftStride = "left_stride";

static DimAttr columnsOf(Value value) { return nn::columnsOf(value.getType()); }

/// Whether a reshape has the rows of its operand.
static bool keepsRows(nn::ReshapeOp reshape) {
  return columnsOf(reshape.getResult()) == columnsOf(reshape.getOperand());
}

bool codegen::isReadByRows(Value value) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    auto reshape = dyn_cast<nn::ReshapeOp>(user);
    return isa<nn::KernelOp>(user) || (reshape && keepsRows(reshape) && isReadByRows(reshape.getResult()));
  });
}

DimAttr codegen::rowStrideOf(Value value) {
  DimAttr columns = columnsOf(value);
  auto kernel = value.getDefiningOp<nn::KernelOp>();
  if (!kernel || !columns.isConstant() || kernel.getNumResults() != 1 || !isReadByRows(value))
    return columns;
  // A plan may come from a file.
  int64_t least = columns.getValue();
  return nn::constantDim(value.getContext(), std::clamp(kernel.getPlan()->get(rowStride, least), least, 2 * least));
}

Value codegen::leftRows(nn::KernelOp kernel) {
  Operation *root = rootOf(kernel);
  if (!isa_and_nonnull<nn::ContractOp, nn::ConvOp>(root))
    return {};
  auto contract = dyn_cast<nn::ContractOp>(root);
  auto argument = dyn_cast<BlockArgument>(root->getOperand(0));
  if (!argument || (contract && !contract.getLhsRoles().ends_with("mk")))
    return {};
  return kernel.getInputs()[argument.getArgNumber()];
}

void codegen::setLeftStride(nn::KernelOp kernel, DimAttr elements) {
  bool isUsual = elements == columnsOf(leftRows(kernel)) && !kernel.getPlan()->getNumbers().contains(leftStride);
  if (std::optional<int64_t> known = elements.getConstant(); known && !isUsual)
    setNumber(kernel, leftStride, *known);
}

/// The kernels that read the rows of a value, in order.
static SmallVector<nn::KernelOp> readersOf(Value value) {
  SmallVector<nn::KernelOp> readers;
  for (Operation *user : value.getUsers()) {
    if (auto kernel = dyn_cast<nn::KernelOp>(user))
      readers.push_back(kernel);
    if (auto reshape = dyn_cast<nn::ReshapeOp>(user); reshape && keepsRows(reshape))
      llvm::append_range(readers, readersOf(reshape.getResult()));
  }
  llvm::sort(readers, [](nn::KernelOp a, nn::KernelOp b) { return a->isBeforeInBlock(b); });
  readers.erase(llvm::unique(readers), readers.end());
  return readers;
}

/// Whether a product reads a value as its left operand, maybe by another name.
static bool multipliesRows(nn::KernelOp kernel, Value value) {
  Value rows = leftRows(kernel);
  while (rows && rows != value && rows.getDefiningOp<nn::ReshapeOp>())
    rows = rows.getDefiningOp<nn::ReshapeOp>().getOperand();
  return rows == value;
}

/// Whether a kernel joins values along their rows: what it reads is computed within what it would write.
static bool joinsColumns(nn::KernelOp kernel) {
  auto concat = dyn_cast_or_null<nn::ConcatOp>(rootOf(kernel));
  return concat && static_cast<int64_t>(concat.getAxis()) == concat.getType().getRank() - 1;
}

/// The stride for the rows of a kernel's result, if they should lie farther apart.
static std::optional<int64_t> widerStride(nn::KernelOp kernel) {
  constexpr int64_t page = 4096, line = 64; // Of other multiples, a set has room for the rows of any tile.
  constexpr int64_t few = 4;                // Rows for which it has room in any case.
  if (kernel.getNumResults() != 1 || isInner(kernel))
    return std::nullopt;
  Value result = kernel.getResult(0);
  SmallVector<DimAttr> dims = nn::dimsOf(result.getType());
  if (dims.empty() || !dims.back().isConstant())
    return std::nullopt;
  int64_t columns = dims.pop_back_val().getValue();
  int64_t bytes = storageBytes(cast<RankedTensorType>(result.getType()).getElementType());
  bool isPage = columns > 0 && columns * bytes % page == 0;
  bool areFew = nn::product(kernel.getContext(), dims).getConstant().value_or(few + 1) <= few;
  if (!isPage || areFew || !isReadByRows(result) || llvm::any_of(readersOf(result), joinsColumns))
    return std::nullopt;
  return columns + line / bytes;
}

void codegen::chooseRowStrides(ModuleOp module, std::string &explanation) {
  llvm::raw_string_ostream os(explanation);
  module.walk([&](nn::KernelOp kernel) {
    std::optional<int64_t> stride = widerStride(kernel);
    if (!stride)
      return;
    Value result = kernel.getResult(0);
    SmallVector<nn::KernelOp> products = readersOf(result);
    llvm::erase_if(products, [&](nn::KernelOp reader) { return !multipliesRows(reader, result); });
    if (products.empty())
      return;
    setNumber(kernel, rowStride, *stride);
    for (nn::KernelOp product : products)
      setLeftStride(product, nn::constantDim(kernel.getContext(), *stride));
    os << '"' << kernel.getName() << "\": rows " << *stride << " elements apart rather than "
       << columnsOf(result).getValue() << ", for ";
    llvm::interleaveComma(products, os, [&](nn::KernelOp product) { os << '"' << product.getName() << '"'; });
    os << '\n';
  });
}
