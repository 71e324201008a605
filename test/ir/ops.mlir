// Every operation and attribute of the dialect is printed as it is read, in its own form and in the generic one.
//
// RUN: margay-opt %s | margay-opt | FileCheck %s
// RUN: margay-opt %s --mlir-print-op-generic | margay-opt | FileCheck %s

// CHECK: nn.param @small : tensor<2xf32> = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
nn.param @small : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
// CHECK: nn.param @big : tensor<2x2xi16> = dense_resource<bytes> : tensor<2x2xi16> {model_name = "conv1.weight", role = "bias", sym_visibility = "private", trainable}
nn.param @big : tensor<2x2xi16> = dense_resource<bytes> : tensor<2x2xi16> {model_name = "conv1.weight", role = "bias", sym_visibility = "private", trainable}

// CHECK-LABEL: func.func @constants
func.func @constants() {
  // CHECK: nn.constant dense<[1, 2]> : tensor<2xi64>
  %0 = nn.constant dense<[1, 2]> : tensor<2xi64>
  // CHECK: nn.constant {note = "kept"} dense<2.500000e-01> : tensor<8x8xbf16>
  %1 = nn.constant {note = "kept"} dense<0.25> : tensor<8x8xbf16>
  // CHECK: nn.get @small : tensor<2xf32>
  %2 = nn.get @small : tensor<2xf32>
  // CHECK: nn.get @big : tensor<2x2xi16>
  %3 = nn.get @big : tensor<2x2xi16>
  return
}

// CHECK-LABEL: func.func @unary
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[I:.*]]: tensor<4xui8>)
func.func @unary(%x: tensor<2x3xf32>, %i: tensor<4xui8>) {
  // CHECK: nn.abs %[[X]] : tensor<2x3xf32>
  nn.abs %x : tensor<2x3xf32>
  // CHECK: nn.ceil %[[X]] : tensor<2x3xf32>
  nn.ceil %x : tensor<2x3xf32>
  // CHECK: nn.erf %[[X]] : tensor<2x3xf32>
  nn.erf %x : tensor<2x3xf32>
  // CHECK: nn.exp %[[X]] : tensor<2x3xf32>
  nn.exp %x : tensor<2x3xf32>
  // CHECK: nn.floor %[[X]] : tensor<2x3xf32>
  nn.floor %x : tensor<2x3xf32>
  // CHECK: nn.log %[[X]] : tensor<2x3xf32>
  nn.log %x : tensor<2x3xf32>
  // CHECK: nn.neg %[[X]] : tensor<2x3xf32>
  nn.neg %x : tensor<2x3xf32>
  // CHECK: nn.reciprocal %[[X]] : tensor<2x3xf32>
  nn.reciprocal %x : tensor<2x3xf32>
  // CHECK: nn.relu %[[X]] : tensor<2x3xf32>
  nn.relu %x : tensor<2x3xf32>
  // CHECK: nn.sigmoid %[[X]] : tensor<2x3xf32>
  nn.sigmoid %x : tensor<2x3xf32>
  // CHECK: nn.sqrt %[[X]] : tensor<2x3xf32>
  nn.sqrt %x : tensor<2x3xf32>
  // CHECK: nn.tanh %[[X]] : tensor<2x3xf32>
  nn.tanh %x : tensor<2x3xf32>
  // CHECK: nn.relu %[[I]] : tensor<4xui8>
  nn.relu %i : tensor<4xui8>
  // CHECK: nn.cast %[[X]] : tensor<2x3xf32> to tensor<2x3xi1>
  nn.cast %x : tensor<2x3xf32> to tensor<2x3xi1>
  return
}

// CHECK-LABEL: func.func @binary
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<2x3xf32>)
func.func @binary(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) {
  // CHECK: nn.add %[[X]], %[[Y]] : tensor<2x3xf32>
  nn.add %x, %y : tensor<2x3xf32>
  // CHECK: nn.div %[[X]], %[[Y]] : tensor<2x3xf32>
  nn.div %x, %y : tensor<2x3xf32>
  // CHECK: nn.max %[[X]], %[[Y]] : tensor<2x3xf32>
  nn.max %x, %y : tensor<2x3xf32>
  // CHECK: nn.min %[[X]], %[[Y]] : tensor<2x3xf32>
  nn.min %x, %y : tensor<2x3xf32>
  // CHECK: nn.mul %[[X]], %[[Y]] : tensor<2x3xf32>
  nn.mul %x, %y : tensor<2x3xf32>
  // CHECK: nn.sub %[[X]], %[[Y]] : tensor<2x3xf32>
  nn.sub %x, %y : tensor<2x3xf32>
  return
}

