// RUN: margay-opt --nn-normalize-roles --split-input-file %s | FileCheck %s

// A transposed operand; the other one stays as it is.
// CHECK-LABEL: func.func @transposed
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[W:.*]]: tensor<4x3xf32>
// CHECK: %[[T:.*]] = nn.transpose %[[W]] {permutation = array<i64: 1, 0>}
// CHECK: %[[Y:.*]] = nn.contract %[[X]], %[[T]] {lhs_roles = "mk", rhs_roles = "kn"}
// CHECK: return %[[Y]]
func.func @transposed(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %y = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "nk"} : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Not: the two normal forms.
// CHECK-LABEL: func.func @normal
// CHECK-NEXT: nn.contract
// CHECK-NEXT: nn.contract
// CHECK-NEXT: nn.softmax
// CHECK-NEXT: return
func.func @normal(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>, %p: tensor<5x2x3xf32>, %q: tensor<5x3x4xf32>) -> (tensor<2x4xf32>, tensor<5x2x4xf32>, tensor<2x3xf32>) {
  %y = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %z = nn.contract %p, %q {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<5x2x3xf32>, tensor<5x3x4xf32> -> tensor<5x2x4xf32>
  %s = nn.softmax %x {axis = 1} : tensor<2x3xf32>
  return %y, %z, %s : tensor<2x4xf32>, tensor<5x2x4xf32>, tensor<2x3xf32>
}

// -----

// Rows in several dimensions are merged, for any batch.
// CHECK-LABEL: func.func @rows
// CHECK: %[[X:.*]] = nn.reshape %{{.*}} to tensor<?x3xf32, #nn.shape<5 * N, 3>>
// CHECK: %[[Y:.*]] = nn.contract %[[X]], %{{.*}} {lhs_roles = "mk", rhs_roles = "kn"}
// CHECK: nn.reshape %[[Y]] {{.*}} to tensor<?x5x4xf32, #nn.shape<N, 5, 4>>
func.func @rows(%x: tensor<?x5x3xf32, #nn.shape<N, 5, 3>>, %w: tensor<3x4xf32>) -> tensor<?x5x4xf32, #nn.shape<N, 5, 4>> {
  %y = nn.contract %x, %w {lhs_roles = "mmk", rhs_roles = "kn"} : tensor<?x5x3xf32, #nn.shape<N, 5, 3>>, tensor<3x4xf32> -> tensor<?x5x4xf32, #nn.shape<N, 5, 4>>
  return %y : tensor<?x5x4xf32, #nn.shape<N, 5, 4>>
}

// -----

// Heads of attention, whose sizes are known: the product reads them as they lie.
// CHECK-LABEL: func.func @heads
// CHECK-SAME: %[[Q:.*]]: tensor<2x3x7x4xf32>, %[[K:.*]]: tensor<2x3x5x4xf32>
// CHECK-NEXT: nn.contract %[[Q]], %[[K]] {lhs_roles = "bbmk", rhs_roles = "bbnk"}
// CHECK-NEXT: return
func.func @heads(%q: tensor<2x3x7x4xf32>, %k: tensor<2x3x5x4xf32>) -> tensor<2x3x7x5xf32> {
  %y = nn.contract %q, %k {lhs_roles = "bbmk", rhs_roles = "bbnk"} : tensor<2x3x7x4xf32>, tensor<2x3x5x4xf32> -> tensor<2x3x7x5xf32>
  return %y : tensor<2x3x7x5xf32>
}

// -----

// Transposes of such operands are other roles.
// CHECK-LABEL: func.func @turned_heads
// CHECK-SAME: %[[Q:.*]]: tensor<2x7x3x4xf32>, %[[K:.*]]: tensor<2x5x3x4xf32>
// CHECK-NEXT: nn.contract %[[Q]], %[[K]] {lhs_roles = "bmbk", rhs_roles = "bnbk"}
// CHECK-NEXT: return
func.func @turned_heads(%q: tensor<2x7x3x4xf32>, %k: tensor<2x5x3x4xf32>) -> tensor<2x3x7x5xf32> {
  %p = nn.transpose %q {permutation = array<i64: 0, 2, 1, 3>} : tensor<2x7x3x4xf32> -> tensor<2x3x7x4xf32>
  %t = nn.transpose %k {permutation = array<i64: 0, 2, 3, 1>} : tensor<2x5x3x4xf32> -> tensor<2x3x4x5xf32>
  %y = nn.contract %p, %t {lhs_roles = "bbmk", rhs_roles = "bbkn"} : tensor<2x3x7x4xf32>, tensor<2x3x4x5xf32> -> tensor<2x3x7x5xf32>
  return %y : tensor<2x3x7x5xf32>
}

// -----

// Not: neither rows nor columns of the operand are whole, or batches would change places.
// CHECK-LABEL: func.func @turned_apart
// CHECK: nn.transpose
// CHECK: nn.contract {{.*}} {lhs_roles = "bmk", rhs_roles = "bkn"}
// CHECK: nn.transpose
// CHECK: nn.contract {{.*}} {lhs_roles = "bbmk", rhs_roles = "bbkn"}
func.func @turned_apart(%q: tensor<4x7x3xf32>, %k: tensor<3x4x5xf32>, %a: tensor<2x6x7x4xf32>, %b: tensor<6x2x4x5xf32>) -> (tensor<3x7x5xf32>, tensor<2x6x7x5xf32>) {
  %p = nn.transpose %q {permutation = array<i64: 2, 1, 0>} : tensor<4x7x3xf32> -> tensor<3x7x4xf32>
  %y = nn.contract %p, %k {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<3x7x4xf32>, tensor<3x4x5xf32> -> tensor<3x7x5xf32>
  %t = nn.transpose %b {permutation = array<i64: 1, 0, 2, 3>} : tensor<6x2x4x5xf32> -> tensor<2x6x4x5xf32>
  %z = nn.contract %a, %t {lhs_roles = "bbmk", rhs_roles = "bbkn"} : tensor<2x6x7x4xf32>, tensor<2x6x4x5xf32> -> tensor<2x6x7x5xf32>
  return %y, %z : tensor<3x7x5xf32>, tensor<2x6x7x5xf32>
}

// -----

// Where only a call knows the sizes, batches are merged, and the summed dimension of rhs comes first.
// CHECK-LABEL: func.func @unknown_heads
// CHECK-SAME: %[[Q:.*]]: tensor<2x3x7x4xf32>, %[[K:.*]]: tensor<2x3x?x4xf32
// CHECK-NOT: nn.transpose
// CHECK: %[[QR:.*]] = nn.reshape %[[Q]] : {{.*}} to tensor<6x7x4xf32>
// CHECK: %[[KT:.*]] = nn.transpose %[[K]] {permutation = array<i64: 0, 1, 3, 2>}
// CHECK: %[[KR:.*]] = nn.reshape %[[KT]] {{.*}} to tensor<6x4x?xf32
// CHECK: nn.contract %[[QR]], %[[KR]] {lhs_roles = "bmk", rhs_roles = "bkn"}
// CHECK: nn.reshape {{.*}} to tensor<2x3x7x?xf32
func.func @unknown_heads(%q: tensor<2x3x7x4xf32>, %k: tensor<2x3x?x4xf32, #nn.shape<2, 3, N, 4>>) -> tensor<2x3x7x?xf32, #nn.shape<2, 3, 7, N>> {
  %y = nn.contract %q, %k {lhs_roles = "bbmk", rhs_roles = "bbnk"} : tensor<2x3x7x4xf32>, tensor<2x3x?x4xf32, #nn.shape<2, 3, N, 4>> -> tensor<2x3x7x?xf32, #nn.shape<2, 3, 7, N>>
  return %y : tensor<2x3x7x?xf32, #nn.shape<2, 3, 7, N>>
}

// -----

// Missing roles are dimensions of size 1, and a batch of 1 is none.
// CHECK-LABEL: func.func @vectors
// CHECK: nn.contract {{.*}} {lhs_roles = "mk", rhs_roles = "kn"} : tensor<1x3xf32>, tensor<3x1xf32> -> tensor<1x1xf32>
// CHECK: nn.contract {{.*}} {lhs_roles = "mk", rhs_roles = "kn"} : tensor<3x1xf32>, tensor<1x3xf32> -> tensor<3x3xf32>
// CHECK: nn.contract {{.*}} {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
func.func @vectors(%x: tensor<3xf32>, %y: tensor<3xf32>, %p: tensor<1x2x3xf32>, %q: tensor<1x3x4xf32>) -> (tensor<f32>, tensor<3x3xf32>, tensor<1x2x4xf32>) {
  %d = nn.contract %x, %y {lhs_roles = "k", rhs_roles = "k"} : tensor<3xf32>, tensor<3xf32> -> tensor<f32>
  %o = nn.contract %x, %y {lhs_roles = "m", rhs_roles = "n"} : tensor<3xf32>, tensor<3xf32> -> tensor<3x3xf32>
  %b = nn.contract %p, %q {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<1x2x3xf32>, tensor<1x3x4xf32> -> tensor<1x2x4xf32>
  return %d, %o, %b : tensor<f32>, tensor<3x3xf32>, tensor<1x2x4xf32>
}

// -----

// A matrix repeated for each batch is one matrix, and the batches are rows.
// CHECK-LABEL: func.func @repeated
// CHECK-NOT: nn.broadcast
// CHECK: nn.contract {{.*}} : tensor<10x3xf32>, tensor<3x4xf32> -> tensor<10x4xf32>
func.func @repeated(%x: tensor<5x2x3xf32>, %w: tensor<1x3x4xf32>) -> tensor<5x2x4xf32> {
  %b = nn.broadcast %w : tensor<1x3x4xf32> to tensor<5x3x4xf32>
  %y = nn.contract %x, %b {lhs_roles = "bmk", rhs_roles = "bkn"} : tensor<5x2x3xf32>, tensor<5x3x4xf32> -> tensor<5x2x4xf32>
  return %y : tensor<5x2x4xf32>
}

// -----

// A softmax along another axis is turned, and turned back.
// CHECK-LABEL: func.func @softmax
// CHECK: %[[T:.*]] = nn.transpose %{{.*}} {permutation = array<i64: 0, 2, 1>}
// CHECK: %[[S:.*]] = nn.softmax %[[T]] {axis = 2 : i64, log}
// CHECK: nn.transpose %[[S]] {permutation = array<i64: 0, 2, 1>}
func.func @softmax(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %y = nn.softmax %x {axis = 1, log} : tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// Where only dimensions of size 1 move, a view is enough.
// CHECK-LABEL: func.func @softmax_of_pixels
// CHECK-NOT: nn.transpose
// CHECK: nn.softmax %{{.*}} {axis = 3 : i64} : tensor<2x1x1x3xf32>
func.func @softmax_of_pixels(%x: tensor<2x3x1x1xf32>) -> tensor<2x3x1x1xf32> {
  %y = nn.softmax %x {axis = 1} : tensor<2x3x1x1xf32>
  return %y : tensor<2x3x1x1xf32>
}
