// RUN: margay-opt --nn-propagate-layout --cse --split-input-file %s | FileCheck %s

// Between convolutions, through bias, activation, pooling, a residual and a join, no transpose is left; at the borders there is one each.
// CHECK-LABEL: func.func @network
// CHECK: nn.transpose %{{.*}} {permutation = array<i64: 0, 2, 3, 1>}
// CHECK-NEXT: %[[C:.*]] = nn.conv
// CHECK-NOT: nn.transpose
// CHECK: %[[S:.*]] = nn.add %[[C]], %{{.*}} : tensor<?x4x4x2xf32
// CHECK: %[[R:.*]] = nn.relu %[[S]]
// CHECK: %[[D:.*]] = nn.conv %[[R]]
// CHECK: %[[P:.*]] = nn.window max %[[R]]
// CHECK: %[[T:.*]] = nn.add %[[D]], %[[P]]
// CHECK: %[[J:.*]] = nn.concat %[[T]], %[[R]] {axis = 3 : i64}
// CHECK: nn.transpose %[[J]] {permutation = array<i64: 0, 3, 1, 2>}
// CHECK-NEXT: return
nn.param @w : tensor<1x1x2x2xf32> = dense<1.0> : tensor<1x1x2x2xf32>
nn.param @b : tensor<2xf32> = dense<1.0> : tensor<2xf32>
func.func @network(%x: tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>) -> tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>> {
  %w = nn.get @w : tensor<1x1x2x2xf32>
  %b = nn.get @b : tensor<2xf32>
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>> -> tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>>
  %1 = nn.conv %0, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>>, tensor<1x1x2x2xf32> -> tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>>
  %2 = nn.transpose %1 {permutation = array<i64: 0, 3, 1, 2>} : tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>> -> tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>
  %3 = nn.reshape %b : tensor<2xf32> to tensor<1x2x1x1xf32>
  %4 = nn.broadcast %3 : tensor<1x2x1x1xf32> to tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>
  %5 = nn.add %2, %4 : tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>
  %6 = nn.relu %5 : tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>
  %7 = nn.transpose %6 {permutation = array<i64: 0, 2, 3, 1>} : tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>> -> tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>>
  %8 = nn.conv %7, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>>, tensor<1x1x2x2xf32> -> tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>>
  %9 = nn.transpose %8 {permutation = array<i64: 0, 3, 1, 2>} : tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>> -> tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>
  %10 = nn.transpose %6 {permutation = array<i64: 0, 2, 3, 1>} : tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>> -> tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>>
  %11 = nn.window max %10 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>> -> tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>>
  %12 = nn.transpose %11 {permutation = array<i64: 0, 3, 1, 2>} : tensor<?x4x4x2xf32, #nn.shape<N, 4, 4, 2>> -> tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>
  %13 = nn.add %9, %12 : tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>
  %14 = nn.concat %13, %6 {axis = 1} : tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>>, tensor<?x2x4x4xf32, #nn.shape<N, 2, 4, 4>> -> tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
  return %14 : tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
}

// -----

// Not: the other operand would need a transpose of its own.
// CHECK-LABEL: func.func @costly
// CHECK-NEXT: nn.transpose
// CHECK-NEXT: nn.add
// CHECK-NEXT: return
func.func @costly(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %1 = nn.add %0, %y : tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// -----

// But an argument that is transposed anyway costs nothing more.
// CHECK-LABEL: func.func @anyway
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[W:.*]]: tensor<2x2xf32>)
// CHECK-NEXT: %[[T:.*]] = nn.transpose %[[X]]
// CHECK-NEXT: %[[C:.*]] = nn.contract %[[T]], %[[W]]
// CHECK-NEXT: %[[S:.*]] = nn.add %[[C]], %[[T]] : tensor<3x2xf32>
// CHECK-NEXT: nn.transpose %[[S]]
func.func @anyway(%x: tensor<2x3xf32>, %w: tensor<2x2xf32>) -> tensor<2x3xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %1 = nn.contract %0, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<3x2xf32>, tensor<2x2xf32> -> tensor<3x2xf32>
  %2 = nn.transpose %1 {permutation = array<i64: 1, 0>} : tensor<3x2xf32> -> tensor<2x3xf32>
  %3 = nn.add %2, %x : tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// -----

// And where all readers of the result undo the transpose, one takes the place of two.
// CHECK-LABEL: func.func @worth_it
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<3x2xf32>
// CHECK-NEXT: %[[T:.*]] = nn.transpose %[[Y]]
// CHECK-NEXT: %[[S:.*]] = nn.add %[[X]], %[[T]]
// CHECK-NEXT: return %[[S]]
func.func @worth_it(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) -> tensor<2x3xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<3x2xf32>
  %1 = nn.add %0, %y : tensor<3x2xf32>
  %2 = nn.transpose %1 {permutation = array<i64: 1, 0>} : tensor<3x2xf32> -> tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}