// CHECK-LABEL: func.func @functions_of_reals
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<2x3xf32>)
func.func @functions_of_reals(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) {
  // CHECK: nn.acos %[[X]] : tensor<2x3xf32>
  nn.acos %x : tensor<2x3xf32>
  // CHECK: nn.acosh %[[X]] : tensor<2x3xf32>
  nn.acosh %x : tensor<2x3xf32>
  // CHECK: nn.asin %[[X]] : tensor<2x3xf32>
  nn.asin %x : tensor<2x3xf32>
  // CHECK: nn.asinh %[[X]] : tensor<2x3xf32>
  nn.asinh %x : tensor<2x3xf32>
  // CHECK: nn.atan %[[X]] : tensor<2x3xf32>
  nn.atan %x : tensor<2x3xf32>
  // CHECK: nn.atanh %[[X]] : tensor<2x3xf32>
  nn.atanh %x : tensor<2x3xf32>
  // CHECK: nn.cos %[[X]] : tensor<2x3xf32>
  nn.cos %x : tensor<2x3xf32>
  // CHECK: nn.cosh %[[X]] : tensor<2x3xf32>
  nn.cosh %x : tensor<2x3xf32>
  // CHECK: nn.expm1 %[[X]] : tensor<2x3xf32>
  nn.expm1 %x : tensor<2x3xf32>
  // CHECK: nn.gelu %[[X]] : tensor<2x3xf32>
  nn.gelu %x : tensor<2x3xf32>
  // CHECK: nn.log1p %[[X]] : tensor<2x3xf32>
  nn.log1p %x : tensor<2x3xf32>
  // CHECK: nn.round %[[X]] : tensor<2x3xf32>
  nn.round %x : tensor<2x3xf32>
  // CHECK: nn.sign %[[X]] : tensor<2x3xf32>
  nn.sign %x : tensor<2x3xf32>
  // CHECK: nn.sin %[[X]] : tensor<2x3xf32>
  nn.sin %x : tensor<2x3xf32>
  // CHECK: nn.sinh %[[X]] : tensor<2x3xf32>
  nn.sinh %x : tensor<2x3xf32>
  // CHECK: nn.tan %[[X]] : tensor<2x3xf32>
  nn.tan %x : tensor<2x3xf32>
  // CHECK: nn.gelu %[[X]] {tanh} : tensor<2x3xf32>
  nn.gelu %x {tanh} : tensor<2x3xf32>
  // CHECK: nn.pow %[[X]], %[[Y]] : tensor<2x3xf32>
  nn.pow %x, %y : tensor<2x3xf32>
  // CHECK: nn.mod %[[X]], %[[Y]] {truncated} : tensor<2x3xf32>
  nn.mod %x, %y {truncated} : tensor<2x3xf32>
  return
}

// CHECK-LABEL: func.func @bits
// CHECK-SAME: (%[[X:.*]]: tensor<4xui8>, %[[Y:.*]]: tensor<4xui8>, %[[C:.*]]: tensor<4xi1>)
func.func @bits(%x: tensor<4xui8>, %y: tensor<4xui8>, %c: tensor<4xi1>) {
  // CHECK: nn.and %[[X]], %[[Y]] : tensor<4xui8>
  nn.and %x, %y : tensor<4xui8>
  // CHECK: nn.mod %[[X]], %[[Y]] : tensor<4xui8>
  nn.mod %x, %y : tensor<4xui8>
  // CHECK: nn.or %[[X]], %[[Y]] : tensor<4xui8>
  nn.or %x, %y : tensor<4xui8>
  // CHECK: nn.shift_left %[[X]], %[[Y]] : tensor<4xui8>
  nn.shift_left %x, %y : tensor<4xui8>
  // CHECK: nn.shift_right %[[X]], %[[Y]] : tensor<4xui8>
  nn.shift_right %x, %y : tensor<4xui8>
  // CHECK: nn.xor %[[X]], %[[Y]] : tensor<4xui8>
  nn.xor %x, %y : tensor<4xui8>
  // CHECK: nn.not %[[C]] : tensor<4xi1>
  nn.not %c : tensor<4xi1>
  // CHECK: nn.bitcast %[[X]] : tensor<4xui8> to tensor<4xi8>
  nn.bitcast %x : tensor<4xui8> to tensor<4xi8>
  return
}

