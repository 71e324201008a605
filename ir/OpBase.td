//===- OpBase.td - what all nn operations share ---------------------------===//

#ifndef MARGAY_IR_OPBASE_TD
#define MARGAY_IR_OPBASE_TD

include "ir/Dialect.td"
include "ir/Interfaces.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class NN_Op<string mnemonic, list<Trait> traits = []> : Op<NN_Dialect, mnemonic, traits>;

/// A dimension without a constant has an expression.
def NN_HasDims : CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).hasStaticShape() || "
                       "::llvm::isa_and_nonnull<::margay::nn::ShapeAttr>(::llvm::cast<::mlir::RankedTensorType>($_self).getEncoding())">;

class NN_TensorOf<list<Type> elements>
    : RankedTensorOf<elements, [NN_HasDims], "tensor whose dimensions are constant or in a #nn.shape">;

/// The element types that operations compute with today.
def NN_Tensor : NN_TensorOf<[F64, F32, F16, BF16, I64, I32, I16, I8, I1, UI8, UI16, UI32, UI64]>;
def NN_FloatTensor : NN_TensorOf<[F64, F32, F16, BF16]>;

def NN_IntegerTensor : NN_TensorOf<[I64, I32, I16, I8, I1, UI8, UI16, UI32, UI64]>;
/// Positions along a dimension.
def NN_IndexTensor : NN_TensorOf<[I64, I32]>;

/// Result types follow from operands and attributes; the verifier compares them.
def NN_Infer : DeclareOpInterfaceMethods<InferTypeOpInterface>;

#endif // MARGAY_IR_OPBASE_TD
