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

/// Bits of integers, and truth values.
class NN_BitsOp<string mnemonicText, list<Trait> traits = []> : NN_BinaryOp<mnemonicText, traits> {
  let arguments = (ins NN_IntegerTensor:$lhs, NN_IntegerTensor:$rhs);
  let results = (outs NN_IntegerTensor:$result);
}

def NN_AbsOp : NN_UnaryOp<"abs"> { let summary = "|x|"; }
def NN_AcosOp : NN_RealOp<"acos"> { let summary = "The inverse cosine; NaN outside of [-1, 1]"; }
def NN_AcoshOp : NN_RealOp<"acosh"> { let summary = "The inverse hyperbolic cosine; NaN below 1"; }
def NN_AsinOp : NN_RealOp<"asin"> { let summary = "The inverse sine; NaN outside of [-1, 1]"; }
def NN_AsinhOp : NN_RealOp<"asinh"> { let summary = "The inverse hyperbolic sine"; }
def NN_AtanOp : NN_RealOp<"atan"> { let summary = "The inverse tangent"; }
def NN_AtanhOp : NN_RealOp<"atanh"> { let summary = "The inverse hyperbolic tangent; infinite at -1 and 1, NaN beyond"; }
def NN_CeilOp : NN_RealOp<"ceil"> { let summary = "The least integer not below x"; }
def NN_CosOp : NN_RealOp<"cos"> { let summary = "The cosine of an angle in radians"; }
def NN_CoshOp : NN_RealOp<"cosh"> { let summary = "The hyperbolic cosine"; }
def NN_ErfOp : NN_RealOp<"erf"> { let summary = "The error function 2/sqrt(pi) * integral of exp(-t*t) from 0 to x"; }
def NN_ExpOp : NN_RealOp<"exp"> { let summary = "e to the power x"; }
def NN_Expm1Op : NN_RealOp<"expm1"> { let summary = "exp(x) - 1, also near 0"; }
def NN_FloorOp : NN_RealOp<"floor"> { let summary = "The greatest integer not above x"; }
def NN_LogOp : NN_RealOp<"log"> { let summary = "The natural logarithm; NaN below 0, -inf at 0"; }
def NN_Log1pOp : NN_RealOp<"log1p"> { let summary = "log(1 + x), also near 0"; }
def NN_NegOp : NN_UnaryOp<"neg"> { let summary = "-x"; }
def NN_NotOp : NN_UnaryOp<"not"> { let summary = "All bits of an integer flipped"; let arguments = (ins NN_IntegerTensor:$operand); let results = (outs NN_IntegerTensor:$result); }
def NN_ReciprocalOp : NN_RealOp<"reciprocal"> { let summary = "1 / x"; }
def NN_ReluOp : NN_UnaryOp<"relu"> { let summary = "max(x, 0); NaN stays NaN"; }
def NN_RoundOp : NN_RealOp<"round"> { let summary = "The nearest integer, the even one of two"; }
def NN_SigmoidOp : NN_RealOp<"sigmoid"> { let summary = "1 / (1 + exp(-x))"; }
def NN_SignOp : NN_UnaryOp<"sign"> { let summary = "-1, 0 or 1 with the sign of x; 0 and NaN stay what they are"; }
def NN_SinOp : NN_RealOp<"sin"> { let summary = "The sine of an angle in radians"; }
def NN_SinhOp : NN_RealOp<"sinh"> { let summary = "The hyperbolic sine"; }
def NN_SqrtOp : NN_RealOp<"sqrt"> { let summary = "The square root; NaN below 0"; }
def NN_TanOp : NN_RealOp<"tan"> { let summary = "The tangent of an angle in radians"; }
def NN_TanhOp : NN_RealOp<"tanh"> { let summary = "The hyperbolic tangent"; }
def NN_GeluOp : NN_RealOp<"gelu"> {
  let summary = "x * P(X <= x) of a normal X: x / 2 * (1 + erf(x / sqrt(2)))";
  let description = [{ With `tanh` the approximation x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) (Hendrycks and Gimpel, 2016). }];
  let arguments = (ins NN_FloatTensor:$operand, UnitAttr:$tanh);
}