// -----

// A mean over the image leaves nothing to transpose; over another dimension it does. A softmax keeps its dimension.
// CHECK-LABEL: func.func @reductions
// CHECK: nn.reduce mean %{{.*}} {axes = array<i64: 1, 2>} : tensor<2x4x5x3xf32> -> tensor<2x3xf32>
// CHECK: %[[M:.*]] = nn.reduce max %{{.*}} {axes = array<i64: 1>} : tensor<2x4x5x3xf32> -> tensor<2x5x3xf32>
// CHECK: nn.transpose %[[M]] {permutation = array<i64: 0, 2, 1>}
// CHECK: nn.softmax %{{.*}} {axis = 3 : i64} : tensor<2x4x5x3xf32>
func.func @reductions(%x: tensor<2x4x5x3xf32>) -> (tensor<2x3xf32>, tensor<2x3x5xf32>, tensor<2x3x4x5xf32>) {
  %0 = nn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : tensor<2x4x5x3xf32> -> tensor<2x3x4x5xf32>
  %1 = nn.reduce mean %0 {axes = array<i64: 2, 3>} : tensor<2x3x4x5xf32> -> tensor<2x3xf32>
  %2 = nn.reduce max %0 {axes = array<i64: 2>} : tensor<2x3x4x5xf32> -> tensor<2x3x5xf32>
  %3 = nn.softmax %0 {axis = 1} : tensor<2x3x4x5xf32>
  return %1, %2, %3 : tensor<2x3xf32>, tensor<2x3x5xf32>, tensor<2x3x4x5xf32>
}

// -----

// A reshape that splits channels lets a transpose pass (so that shuffled channels cost one); one that merges channels and pixels does not.
// CHECK-LABEL: func.func @reshapes
// CHECK-SAME: %[[X:.*]]: tensor<2x5x5x6xf32>
// CHECK-DAG: %[[T:.*]] = nn.transpose %[[X]] {permutation = array<i64: 0, 3, 1, 2>}
// CHECK-DAG: %[[R:.*]] = nn.reshape %[[X]] : tensor<2x5x5x6xf32> to tensor<2x5x5x2x3xf32>
// CHECK-DAG: nn.transpose %[[R]] {permutation = array<i64: 0, 3, 4, 1, 2>}
// CHECK-DAG: nn.reshape %[[T]] : tensor<2x6x5x5xf32> to tensor<2x150xf32>
func.func @reshapes(%x: tensor<2x5x5x6xf32>) -> (tensor<2x2x3x5x5xf32>, tensor<2x150xf32>) {
  %0 = nn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : tensor<2x5x5x6xf32> -> tensor<2x6x5x5xf32>
  %1 = nn.reshape %0 : tensor<2x6x5x5xf32> to tensor<2x2x3x5x5xf32>
  %2 = nn.reshape %0 : tensor<2x6x5x5xf32> to tensor<2x150xf32>
  return %1, %2 : tensor<2x2x3x5x5xf32>, tensor<2x150xf32>
}

// -----

// Shuffled channels come together in another order: they are shuffled where they are last, if what reads them (or a part
// of them) undoes the rest of the transpose.
// CHECK-LABEL: func.func @shuffled
// CHECK-SAME: %[[X:.*]]: tensor<2x5x5x2x3xf32>
// CHECK: %[[T:.*]] = nn.transpose %[[X]] {permutation = array<i64: 0, 1, 2, 4, 3>} : tensor<2x5x5x2x3xf32> -> tensor<2x5x5x3x2xf32>
// CHECK: %[[R:.*]] = nn.reshape %[[T]] : tensor<2x5x5x3x2xf32> to tensor<2x5x5x6xf32>
// CHECK: %[[S:.*]] = nn.slice %[[R]] {starts = #nn.shape<0, 0, 0, 3>
// CHECK-NOT: nn.transpose
// CHECK: return %[[S]]
func.func @shuffled(%x: tensor<2x5x5x2x3xf32>) -> tensor<2x5x5x3xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 4, 3, 1, 2>} : tensor<2x5x5x2x3xf32> -> tensor<2x3x2x5x5xf32>
  %1 = nn.reshape %0 : tensor<2x3x2x5x5xf32> to tensor<2x6x5x5xf32>
  %2 = nn.slice %1 {starts = #nn.shape<0, 3, 0, 0>, steps = array<i64: 1, 1, 1, 1>} : tensor<2x6x5x5xf32> to tensor<2x3x5x5xf32>
  %3 = nn.transpose %2 {permutation = array<i64: 0, 2, 3, 1>} : tensor<2x3x5x5xf32> -> tensor<2x5x5x3xf32>
  return %3 : tensor<2x5x5x3xf32>
}

