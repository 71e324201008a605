// RUN: margay-opt --nn-simplify --split-input-file %s | FileCheck %s

// Neighbouring slices of a value are joined again: here to all of it.
// CHECK-LABEL: func.func @halves
// CHECK-SAME: (%[[X:.*]]: tensor<2x5xf32>, %[[Y:.*]]: tensor<2x1xf32>)
// CHECK-NEXT: nn.concat %[[X]], %[[Y]] {axis = 1 : i64}
func.func @halves(%x: tensor<2x5xf32>, %y: tensor<2x1xf32>) -> tensor<2x6xf32> {
  %0 = nn.slice %x {starts = #nn.shape<0, 0>, steps = array<i64: 1, 1>} : tensor<2x5xf32> to tensor<2x2xf32>
  %1 = nn.slice %x {starts = #nn.shape<0, 2>, steps = array<i64: 1, 1>} : tensor<2x5xf32> to tensor<2x3xf32>
  %2 = nn.concat %0, %1, %y {axis = 1} : tensor<2x2xf32>, tensor<2x3xf32>, tensor<2x1xf32> -> tensor<2x6xf32>
  return %2 : tensor<2x6xf32>
}

// -----

// Not: they change places.
// CHECK-LABEL: func.func @swapped
// CHECK-COUNT-2: nn.slice
// CHECK: nn.concat
func.func @swapped(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %0 = nn.slice %x {starts = #nn.shape<0, 0>, steps = array<i64: 1, 1>} : tensor<2x5xf32> to tensor<2x2xf32>
  %1 = nn.slice %x {starts = #nn.shape<0, 2>, steps = array<i64: 1, 1>} : tensor<2x5xf32> to tensor<2x3xf32>
  %2 = nn.concat %1, %0 {axis = 1} : tensor<2x3xf32>, tensor<2x2xf32> -> tensor<2x5xf32>
  return %2 : tensor<2x5xf32>
}

// -----

// Each join of a dense block lies within the next one.
// CHECK-LABEL: func.func @dense
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<2x1xf32>, %[[Z:.*]]: tensor<2x1xf32>)
// CHECK-NEXT: %[[A:.*]] = nn.concat %[[X]], %[[Y]]
// CHECK-NEXT: %[[B:.*]] = nn.concat %[[A]], %[[Z]]
// CHECK-NEXT: nn.concat %[[B]], %[[X]]
func.func @dense(%x: tensor<2x3xf32>, %y: tensor<2x1xf32>, %z: tensor<2x1xf32>) -> (tensor<2x4xf32>, tensor<2x5xf32>, tensor<2x8xf32>) {
  %0 = nn.concat %x, %y {axis = 1} : tensor<2x3xf32>, tensor<2x1xf32> -> tensor<2x4xf32>
  %1 = nn.concat %x, %y, %z {axis = 1} : tensor<2x3xf32>, tensor<2x1xf32>, tensor<2x1xf32> -> tensor<2x5xf32>
  %2 = nn.concat %x, %y, %z, %x {axis = 1} : tensor<2x3xf32>, tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x3xf32> -> tensor<2x8xf32>
  return %0, %1, %2 : tensor<2x4xf32>, tensor<2x5xf32>, tensor<2x8xf32>
}

// -----

// Not: nobody else reads the inner join.
// CHECK-LABEL: func.func @flat
// CHECK-NEXT: nn.concat %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64}
// CHECK-NEXT: return
func.func @flat(%x: tensor<2x3xf32>, %y: tensor<2x1xf32>, %z: tensor<2x1xf32>) -> tensor<2x5xf32> {
  %0 = nn.concat %x, %y {axis = 1} : tensor<2x3xf32>, tensor<2x1xf32> -> tensor<2x4xf32>
  %1 = nn.concat %0, %z {axis = 1} : tensor<2x4xf32>, tensor<2x1xf32> -> tensor<2x5xf32>
  return %1 : tensor<2x5xf32>
}
