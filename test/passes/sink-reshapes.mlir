// RUN: margay-opt --nn-sink-reshapes --split-input-file %s | FileCheck %s

// A bias and an activation follow a product at once, for any batch; the broadcast is made in the product's shape.
// CHECK-LABEL: func.func @bias
// CHECK: %[[C:.*]] = nn.contract
// CHECK: %[[B:.*]] = nn.reshape %{{.*}} : tensor<1x1x4xf32> to tensor<1x4xf32>
// CHECK: %[[BB:.*]] = nn.broadcast %[[B]] : tensor<1x4xf32> to tensor<?x4xf32, #nn.shape<3 * N, 4>>
// CHECK: %[[S:.*]] = nn.add %[[C]], %[[BB]]
// CHECK: %[[R:.*]] = nn.relu %[[S]]
// CHECK: %[[Y:.*]] = nn.reshape %[[R]] {{.*}} to tensor<?x3x4xf32
// CHECK: return %[[Y]]
func.func @bias(%x: tensor<?x2xf32, #nn.shape<N * 3, 2>>, %w: tensor<2x4xf32>, %b: tensor<1x1x4xf32>) -> tensor<?x3x4xf32, #nn.shape<N, 3, 4>> {
  %c = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<?x2xf32, #nn.shape<N * 3, 2>>, tensor<2x4xf32> -> tensor<?x4xf32, #nn.shape<N * 3, 4>>
  %r = nn.reshape %c : tensor<?x4xf32, #nn.shape<N * 3, 4>> to tensor<?x3x4xf32, #nn.shape<N, 3, 4>>
  %bb = nn.broadcast %b : tensor<1x1x4xf32> to tensor<?x3x4xf32, #nn.shape<N, 3, 4>>
  %s = nn.add %r, %bb : tensor<?x3x4xf32, #nn.shape<N, 3, 4>>
  %y = nn.relu %s : tensor<?x3x4xf32, #nn.shape<N, 3, 4>>
  return %y : tensor<?x3x4xf32, #nn.shape<N, 3, 4>>
}

// -----

// A residual is viewed in the product's shape.
// CHECK-LABEL: func.func @residual
// CHECK-SAME: %[[Z:.*]]: tensor<2x3x4xf32>
// CHECK: %[[V:.*]] = nn.reshape %[[Z]] : tensor<2x3x4xf32> to tensor<6x4xf32>
// CHECK: nn.add %{{.*}}, %[[V]] : tensor<6x4xf32>
func.func @residual(%z: tensor<2x3x4xf32>, %x: tensor<6x2xf32>, %w: tensor<2x4xf32>) -> tensor<2x3x4xf32> {
  %c = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<6x2xf32>, tensor<2x4xf32> -> tensor<6x4xf32>
  %r = nn.reshape %c : tensor<6x4xf32> to tensor<2x3x4xf32>
  %s = nn.add %r, %z : tensor<2x3x4xf32>
  return %s : tensor<2x3x4xf32>
}

// -----

// Not: a broadcast of the merged dimensions in part would have to be written out.
// CHECK-LABEL: func.func @partial
// CHECK: nn.add {{.*}} : tensor<2x3x4xf32>
func.func @partial(%p: tensor<1x3x4xf32>, %x: tensor<6x2xf32>, %w: tensor<2x4xf32>) -> tensor<2x3x4xf32> {
  %c = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<6x2xf32>, tensor<2x4xf32> -> tensor<6x4xf32>
  %r = nn.reshape %c : tensor<6x4xf32> to tensor<2x3x4xf32>
  %b = nn.broadcast %p : tensor<1x3x4xf32> to tensor<2x3x4xf32>
  %s = nn.add %r, %b : tensor<2x3x4xf32>
  return %s : tensor<2x3x4xf32>
}

// -----