// -----

// Where nothing undoes it, one transpose does both.
// CHECK-LABEL: func.func @shuffled_last
// CHECK: nn.transpose %{{.*}} {permutation = array<i64: 0, 4, 3, 1, 2>}
// CHECK-NOT: nn.transpose
// CHECK: return
func.func @shuffled_last(%x: tensor<2x5x5x2x3xf32>) -> tensor<2x6x5x5xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 4, 3, 1, 2>} : tensor<2x5x5x2x3xf32> -> tensor<2x3x2x5x5xf32>
  %1 = nn.reshape %0 : tensor<2x3x2x5x5xf32> to tensor<2x6x5x5xf32>
  return %1 : tensor<2x6x5x5xf32>
}

// -----

// Where only dimensions of size 1 move, a reshape is enough: gates on channels are transposed for nothing.
// CHECK-LABEL: func.func @gate
// CHECK-SAME: %[[X:.*]]: tensor<2x4x4x3xf32>, %[[G:.*]]: tensor<2x3x1x1xf32>
// CHECK: %[[V:.*]] = nn.reshape %[[G]] : tensor<2x3x1x1xf32> to tensor<2x1x1x3xf32>
// CHECK: %[[B:.*]] = nn.broadcast %[[V]] : tensor<2x1x1x3xf32> to tensor<2x4x4x3xf32>
// CHECK: nn.mul %[[X]], %[[B]]
func.func @gate(%x: tensor<2x4x4x3xf32>, %g: tensor<2x3x1x1xf32>) -> tensor<2x3x4x4xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : tensor<2x4x4x3xf32> -> tensor<2x3x4x4xf32>
  %1 = nn.broadcast %g : tensor<2x3x1x1xf32> to tensor<2x3x4x4xf32>
  %2 = nn.mul %0, %1 : tensor<2x3x4x4xf32>
  return %2 : tensor<2x3x4x4xf32>
}

// -----

// Not: transposes of recipes, which are computed once and for all.
nn.param @frozen : tensor<9x9xf32> = dense<1.0> : tensor<9x9xf32>
// CHECK-LABEL: func.func @recipe
// CHECK: %[[T:.*]] = nn.transpose
// CHECK-NEXT: nn.neg %[[T]]
func.func @recipe() -> tensor<9x9xf32> {
  %0 = nn.get @frozen : tensor<9x9xf32>
  %1 = nn.transpose %0 {permutation = array<i64: 1, 0>} : tensor<9x9xf32> -> tensor<9x9xf32>
  %2 = nn.neg %1 : tensor<9x9xf32>
  return %2 : tensor<9x9xf32>
}

// -----

// A flattened image meets its weights in the order that it has: the weights are reordered, once and for all.
nn.param @w : tensor<60x4xf32> = dense<1.0> : tensor<60x4xf32>
// CHECK-LABEL: func.func @flatten
// CHECK-SAME: (%[[X:.*]]: tensor<?x4x5x3xf32, #nn.shape<N, 4, 5, 3>>)
// CHECK-DAG: %[[W:.*]] = nn.get @w
// CHECK-DAG: %[[S:.*]] = nn.reshape %[[W]] : tensor<60x4xf32> to tensor<3x4x5x4xf32>
// CHECK-DAG: %[[T:.*]] = nn.transpose %[[S]] {permutation = array<i64: 1, 2, 0, 3>}
// CHECK-DAG: %[[V:.*]] = nn.reshape %[[T]] : tensor<4x5x3x4xf32> to tensor<60x4xf32>
// CHECK-DAG: %[[F:.*]] = nn.reshape %[[X]]
// CHECK: nn.contract %[[F]], %[[V]]
func.func @flatten(%x: tensor<?x4x5x3xf32, #nn.shape<N, 4, 5, 3>>) -> tensor<?x4xf32, #nn.shape<N, 4>> {
  %w = nn.get @w : tensor<60x4xf32>
  %0 = nn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : tensor<?x4x5x3xf32, #nn.shape<N, 4, 5, 3>> -> tensor<?x3x4x5xf32, #nn.shape<N, 3, 4, 5>>
  %1 = nn.reshape %0 : tensor<?x3x4x5xf32, #nn.shape<N, 3, 4, 5>> to tensor<?x60xf32, #nn.shape<N, 60>>
  %2 = nn.contract %1, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<?x60xf32, #nn.shape<N, 60>>, tensor<60x4xf32> -> tensor<?x4xf32, #nn.shape<N, 4>>
  return %2 : tensor<?x4xf32, #nn.shape<N, 4>>
}