// CHECK-LABEL: func.func @comparisons
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32, #nn.shape<N, 3>>, %[[Y:.*]]: tensor<?x3xf32, #nn.shape<N, 3>>, %[[C:.*]]: tensor<?x3xi1, #nn.shape<N, 3>>)
func.func @comparisons(%x: tensor<?x3xf32, #nn.shape<N, 3>>, %y: tensor<?x3xf32, #nn.shape<N, 3>>, %c: tensor<?x3xi1, #nn.shape<N, 3>>) {
  // CHECK: nn.compare eq %[[X]], %[[Y]] : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  nn.compare eq %x, %y : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  // CHECK: nn.compare ne %[[X]], %[[Y]] : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  nn.compare ne %x, %y : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  // CHECK: nn.compare lt %[[X]], %[[Y]] : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  nn.compare lt %x, %y : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  // CHECK: nn.compare le %[[X]], %[[Y]] : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  nn.compare le %x, %y : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  // CHECK: nn.compare gt %[[X]], %[[Y]] : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  nn.compare gt %x, %y : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  // CHECK: nn.compare ge %[[X]], %[[Y]] : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  nn.compare ge %x, %y : tensor<?x3xf32, #nn.shape<N, 3>> -> tensor<?x3xi1, #nn.shape<N, 3>>
  // CHECK: nn.select %[[C]], %[[X]], %[[Y]] : tensor<?x3xi1, #nn.shape<N, 3>>, tensor<?x3xf32, #nn.shape<N, 3>>
  nn.select %c, %x, %y : tensor<?x3xi1, #nn.shape<N, 3>>, tensor<?x3xf32, #nn.shape<N, 3>>
  return
}

// CHECK-LABEL: func.func @contractions
// CHECK-SAME: (%[[A:.*]]: tensor<4x2x3xf32>, %[[B:.*]]: tensor<4x5x3xf32>, %[[X:.*]]: tensor<1x8x8x4xf32>, %[[F:.*]]: tensor<3x3x2x6xf32>)
func.func @contractions(%a: tensor<4x2x3xf32>, %b: tensor<4x5x3xf32>, %x: tensor<1x8x8x4xf32>, %f: tensor<3x3x2x6xf32>) {
  // CHECK: nn.contract %[[A]], %[[B]] {lhs_roles = "bmk", rhs_roles = "bnk"} : tensor<4x2x3xf32>, tensor<4x5x3xf32> -> tensor<4x2x5xf32>
  nn.contract %a, %b {lhs_roles = "bmk", rhs_roles = "bnk"} : tensor<4x2x3xf32>, tensor<4x5x3xf32> -> tensor<4x2x5xf32>
  // CHECK: nn.conv %[[X]], %[[F]] {dilations = array<i64: 2, 1>, groups = 2 : i64, pads = array<i64: 1, 0, 1, 0>, strides = array<i64: 2, 1>} : tensor<1x8x8x4xf32>, tensor<3x3x2x6xf32> -> tensor<1x3x6x6xf32>
  nn.conv %x, %f {strides = array<i64: 2, 1>, dilations = array<i64: 2, 1>, pads = array<i64: 1, 0, 1, 0>, groups = 2 : i64}
    : tensor<1x8x8x4xf32>, tensor<3x3x2x6xf32> -> tensor<1x3x6x6xf32>
  return
}

