//===- Interfaces.td - what passes and emitters ask of operations ---------===//

#ifndef MARGAY_IR_INTERFACES_TD
#define MARGAY_IR_INTERFACES_TD

include "mlir/IR/OpBase.td"

def NN_ElementwiseInterface : OpInterface<"ElementwiseInterface"> {
  let cppNamespace = "::margay::nn";
  let description = [{ An operation whose result element depends only on the operands' elements at the same index. }];
  let methods = [
    InterfaceMethod<[{ Emits the operation on scalars or on 1-D vectors: arith and math operations on `operands`, whose element types are the op's.
                       Fused multiply-adds are never implied: x86-64-v2 has none. }],
      "::mlir::Value", "buildPayload", (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc, "::mlir::ValueRange":$operands)>];
}

#endif // MARGAY_IR_INTERFACES_TD