// -----

// Not: where both operands are computed, and where the transpose moves the rows, too.
nn.param @w : tensor<6x4xf32> = dense<1.0> : tensor<6x4xf32>
// CHECK-LABEL: func.func @not_flatten
// CHECK: nn.transpose %arg0
// CHECK: nn.transpose %arg1
func.func @not_flatten(%x: tensor<2x2x3xf32>, %y: tensor<2x3x2xf32>, %v: tensor<6x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %w = nn.get @w : tensor<6x4xf32>
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 1>} : tensor<2x2x3xf32> -> tensor<2x3x2xf32>
  %1 = nn.reshape %0 : tensor<2x3x2xf32> to tensor<2x6xf32>
  %2 = nn.contract %1, %v {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x6xf32>, tensor<6x4xf32> -> tensor<2x4xf32>
  %3 = nn.transpose %y {permutation = array<i64: 2, 1, 0>} : tensor<2x3x2xf32> -> tensor<2x3x2xf32>
  %4 = nn.reshape %3 : tensor<2x3x2xf32> to tensor<2x6xf32>
  %5 = nn.contract %4, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x6xf32>, tensor<6x4xf32> -> tensor<2x4xf32>
  return %2, %5 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// A resize does not care in which order its dimensions are: its lists go along.
// CHECK-LABEL: func.func @resized
// CHECK-SAME: %[[X:.*]]: tensor<1x4x5x3xf32>
// CHECK-NEXT: %[[R:.*]] = nn.resize linear %[[X]] {{.*}}axes = array<i64: 1, 3>{{.*}}roi = array<f64: 2.500000e-01, 1.250000e-01, 7.500000e-01, 8.750000e-01>, scales = array<f64: 2.000000e+00, 3.000000e+00>{{.*}} : tensor<1x4x5x3xf32> to tensor<1x8x5x9xf32>
// CHECK-NEXT: nn.transpose %[[R]] {permutation = array<i64: 0, 3, 1, 2>}
func.func @resized(%x: tensor<1x4x5x3xf32>) -> tensor<1x9x8x5xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : tensor<1x4x5x3xf32> -> tensor<1x3x4x5xf32>
  %1 = nn.resize linear %0 {axes = array<i64: 1, 2>, scales = array<f64: 3.0, 2.0>, coordinates = "tf_crop_and_resize", roi = array<f64: 0.125, 0.25, 0.875, 0.75>} : tensor<1x3x4x5xf32> to tensor<1x9x8x5xf32>
  return %1 : tensor<1x9x8x5xf32>
}

// -----

// Slices and paddings are taken before the transpose, along the dimensions as they were.
// CHECK-LABEL: func.func @slice
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x4x6xf32>, %[[V:.*]]: tensor<f32>)
// CHECK-NEXT: %[[S:.*]] = nn.slice %[[X]] {starts = #nn.shape<0, 1, 3, 2>, steps = array<i64: 1, 1, -1, 1>} : tensor<1x4x4x6xf32> to tensor<1x2x4x3xf32>
// CHECK-NEXT: %[[P:.*]] = nn.pad constant %[[S]], %[[V]] {high = #nn.shape<0, 0, 1, 0>, low = #nn.shape<0, 0, 0, 5>}
// CHECK-NEXT: nn.transpose %[[P]] {permutation = array<i64: 0, 3, 1, 2>} : tensor<1x2x5x8xf32> -> tensor<1x8x2x5xf32>
func.func @slice(%x: tensor<1x4x4x6xf32>, %v: tensor<f32>) -> tensor<1x8x2x5xf32> {
  %0 = nn.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : tensor<1x4x4x6xf32> -> tensor<1x6x4x4xf32>
  %1 = nn.slice %0 {starts = #nn.shape<0, 2, 1, 3>, steps = array<i64: 1, 1, 1, -1>} : tensor<1x6x4x4xf32> to tensor<1x3x2x4xf32>
  %2 = nn.pad constant %1, %v {low = #nn.shape<0, 5, 0, 0>, high = #nn.shape<0, 0, 0, 1>} : tensor<1x3x2x4xf32>, tensor<f32> -> tensor<1x8x2x5xf32>
  return %2 : tensor<1x8x2x5xf32>
}
