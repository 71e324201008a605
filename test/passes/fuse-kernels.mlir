// RUN: margay-opt --nn-fuse-kernels --nn-verify-kernels --split-input-file %s | FileCheck %s

// A convolution takes its bias, a residual and the activation; the kernel is named after its root, and the bias comes in as it is.
nn.param @w : tensor<3x3x4x8xf32> = dense<1.0> : tensor<3x3x4x8xf32>
nn.param @b : tensor<1x1x1x8xf32> = dense<0.5> : tensor<1x1x1x8xf32>
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<1x6x6x4xf32>, %[[R:.*]]: tensor<1x6x6x8xf32>)
// CHECK: %[[W:.*]] = nn.get @w
// CHECK: %[[B:.*]] = nn.get @b
// CHECK-NEXT: %[[Y:.*]] = nn.kernel "first conv" (%[[A0:.*]] = %[[X]] : {{.*}}, %[[A1:.*]] = %[[W]] : {{.*}}, %[[A2:.*]] = %[[B]] : tensor<1x1x1x8xf32>, %[[A3:.*]] = %[[R]] : {{.*}}) -> tensor<1x6x6x8xf32> {
// CHECK-NEXT: %[[C:.*]] = nn.conv %[[A0]], %[[A1]]
// CHECK-NEXT: %[[BB:.*]] = nn.broadcast %[[A2]]
// CHECK-NEXT: %[[S:.*]] = nn.add %[[C]], %[[BB]]
// CHECK-NEXT: %[[T:.*]] = nn.add %[[S]], %[[A3]]
// CHECK-NEXT: %[[U:.*]] = nn.relu %[[T]]
// CHECK-NEXT: nn.yield %[[U]]
// CHECK: return %[[Y]]
func.func @main(%x: tensor<1x6x6x4xf32>, %r: tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32> {
  %w = nn.get @w : tensor<3x3x4x8xf32>
  %b = nn.get @b : tensor<1x1x1x8xf32>
  %c = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x6x6x4xf32>, tensor<3x3x4x8xf32> -> tensor<1x6x6x8xf32> loc("first conv")
  %bb = nn.broadcast %b : tensor<1x1x1x8xf32> to tensor<1x6x6x8xf32>
  %s = nn.add %c, %bb : tensor<1x6x6x8xf32> loc("bias")
  %t = nn.add %s, %r : tensor<1x6x6x8xf32>
  %u = nn.relu %t : tensor<1x6x6x8xf32>
  return %u : tensor<1x6x6x8xf32>
}

// -----

// A diamond (x * sigmoid(x)) is one epilogue, though the product has two readers.
// CHECK-LABEL: func.func @diamond
// CHECK: nn.kernel "contract"
// CHECK-NEXT: nn.contract
// CHECK-NEXT: nn.sigmoid
// CHECK-NEXT: nn.mul
// CHECK-NEXT: nn.yield
// CHECK-NOT: nn.kernel
func.func @diamond(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) -> tensor<2x4xf32> {
  %c = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %s = nn.sigmoid %c : tensor<2x4xf32>
  %m = nn.mul %c, %s : tensor<2x4xf32>
  return %m : tensor<2x4xf32>
}

// -----

// The activation has a second reader that is no epilogue: it stays in the kernel, but what follows it does not.
// CHECK-LABEL: func.func @escapes
// CHECK: %[[FIRST:.*]] = nn.kernel "contract" (
// CHECK-NEXT: nn.contract
// CHECK-NEXT: nn.relu
// CHECK-NEXT: nn.yield
// CHECK: nn.kernel "contract_2" ({{.*}} = %[[FIRST]] : {{.*}})
// CHECK-NEXT: nn.contract
// The last of several products takes the sum.
// CHECK-NEXT: nn.add
// CHECK-NEXT: nn.yield
func.func @escapes(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %c = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %r = nn.relu %c : tensor<4x4xf32>
  %d = nn.contract %r, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %s = nn.add %d, %r : tensor<4x4xf32>
  return %s : tensor<4x4xf32>
}

// -----

// Elementwise operations of one shape are a kernel of their own; those of another shape are another kernel.
// CHECK-LABEL: func.func @elementwise
// CHECK: %[[SMALL:.*]] = nn.kernel "exp" (
// CHECK-NEXT: nn.exp
// CHECK-NEXT: nn.yield
// CHECK: nn.kernel "mul" ({{.*}}%[[SMALL]] : tensor<1x?xf32
// CHECK-DAG: nn.tanh
// CHECK-DAG: nn.broadcast {{.*}} : tensor<1x?xf32, #nn.shape<1, N>> to
// CHECK: nn.mul
// CHECK-NEXT: nn.yield
func.func @elementwise(%x: tensor<2x?xf32, #nn.shape<2, N>>, %y: tensor<1x?xf32, #nn.shape<1, N>>) -> tensor<2x?xf32, #nn.shape<2, N>> {
  %e = nn.exp %y : tensor<1x?xf32, #nn.shape<1, N>>
  %b = nn.broadcast %e : tensor<1x?xf32, #nn.shape<1, N>> to tensor<2x?xf32, #nn.shape<2, N>>
  %t = nn.tanh %x : tensor<2x?xf32, #nn.shape<2, N>>
  %m = nn.mul %t, %b : tensor<2x?xf32, #nn.shape<2, N>>
  return %m : tensor<2x?xf32, #nn.shape<2, N>>
}

// -----

// Transposing and joining take no epilogue.
// CHECK-LABEL: func.func @copies
// CHECK: nn.kernel "transpose"
// CHECK-NEXT: nn.transpose
// CHECK-NEXT: nn.yield
// CHECK: nn.kernel "concat"
// CHECK-NEXT: nn.concat
// CHECK-NEXT: nn.yield
// CHECK: nn.kernel "relu"
func.func @copies(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) -> tensor<6x2xf32> {
  %t = nn.transpose %x {permutation = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %c = nn.concat %t, %y {axis = 0} : tensor<3x2xf32>, tensor<3x2xf32> -> tensor<6x2xf32>
  %r = nn.relu %c : tensor<6x2xf32>
  return %r : tensor<6x2xf32>
}

// -----

// Recipes and reshapes stay outside; a trainable parameter makes no recipe.
nn.param @frozen : tensor<4x3xf32> = dense<1.0> : tensor<4x3xf32>
nn.param @learnt : tensor<4x3xf32> = dense<1.0> : tensor<4x3xf32> {trainable}
// CHECK-LABEL: func.func @recipes
// CHECK-DAG: nn.transpose %{{.*}} {permutation = array<i64: 1, 0>}
// CHECK-DAG: nn.kernel "transpose"
// CHECK: nn.kernel "contract"
// CHECK: nn.kernel "contract_2"
// CHECK: nn.reshape
// CHECK-NEXT: return
func.func @recipes(%x: tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<8xf32>) {
  %f = nn.get @frozen : tensor<4x3xf32>
  %l = nn.get @learnt : tensor<4x3xf32>
  %ft = nn.transpose %f {permutation = array<i64: 1, 0>} : tensor<4x3xf32> -> tensor<3x4xf32>
  %lt = nn.transpose %l {permutation = array<i64: 1, 0>} : tensor<4x3xf32> -> tensor<3x4xf32>
  %a = nn.contract %x, %ft {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %b = nn.contract %x, %lt {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %r = nn.reshape %b : tensor<2x4xf32> to tensor<8xf32>
  return %a, %r : tensor<2x4xf32>, tensor<8xf32>
}

// -----

// Each result is made by its own kernel: an argument, a reshaped argument, a constant and the second of two equal results are copied.
// CHECK-LABEL: func.func @results
// CHECK-SAME: %[[X:.*]]: tensor<2x2xf32>
// CHECK: %[[SHAPED:.*]] = nn.reshape %[[X]]
// CHECK: %[[C:.*]] = nn.constant
// CHECK: %[[K:.*]] = nn.kernel "neg" (
// CHECK: %[[R0:.*]] = nn.kernel "same" (%[[IN:.*]] = %[[X]] : tensor<2x2xf32>) -> tensor<2x2xf32> {
// CHECK-NEXT: nn.yield %[[IN]] : tensor<2x2xf32>
// CHECK: %[[R1:.*]] = nn.kernel "flat" ({{.*}} = %[[SHAPED]]
// CHECK: %[[R2:.*]] = nn.kernel "copy" ({{.*}} = %[[C]]
// CHECK: %[[R4:.*]] = nn.kernel "copy_2" ({{.*}} = %[[K]]
// CHECK: return %[[R0]], %[[R1]], %[[R2]], %[[K]], %[[R4]]
func.func @results(%x: tensor<2x2xf32>) -> (tensor<2x2xf32> {nn.name = "same"}, tensor<4xf32> {nn.name = "flat"}, tensor<2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %f = nn.reshape %x : tensor<2x2xf32> to tensor<4xf32>
  %c = nn.constant dense<1.0> : tensor<2xf32>
  %n = nn.neg %x : tensor<2x2xf32>
  return %x, %f, %c, %n, %n : tensor<2x2xf32>, tensor<4xf32>, tensor<2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// A broadcast that no elementwise operation reads is written out by a kernel.
// CHECK-LABEL: func.func @written_out
// CHECK: nn.kernel "broadcast"
// CHECK-NEXT: nn.broadcast
// CHECK-NEXT: nn.yield
// CHECK: nn.kernel "concat"
func.func @written_out(%x: tensor<1x2xf32>, %y: tensor<3x2xf32>) -> tensor<6x2xf32> {
  %b = nn.broadcast %x : tensor<1x2xf32> to tensor<3x2xf32>
  %c = nn.concat %b, %y {axis = 0} : tensor<3x2xf32>, tensor<3x2xf32> -> tensor<6x2xf32>
  return %c : tensor<6x2xf32>
}

// -----

// An operation that feeds an epilogue alone joins it; pooling, reductions and softmax take epilogues too.
// CHECK-LABEL: func.func @feeds
// CHECK: nn.kernel "reduce"
// CHECK-NEXT: nn.reduce
// CHECK-NEXT: nn.exp
// CHECK-NEXT: nn.add
// CHECK-NEXT: nn.yield
// CHECK-NOT: nn.kernel
func.func @feeds(%x: tensor<2x3xf32>, %y: tensor<2xf32>) -> tensor<2xf32> {
  %r = nn.reduce mean %x {axes = array<i64: 1>} : tensor<2x3xf32> -> tensor<2xf32>
  %e = nn.exp %y : tensor<2xf32>
  %s = nn.add %r, %e : tensor<2xf32>
  return %s : tensor<2xf32>
}

// -----

// What a root reads is in memory before it begins, also where its epilogue reads the same.
// CHECK-LABEL: func.func @read_twice
// CHECK: %[[GATED:.*]] = nn.kernel "mul" (
// CHECK-NEXT: nn.mul
// CHECK-NEXT: nn.yield
// CHECK: nn.kernel "contract" (%[[IN:.*]] = %[[GATED]] : {{.*}}, %[[WEIGHTS:.*]] = %{{.*}} : {{.*}})
// CHECK-NEXT: %[[PRODUCT:.*]] = nn.contract %[[IN]], %[[WEIGHTS]]
// CHECK-NEXT: nn.add %[[IN]], %[[PRODUCT]]
// CHECK-NEXT: nn.yield
func.func @read_twice(%x: tensor<4x4xf32>, %gate: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %m = nn.mul %x, %gate : tensor<4x4xf32>
  %c = nn.contract %m, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %s = nn.add %m, %c : tensor<4x4xf32>
  return %s : tensor<4x4xf32>
}

// -----

// Attention is one kernel: a product, its elementwise operations, a softmax, another product and its transpose.
// CHECK-LABEL: func.func @attention
// CHECK: nn.kernel
// CHECK: nn.contract
// CHECK: nn.broadcast
// CHECK: nn.add
// CHECK: nn.softmax
// CHECK: nn.contract
// CHECK: nn.transpose
// CHECK: nn.yield
// CHECK-NOT: nn.kernel
func.func @attention(%q: tensor<3x20x4xf32>, %k: tensor<3x4x5xf32>, %v: tensor<3x5x8xf32>, %mask: tensor<1x1x5xf32>) -> tensor<20x3x8xf32> {
  %s = nn.contract %q, %k {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<3x20x4xf32>, tensor<3x4x5xf32> -> tensor<3x20x5xf32>
  %b = nn.broadcast %mask : tensor<1x1x5xf32> to tensor<3x20x5xf32>
  %m = nn.add %s, %b : tensor<3x20x5xf32>
  %p = nn.softmax %m {axis = 2} : tensor<3x20x5xf32>
  %o = nn.contract %p, %v {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<3x20x5xf32>, tensor<3x5x8xf32> -> tensor<3x20x8xf32>
  %t = nn.transpose %o {permutation = array<i64: 1, 0, 2>} : tensor<3x20x8xf32> -> tensor<20x3x8xf32>
  return %t : tensor<20x3x8xf32>
}

// -----

// Not: the scores are needed elsewhere; few rows.
// CHECK-LABEL: func.func @no_attention
// CHECK-COUNT-6: nn.kernel
func.func @no_attention(%q: tensor<3x20x4xf32>, %r: tensor<3x2x4xf32>, %k: tensor<3x4x5xf32>, %v: tensor<3x5x8xf32>) -> (tensor<3x20x5xf32>, tensor<3x20x8xf32>, tensor<3x2x8xf32>) {
  %s = nn.contract %q, %k {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<3x20x4xf32>, tensor<3x4x5xf32> -> tensor<3x20x5xf32>
  %p = nn.softmax %s {axis = 2} : tensor<3x20x5xf32>
  %o = nn.contract %p, %v {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<3x20x5xf32>, tensor<3x5x8xf32> -> tensor<3x20x8xf32>
  %t = nn.contract %r, %k {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<3x2x4xf32>, tensor<3x4x5xf32> -> tensor<3x2x5xf32>
  %u = nn.softmax %t {axis = 2} : tensor<3x2x5xf32>
  %w = nn.contract %u, %v {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<3x2x5xf32>, tensor<3x5x8xf32> -> tensor<3x2x8xf32>
  return %p, %o, %w : tensor<3x20x5xf32>, tensor<3x20x8xf32>, tensor<3x2x8xf32>
}
