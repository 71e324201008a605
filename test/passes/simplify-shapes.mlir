// RUN: margay-opt --nn-simplify --split-input-file %s | FileCheck %s

// Broadcasts meet, and move below reshapes and transposes.
// CHECK-LABEL: func.func @broadcasts
// CHECK-SAME: (%[[X:.*]]: tensor<1x1x3xf32>)
// CHECK-NEXT: %[[R:.*]] = nn.reshape %[[X]] : tensor<1x1x3xf32> to tensor<3x1xf32>
// CHECK-NEXT: %[[B:.*]] = nn.broadcast %[[R]] : tensor<3x1xf32> to tensor<3x?xf32, #nn.shape<3, 2 * N>>
// CHECK-NEXT: return %[[B]]
func.func @broadcasts(%x: tensor<1x1x3xf32>) -> tensor<3x?xf32, #nn.shape<3, N * 2>> {
  %0 = nn.broadcast %x : tensor<1x1x3xf32> to tensor<?x1x3xf32, #nn.shape<N, 1, 3>>
  %1 = nn.broadcast %0 : tensor<?x1x3xf32, #nn.shape<N, 1, 3>> to tensor<?x2x3xf32, #nn.shape<N, 2, 3>>
  %2 = nn.reshape %1 : tensor<?x2x3xf32, #nn.shape<N, 2, 3>> to tensor<?x3xf32, #nn.shape<N * 2, 3>>
  %3 = nn.transpose %2 {permutation = array<i64: 1, 0>} : tensor<?x3xf32, #nn.shape<N * 2, 3>> -> tensor<3x?xf32, #nn.shape<3, N * 2>>
  return %3 : tensor<3x?xf32, #nn.shape<3, N * 2>>
}

// -----

// Not: a reshape that merges what is repeated with what is not.
// CHECK-LABEL: func.func @merged
// CHECK-NEXT: nn.broadcast
// CHECK-NEXT: nn.reshape
func.func @merged(%x: tensor<1x3xf32>) -> tensor<6xf32> {
  %0 = nn.broadcast %x : tensor<1x3xf32> to tensor<2x3xf32>
  %1 = nn.reshape %0 : tensor<2x3xf32> to tensor<6xf32>
  return %1 : tensor<6xf32>
}

// -----

// Operations are done on what is repeated; where operands repeat different dimensions, there is nothing to gain.
// CHECK-LABEL: func.func @elementwise
// CHECK-SAME: (%[[X:.*]]: tensor<1x3xf32>, %[[Y:.*]]: tensor<1x1xf32>, %[[Z:.*]]: tensor<2x1xf32>)
// CHECK-DAG: %[[W:.*]] = nn.broadcast %[[Y]] : tensor<1x1xf32> to tensor<1x3xf32>
// CHECK-DAG: %[[S:.*]] = nn.add %[[X]], %[[W]] : tensor<1x3xf32>
// CHECK-DAG: nn.broadcast %[[S]] : tensor<1x3xf32> to tensor<2x3xf32>
// CHECK-DAG: nn.mul {{.*}} : tensor<2x3xf32>
func.func @elementwise(%x: tensor<1x3xf32>, %y: tensor<1x1xf32>, %z: tensor<2x1xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %0 = nn.broadcast %x : tensor<1x3xf32> to tensor<2x3xf32>
  %1 = nn.broadcast %y : tensor<1x1xf32> to tensor<2x3xf32>
  %2 = nn.broadcast %z : tensor<2x1xf32> to tensor<2x3xf32>
  %3 = nn.add %0, %1 : tensor<2x3xf32>
  %4 = nn.mul %0, %2 : tensor<2x3xf32>
  return %3, %4 : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// Joins of joins are one, where nothing else reads the inner one.
// CHECK-LABEL: func.func @concat
// CHECK-SAME: (%[[X:.*]]: tensor<2xf32>, %[[Y:.*]]: tensor<3xf32>)
// CHECK: nn.concat %[[X]], %[[Y]], %[[Y]] {axis = 0 : i64}
// CHECK: %[[I:.*]] = nn.concat %[[Y]], %[[X]]
// CHECK: nn.concat %[[I]], %[[X]]
func.func @concat(%x: tensor<2xf32>, %y: tensor<3xf32>) -> (tensor<8xf32>, tensor<5xf32>, tensor<7xf32>) {
  %0 = nn.concat %x, %y {axis = 0} : tensor<2xf32>, tensor<3xf32> -> tensor<5xf32>
  %1 = nn.concat %0, %y {axis = 0} : tensor<5xf32>, tensor<3xf32> -> tensor<8xf32>
  %2 = nn.concat %y, %x {axis = 0} : tensor<3xf32>, tensor<2xf32> -> tensor<5xf32>
  %3 = nn.concat %2, %x {axis = 0} : tensor<5xf32>, tensor<2xf32> -> tensor<7xf32>
  return %1, %2, %3 : tensor<8xf32>, tensor<5xf32>, tensor<7xf32>
}

// -----

// Of one element there is nothing to reduce, to pool or to move; of several there is.
// CHECK-LABEL: func.func @units
// CHECK-SAME: (%[[X:.*]]: tensor<2x1x1x3xf32>)
// CHECK-DAG: nn.reshape %[[X]] : tensor<2x1x1x3xf32> to tensor<2x3xf32>
// CHECK-DAG: nn.reshape %[[X]] : tensor<2x1x1x3xf32> to tensor<2x3x1x1xf32>
// CHECK-DAG: %[[M:.*]] = nn.reduce mean %[[X]] {axes = array<i64: 1, 3>}
// CHECK: return %{{.*}}, %{{.*}}, %[[X]], %[[M]]
func.func @units(%x: tensor<2x1x1x3xf32>) -> (tensor<2x3xf32>, tensor<2x3x1x1xf32>, tensor<2x1x1x3xf32>, tensor<2x1xf32>) {
  %0 = nn.reduce mean %x {axes = array<i64: 1, 2>} : tensor<2x1x1x3xf32> -> tensor<2x3xf32>
  %1 = nn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : tensor<2x1x1x3xf32> -> tensor<2x3x1x1xf32>
  %2 = nn.window max %x {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<2x1x1x3xf32> -> tensor<2x1x1x3xf32>
  %3 = nn.reduce mean %x {axes = array<i64: 1, 3>} : tensor<2x1x1x3xf32> -> tensor<2x1xf32>
  return %0, %1, %2, %3 : tensor<2x3xf32>, tensor<2x3x1x1xf32>, tensor<2x1x1x3xf32>, tensor<2x1xf32>
}