def NN_AddOp : NN_BinaryOp<"add", [Commutative]> { let summary = "x + y"; }
def NN_DivOp : NN_BinaryOp<"div"> { let summary = "x / y; of integers rounded towards zero, 0 where y is 0"; }
def NN_MaxOp : NN_BinaryOp<"max", [Commutative]> { let summary = "The larger of x and y; NaN if either is NaN"; }
def NN_MinOp : NN_BinaryOp<"min", [Commutative]> { let summary = "The smaller of x and y; NaN if either is NaN"; }
def NN_MulOp : NN_BinaryOp<"mul", [Commutative]> { let summary = "x * y"; }
def NN_SubOp : NN_BinaryOp<"sub"> { let summary = "x - y"; }

def NN_AndOp : NN_BitsOp<"and", [Commutative]> { let summary = "The bits that both x and y have"; }
def NN_OrOp : NN_BitsOp<"or", [Commutative]> { let summary = "The bits that x or y has"; }
def NN_ShiftLeftOp : NN_BitsOp<"shift_left"> { let summary = "x shifted left by y bits; 0 where y is not below the width"; }
def NN_ShiftRightOp : NN_BitsOp<"shift_right"> { let summary = "The bits of x shifted right by y, with zeros from the left; 0 where y is not below the width"; }
def NN_XorOp : NN_BitsOp<"xor", [Commutative]> { let summary = "The bits that one of x and y has"; }

def NN_ModOp : NN_BinaryOp<"mod"> {
  let summary = "The remainder of x / y with the sign of y, or with `truncated` that of x";
  let description = [{ x - y * floor(x / y), or x - y * trunc(x / y) as C's fmod. Floats are always `truncated`. Of integers 0 where y is 0. }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs, UnitAttr:$truncated);
  let hasVerifier = 1;
}

def NN_PowOp : NN_BinaryOp<"pow"> {
  let summary = "x to the power y, with the special cases of C's pow";
  let arguments = (ins NN_FloatTensor:$lhs, NN_FloatTensor:$rhs);
  let results = (outs NN_FloatTensor:$result);
}

def NN_CompareOp : NN_Op<"compare", [Pure, AllTypesMatch<["lhs", "rhs"]>, NN_Infer, DeclareOpInterfaceMethods<NN_ElementwiseInterface>]> {
  let summary = "Whether x is equal to, less than … y; of NaN only `ne` holds";
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs, NN_CompareKindAttr:$kind);
  let results = (outs NN_TensorOf<[I1]>:$result);
  let assemblyFormat = "`` $kind $lhs `,` $rhs attr-dict `:` type($lhs) `->` type($result)";
}

def NN_SelectOp : NN_Op<"select", [Pure, AllTypesMatch<["on_true", "on_false", "result"]>, DeclareOpInterfaceMethods<NN_ElementwiseInterface>]> {
  let summary = "x where the condition holds, else y";
  let arguments = (ins NN_TensorOf<[I1]>:$condition, NN_Tensor:$on_true, NN_Tensor:$on_false);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$condition `,` $on_true `,` $on_false attr-dict `:` type($condition) `,` type($result)";
  let hasVerifier = 1;
}

def NN_BitcastOp : NN_Op<"bitcast", [Pure, DeclareOpInterfaceMethods<NN_ElementwiseInterface>]> {
  let summary = "The same bits as another element type of the same width";
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `to` type($result)";
  let hasVerifier = 1;
}

def NN_CastOp : NN_Op<"cast", [Pure, DeclareOpInterfaceMethods<NN_ElementwiseInterface>]> {
  let summary = "The same values in another element type";
  let description = [{ Float to integer rounds towards zero; to a narrower float rounds to nearest even; to i1 is x != 0. }];
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `to` type($result)";
  let hasVerifier = 1;
}

#endif // MARGAY_IR_ELEMENTWISEOPS_TD