// Not: where something else reads the reshape, and where a reshape would only move to another operand.
// CHECK-LABEL: func.func @stays
// CHECK: nn.relu {{.*}} : tensor<2x3x4xf32>
// CHECK: nn.add {{.*}} : tensor<24xf32>
func.func @stays(%z: tensor<24xf32>, %x: tensor<6x2xf32>, %w: tensor<2x4xf32>) -> (tensor<2x3xf32>, tensor<2x3x4xf32>, tensor<24xf32>) {
  %c = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<6x2xf32>, tensor<2x4xf32> -> tensor<6x4xf32>
  %r = nn.reshape %c : tensor<6x4xf32> to tensor<2x3x4xf32>
  %m = nn.reduce max %r {axes = array<i64: 2>} : tensor<2x3x4xf32> -> tensor<2x3xf32>
  %y = nn.relu %r : tensor<2x3x4xf32>
  %f = nn.reshape %c : tensor<6x4xf32> to tensor<24xf32>
  %s = nn.add %f, %z : tensor<24xf32>
  return %m, %y, %s : tensor<2x3xf32>, tensor<2x3x4xf32>, tensor<24xf32>
}

// -----

// What interleaves the pixels of a transposed convolution comes after its bias and activation. The bias is repeated for
// the phases: it is a recipe, and written out.
// CHECK-LABEL: func.func @interleaved
// CHECK: %[[C:.*]] = nn.contract
// CHECK: %[[T:.*]] = nn.broadcast %{{.*}} : tensor<1x1x4xf32> to tensor<1x2x4xf32>
// CHECK: %[[R:.*]] = nn.reshape %[[T]] : tensor<1x2x4xf32> to tensor<1x8xf32>
// CHECK: %[[B:.*]] = nn.broadcast %[[R]] : tensor<1x8xf32> to tensor<3x8xf32>
// CHECK: %[[S:.*]] = nn.add %[[C]], %[[B]]
// CHECK: %[[A:.*]] = nn.relu %[[S]]
// CHECK: %[[V:.*]] = nn.reshape %[[A]] : tensor<3x8xf32> to tensor<3x2x4xf32>
// CHECK: %[[I:.*]] = nn.transpose %[[V]]
// CHECK: %[[Y:.*]] = nn.reshape %[[I]] : tensor<2x3x4xf32> to tensor<6x4xf32>
// CHECK: return %[[Y]]
nn.param @b : tensor<1x4xf32> = dense<1.0> : tensor<1x4xf32>
func.func @interleaved(%x: tensor<3x2xf32>, %w: tensor<2x8xf32>) -> tensor<6x4xf32> {
  %b = nn.get @b : tensor<1x4xf32>
  %c = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<3x2xf32>, tensor<2x8xf32> -> tensor<3x8xf32>
  %v = nn.reshape %c : tensor<3x8xf32> to tensor<3x2x4xf32>
  %i = nn.transpose %v {permutation = array<i64: 1, 0, 2>} : tensor<3x2x4xf32> -> tensor<2x3x4xf32>
  %r = nn.reshape %i : tensor<2x3x4xf32> to tensor<6x4xf32>
  %bb = nn.broadcast %b : tensor<1x4xf32> to tensor<6x4xf32>
  %s = nn.add %r, %bb : tensor<6x4xf32>
  %y = nn.relu %s : tensor<6x4xf32>
  return %y : tensor<6x4xf32>
}

// -----

// Not: a bias that the repetition would make large.
// CHECK-LABEL: func.func @large
// CHECK: nn.add {{.*}} : tensor<5000x2x4xf32>
nn.param @b : tensor<1x2x4xf32> = dense<1.0> : tensor<1x2x4xf32>
func.func @large(%x: tensor<10000x2xf32>, %w: tensor<2x4xf32>) -> tensor<5000x2x4xf32> {
  %b = nn.get @b : tensor<1x2x4xf32>
  %c = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<10000x2xf32>, tensor<2x4xf32> -> tensor<10000x4xf32>
  %r = nn.reshape %c : tensor<10000x4xf32> to tensor<5000x2x4xf32>
  %bb = nn.broadcast %b : tensor<1x2x4xf32> to tensor<5000x2x4xf32>
  %s = nn.add %r, %bb : tensor<5000x2x4xf32>
  return %s : tensor<5000x2x4xf32>
}