// CHECK-LABEL: func.func @reductions
// CHECK-SAME: (%[[X:.*]]: tensor<1x5x5x2xf32>)
func.func @reductions(%x: tensor<1x5x5x2xf32>) {
  // CHECK: nn.reduce sum %[[X]] {axes = array<i64: 1, 2>} : tensor<1x5x5x2xf32> -> tensor<1x2xf32>
  nn.reduce sum %x {axes = array<i64: 1, 2>} : tensor<1x5x5x2xf32> -> tensor<1x2xf32>
  // CHECK: nn.reduce mean %[[X]] {axes = array<i64: 0>} : tensor<1x5x5x2xf32> -> tensor<5x5x2xf32>
  nn.reduce mean %x {axes = array<i64: 0>} : tensor<1x5x5x2xf32> -> tensor<5x5x2xf32>
  // CHECK: nn.reduce max %[[X]] {axes = array<i64>} : tensor<1x5x5x2xf32> -> tensor<1x5x5x2xf32>
  nn.reduce max %x {axes = array<i64>} : tensor<1x5x5x2xf32> -> tensor<1x5x5x2xf32>
  // CHECK: nn.reduce min %[[X]] {axes = array<i64: 0, 1, 2, 3>} : tensor<1x5x5x2xf32> -> tensor<f32>
  nn.reduce min %x {axes = array<i64: 0, 1, 2, 3>} : tensor<1x5x5x2xf32> -> tensor<f32>
  // CHECK: nn.reduce prod %[[X]] {axes = array<i64: 3>} : tensor<1x5x5x2xf32> -> tensor<1x5x5xf32>
  nn.reduce prod %x {axes = array<i64: 3>} : tensor<1x5x5x2xf32> -> tensor<1x5x5xf32>
  // CHECK: nn.window max %[[X]] {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : tensor<1x5x5x2xf32> -> tensor<1x3x3x2xf32>
  nn.window max %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, ceil_mode}
    : tensor<1x5x5x2xf32> -> tensor<1x3x3x2xf32>
  // CHECK: nn.window mean %[[X]] {count_include_pad, dilations = array<i64: 2, 1>, kernel = array<i64: 3, 2>, pads = array<i64: 1, 0, 1, 0>, strides = array<i64: 1, 1>} : tensor<1x5x5x2xf32> -> tensor<1x3x4x2xf32>
  nn.window mean %x {kernel = array<i64: 3, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 2, 1>, pads = array<i64: 1, 0, 1, 0>, count_include_pad}
    : tensor<1x5x5x2xf32> -> tensor<1x3x4x2xf32>
  // CHECK: nn.softmax %[[X]] {axis = 3 : i64} : tensor<1x5x5x2xf32>
  nn.softmax %x {axis = 3 : i64} : tensor<1x5x5x2xf32>
  // CHECK: nn.softmax %[[X]] {axis = 0 : i64, log} : tensor<1x5x5x2xf32>
  nn.softmax %x {axis = 0 : i64, log} : tensor<1x5x5x2xf32>
  return
}

// CHECK-LABEL: func.func @shapes
// CHECK-SAME: (%[[X:.*]]: tensor<2x1xf32>)
func.func @shapes(%x: tensor<2x1xf32>) {
  // CHECK: nn.broadcast %[[X]] : tensor<2x1xf32> to tensor<2x3xf32>
  nn.broadcast %x : tensor<2x1xf32> to tensor<2x3xf32>
  // CHECK: nn.concat %[[X]], %[[X]] {axis = 1 : i64} : tensor<2x1xf32>, tensor<2x1xf32> -> tensor<2x2xf32>
  nn.concat %x, %x {axis = 1 : i64} : tensor<2x1xf32>, tensor<2x1xf32> -> tensor<2x2xf32>
  // CHECK: nn.reshape %[[X]] : tensor<2x1xf32> to tensor<1x1x2xf32>
  nn.reshape %x : tensor<2x1xf32> to tensor<1x1x2xf32>
  // CHECK: nn.transpose %[[X]] {permutation = array<i64: 1, 0>} : tensor<2x1xf32> -> tensor<1x2xf32>
  nn.transpose %x {permutation = array<i64: 1, 0>} : tensor<2x1xf32> -> tensor<1x2xf32>
  return
}

