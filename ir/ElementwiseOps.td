//===- ElementwiseOps.td - one result element from one element of each operand ===//

#ifndef MARGAY_IR_ELEMENTWISEOPS_TD
#define MARGAY_IR_ELEMENTWISEOPS_TD

include "ir/OpBase.td"

class NN_UnaryOp<string mnemonicText, list<Trait> traits = []>
    : NN_Op<mnemonicText, !listconcat([Pure, SameOperandsAndResultType, DeclareOpInterfaceMethods<NN_ElementwiseInterface>], traits)> {
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($result)";
}

/// A function of real numbers.
class NN_RealOp<string mnemonicText> : NN_UnaryOp<mnemonicText> {
  let arguments = (ins NN_FloatTensor:$operand);
  let results = (outs NN_FloatTensor:$result);
}

class NN_BinaryOp<string mnemonicText, list<Trait> traits = []>
    : NN_Op<mnemonicText, !listconcat([Pure, SameOperandsAndResultType, DeclareOpInterfaceMethods<NN_ElementwiseInterface>], traits)> {
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def NN_AbsOp : NN_UnaryOp<"abs"> { let summary = "|x|"; }
def NN_CeilOp : NN_RealOp<"ceil"> { let summary = "The least integer not below x"; }
def NN_ErfOp : NN_RealOp<"erf"> { let summary = "The error function 2/sqrt(pi) * integral of exp(-t*t) from 0 to x"; }
def NN_ExpOp : NN_RealOp<"exp"> { let summary = "e to the power x"; }
def NN_FloorOp : NN_RealOp<"floor"> { let summary = "The greatest integer not above x"; }
def NN_LogOp : NN_RealOp<"log"> { let summary = "The natural logarithm; NaN below 0, -inf at 0"; }
def NN_NegOp : NN_UnaryOp<"neg"> { let summary = "-x"; }
def NN_ReciprocalOp : NN_RealOp<"reciprocal"> { let summary = "1 / x"; }
def NN_ReluOp : NN_UnaryOp<"relu"> { let summary = "max(x, 0); NaN stays NaN"; }
def NN_SigmoidOp : NN_RealOp<"sigmoid"> { let summary = "1 / (1 + exp(-x))"; }
def NN_SqrtOp : NN_RealOp<"sqrt"> { let summary = "The square root; NaN below 0"; }
def NN_TanhOp : NN_RealOp<"tanh"> { let summary = "The hyperbolic tangent"; }

def NN_AddOp : NN_BinaryOp<"add", [Commutative]> { let summary = "x + y"; }
def NN_DivOp : NN_BinaryOp<"div"> { let summary = "x / y; of integers rounded towards zero, 0 where y is 0"; }
def NN_MaxOp : NN_BinaryOp<"max", [Commutative]> { let summary = "The larger of x and y; NaN if either is NaN"; }
def NN_MinOp : NN_BinaryOp<"min", [Commutative]> { let summary = "The smaller of x and y; NaN if either is NaN"; }
def NN_MulOp : NN_BinaryOp<"mul", [Commutative]> { let summary = "x * y"; }
def NN_SubOp : NN_BinaryOp<"sub"> { let summary = "x - y"; }

def NN_CastOp : NN_Op<"cast", [Pure, DeclareOpInterfaceMethods<NN_ElementwiseInterface>]> {
  let summary = "The same values in another element type";
  let description = [{ Float to integer rounds towards zero; to a narrower float rounds to nearest even; to i1 is x != 0. }];
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `to` type($result)";
  let hasVerifier = 1;
}

#endif // MARGAY_IR_ELEMENTWISEOPS_TD
