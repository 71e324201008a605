//===- Dialect.td - the nn dialect, its attributes and enumerations -------===//

#ifndef MARGAY_IR_DIALECT_TD
#define MARGAY_IR_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/TensorEncoding.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::margay::nn";
  let summary = "Neural networks as graphs of few, large operations on tensors";
  let description = [{
    About sixty operations in which every ONNX operator can be written. Tensors have a static rank; each dimension is a constant or an expression
    over named symbols (`#nn.dim`). Images are channels last. Elementwise operands have equal shapes: broadcasting is an operation of its own.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

class NN_Attr<string name, string mnemonicText, list<Trait> traits = []> : AttrDef<NN_Dialect, name, traits> {
  let mnemonic = mnemonicText;
}

def NN_DimAttr : NN_Attr<"Dim", "dim"> {
  let summary = "A dimension: an integer expression over named symbols, in normal form";
  let description = [{
    A constant, a symbol, or `+ * floordiv mod min max` of those. Build one only with the functions of `ir/Dim.h`, which keep the normal form: sums of
    products with constants folded, terms sorted and like terms collected, so equal expressions are mostly the same attribute.
    Example: `#nn.dim<N * 4 + 1>`, `#nn.dim<(H + 1) floordiv 2>`, `#nn.dim<"batch size">`.
  }];
  let parameters = (ins "DimKind":$kind, "int64_t":$value, StringRefParameter<"">:$symbol, ArrayRefParameter<"DimAttr">:$operands);
  let hasCustomAssemblyFormat = 1;
  let skipDefaultBuilders = 1;
  let builders = [AttrBuilder<(ins "DimKind":$kind, "int64_t":$value, "::llvm::StringRef":$symbol, "::llvm::ArrayRef<DimAttr>":$operands),
                              [{ return $_get($_ctxt, kind, value, symbol, operands); }]>];
  let extraClassDeclaration = [{
    bool isConstant() const { return getKind() == DimKind::Constant; }
    /// The value of a constant, or nothing.
    std::optional<int64_t> getConstant() const { return isConstant() ? std::optional<int64_t>(getValue()) : std::nullopt; }
    /// The expression as text, the way the attribute prints it.
    std::string str() const;
  }];
}

def NN_ShapeAttr : NN_Attr<"Shape", "shape", [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "The dimensions of a tensor of which at least one is not constant";
  let description = [{
    The encoding of such a tensor: `tensor<?x10xf32, #nn.shape<N, 10>>`. A tensor with constant dimensions only has no encoding.
    It lives on `nn` operations alone.
  }];
  let parameters = (ins ArrayRefParameter<"DimAttr">:$dims);
  let hasCustomAssemblyFormat = 1;
}

def NN_SymbolAttr : NN_Attr<"Symbol", "symbol"> {
  let summary = "A named dimension of a model with its range";
  let description = [{
    In a function's `nn.symbols`, by first appearance over the inputs. `max` is -1 where there is no upper bound. With a `multiple` other sizes are not allowed; a
    dimension that is such a symbol S is `multiple * (S floordiv multiple)` (nn::multipleOf). Example: `#nn.symbol<"N", 1, 32>`, `#nn.symbol<"H", 32, -1, 32>`.

    A symbol with a `bound` depends on data: no input has it, an nn.prefix computes it, and it is never greater than the bound. It comes behind all others.
    Example: `#nn.symbol<"K", 0, -1 data <N * 4>>`.
  }];
  let parameters = (ins StringRefParameter<"">:$name, "int64_t":$min, "int64_t":$max, DefaultValuedParameter<"int64_t", "1">:$multiple,
                        OptionalParameter<"::margay::nn::DimAttr">:$bound);
  let assemblyFormat = "`<` $name `,` $min `,` $max (`,` $multiple^)? (`data` $bound^)? `>`";
}

def NN_PlanAttr : NN_Attr<"Plan", "plan"> {
  let summary = "How a kernel is computed: the algorithm and its numbers";
  let description = [{ Chosen in one place (codegen/plans), read by the emitters. Example: `#nn.plan<"gemm", {panel = 16 : i64}>`. }];
  let parameters = (ins StringRefParameter<"">:$algorithm, "::mlir::DictionaryAttr":$numbers);
  let assemblyFormat = "`<` $algorithm `,` $numbers `>`";
  let extraClassDeclaration = [{
    /// The number called `name`, or `otherwise`.
    int64_t get(::llvm::StringRef name, int64_t otherwise) const;
  }];
}

def NN_ReduceKind : I32EnumAttr<"ReduceKind", "what a reduction or a window computes", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Mean", 1, "mean">, I32EnumAttrCase<"Max", 2, "max">,
  I32EnumAttrCase<"Min", 3, "min">, I32EnumAttrCase<"Prod", 4, "prod">]> {
  let cppNamespace = "::margay::nn";
  let genSpecializedAttr = 0;
}
def NN_ReduceKindAttr : EnumAttr<NN_Dialect, NN_ReduceKind, "reduce_kind">;

def NN_CompareKind : I32EnumAttr<"CompareKind", "which relation a comparison asks for", [
  I32EnumAttrCase<"Eq", 0, "eq">, I32EnumAttrCase<"Ne", 1, "ne">, I32EnumAttrCase<"Lt", 2, "lt">,
  I32EnumAttrCase<"Le", 3, "le">, I32EnumAttrCase<"Gt", 4, "gt">, I32EnumAttrCase<"Ge", 5, "ge">]> {
  let cppNamespace = "::margay::nn";
  let genSpecializedAttr = 0;
}
def NN_CompareKindAttr : EnumAttr<NN_Dialect, NN_CompareKind, "compare_kind">;

def NN_ScatterKind : I32EnumAttr<"ScatterKind", "what becomes of an element that is written to", [
  I32EnumAttrCase<"Set", 0, "set">, I32EnumAttrCase<"Sum", 1, "sum">, I32EnumAttrCase<"Prod", 2, "prod">,
  I32EnumAttrCase<"Max", 3, "max">, I32EnumAttrCase<"Min", 4, "min">]> {
  let cppNamespace = "::margay::nn";
  let genSpecializedAttr = 0;
}
def NN_ScatterKindAttr : EnumAttr<NN_Dialect, NN_ScatterKind, "scatter_kind">;

def NN_PadMode : I32EnumAttr<"PadMode", "what stands beyond the edges of a padded tensor", [
  I32EnumAttrCase<"Constant", 0, "constant">, I32EnumAttrCase<"Edge", 1, "edge">,
  I32EnumAttrCase<"Reflect", 2, "reflect">, I32EnumAttrCase<"Wrap", 3, "wrap">]> {
  let cppNamespace = "::margay::nn";
  let genSpecializedAttr = 0;
}
def NN_PadModeAttr : EnumAttr<NN_Dialect, NN_PadMode, "pad_mode">;

def NN_ResizeKind : I32EnumAttr<"ResizeKind", "how a resized tensor reads between elements", [
  I32EnumAttrCase<"Nearest", 0, "nearest">, I32EnumAttrCase<"Linear", 1, "linear">, I32EnumAttrCase<"Cubic", 2, "cubic">]> {
  let cppNamespace = "::margay::nn";
  let genSpecializedAttr = 0;
}
def NN_ResizeKindAttr : EnumAttr<NN_Dialect, NN_ResizeKind, "resize_kind">;

def NN_CellKind : I32EnumAttr<"CellKind", "which recurrent cell", [
  I32EnumAttrCase<"Rnn", 0, "rnn">, I32EnumAttrCase<"Gru", 1, "gru">, I32EnumAttrCase<"Lstm", 2, "lstm">]> {
  let cppNamespace = "::margay::nn";
  let genSpecializedAttr = 0;
}
def NN_CellKindAttr : EnumAttr<NN_Dialect, NN_CellKind, "cell_kind">;

#endif // MARGAY_IR_DIALECT_TD