// Dimensions are printed in normal form; a function carries its symbols and the names of its inputs.
//
// CHECK-LABEL: func.func @dimensions
// CHECK-SAME: (%[[X:.*]]: tensor<?x?x4xf32, #nn.shape<2 * N + 1, "sequence length", 4>> {nn.name = "x"})
// CHECK-SAME: attributes {nn.symbols = [#nn.symbol<"N", 1, 32>, #nn.symbol<"sequence length", 0, -1>]}
func.func @dimensions(%x: tensor<?x?x4xf32, #nn.shape<1 + N + N, "sequence length", 4>> {nn.name = "x"})
    attributes {nn.symbols = [#nn.symbol<"N", 1, 32>, #nn.symbol<"sequence length", 0, -1>]} {
  // CHECK: nn.exp %[[X]] : tensor<?x?x4xf32, #nn.shape<2 * N + 1, "sequence length", 4>>
  nn.exp %x : tensor<?x?x4xf32, #nn.shape<N * 2 + 1, "sequence length", 4>>
  // CHECK: nn.concat %[[X]], %[[X]] {axis = 0 : i64} : {{.*}} -> tensor<?x?x4xf32, #nn.shape<4 * N + 2, "sequence length", 4>>
  nn.concat %x, %x {axis = 0 : i64} : tensor<?x?x4xf32, #nn.shape<2 * N + 1, "sequence length", 4>>, tensor<?x?x4xf32, #nn.shape<2 * N + 1, "sequence length", 4>>
    -> tensor<?x?x4xf32, #nn.shape<4 * N + 2, "sequence length", 4>>
  // CHECK: nn.window max %[[X]] {{.*}} -> tensor<?x?x4xf32, #nn.shape<2 * N + 1, min("sequence length" floordiv 2, ("sequence length" + 1) floordiv 2), 4>>
  nn.window max %x {kernel = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, ceil_mode}
    : tensor<?x?x4xf32, #nn.shape<2 * N + 1, "sequence length", 4>>
    -> tensor<?x?x4xf32, #nn.shape<2 * N + 1, min("sequence length" floordiv 2, ("sequence length" + 1) floordiv 2), 4>>
  return
}

// CHECK-LABEL: func.func private @dimension_attributes
// CHECK-SAME: dims = [#nn.dim<7>, #nn.dim<N>, #nn.dim<(H + 1) floordiv 2>, #nn.dim<H mod 4>, #nn.dim<max(A, min(B, C))>, #nn.dim<3 * (A mod B)>]
// CHECK-SAME: plan = #nn.plan<"gemm", {panel = 16 : i64}>
func.func private @dimension_attributes() attributes {
  dims = [#nn.dim<7>, #nn.dim<N>, #nn.dim<(1 + H) floordiv 2>, #nn.dim<(H + 4) mod 4>, #nn.dim<max(min(C, B), A)>, #nn.dim<(A mod B) * 3>],
  plan = #nn.plan<"gemm", {panel = 16 : i64}>}

// CHECK-LABEL: func.func @kernels
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
func.func @kernels(%x: tensor<4xf32>) {
  // CHECK: nn.kernel "sum" (%[[A:.*]] = %[[X]] : tensor<4xf32>, %[[B:.*]] = %[[X]] : tensor<4xf32>) -> tensor<4xf32> plan #nn.plan<"elementwise", {width = 8 : i64}> {
  // CHECK-NEXT: %[[S:.*]] = nn.add %[[A]], %[[B]] : tensor<4xf32>
  // CHECK-NEXT: nn.yield %[[S]] : tensor<4xf32>
  // CHECK-NEXT: }
  %0 = nn.kernel "sum" (%a = %x : tensor<4xf32>, %b = %x : tensor<4xf32>) -> tensor<4xf32> plan #nn.plan<"elementwise", {width = 8 : i64}> {
    %s = nn.add %a, %b : tensor<4xf32>
    nn.yield %s : tensor<4xf32>
  }
  // CHECK: nn.kernel "two" (%[[A:.*]] = %[[X]] : tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) attributes {note = "kept"} {
  %1:2 = nn.kernel "two" (%a = %x : tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) attributes {note = "kept"} {
    nn.yield %a, %a : tensor<4xf32>, tensor<4xf32>
  }
  // CHECK: nn.kernel "nothing" () {
  // CHECK-NEXT: nn.yield
  nn.kernel "nothing" () {
    nn.yield
  }
  return
}

{-# dialect_resources: { builtin: { bytes: "0x020000000100020003000400" } } #-}
