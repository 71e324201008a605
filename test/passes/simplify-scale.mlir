// RUN: margay-opt --nn-simplify --split-input-file %s | FileCheck %s

// A batch normalization after a convolution with a bias: its scale goes into the filter and into the bias, and its shift into the bias.
nn.param @w : tensor<3x3x2x4xf32> = dense<1.0> : tensor<3x3x2x4xf32>
// CHECK-LABEL: func.func @batch_norm
// CHECK-DAG: %[[W:.*]] = nn.get @w
// CHECK-DAG: %[[S:.*]] = nn.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
// CHECK-DAG: %[[SR:.*]] = nn.reshape %[[S]] : tensor<4xf32> to tensor<1x1x1x4xf32>
// CHECK-DAG: %[[SB:.*]] = nn.broadcast %[[SR]] : tensor<1x1x1x4xf32> to tensor<3x3x2x4xf32>
// CHECK-DAG: %[[V:.*]] = nn.mul %[[W]], %[[SB]]
// CHECK-DAG: %[[BS:.*]] = nn.mul %[[SR]], %{{.*}} : tensor<1x1x1x4xf32>
// CHECK-DAG: %[[BT:.*]] = nn.add %[[BS]], %{{.*}} : tensor<1x1x1x4xf32>
// CHECK-DAG: %[[B:.*]] = nn.broadcast %[[BT]] : tensor<1x1x1x4xf32> to tensor<?x4x4x4xf32
// CHECK-DAG: %[[C:.*]] = nn.conv %{{.*}}, %[[V]]
// CHECK: %[[Y:.*]] = nn.add %[[C]], %[[B]]
// CHECK-NEXT: return %[[Y]]
func.func @batch_norm(%x: tensor<?x6x6x2xf32, #nn.shape<N, 6, 6, 2>>) -> tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>> {
  %w = nn.get @w : tensor<3x3x2x4xf32>
  %b = nn.constant dense<[[[[5.0, 6.0, 7.0, 8.0]]]]> : tensor<1x1x1x4xf32>
  %s = nn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %t = nn.constant dense<[[[[9.0, 9.5, 9.25, 9.75]]]]> : tensor<1x1x1x4xf32>
  %sr = nn.reshape %s : tensor<4xf32> to tensor<1x1x1x4xf32>
  %bb = nn.broadcast %b : tensor<1x1x1x4xf32> to tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
  %sb = nn.broadcast %sr : tensor<1x1x1x4xf32> to tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
  %tb = nn.broadcast %t : tensor<1x1x1x4xf32> to tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<?x6x6x2xf32, #nn.shape<N, 6, 6, 2>>, tensor<3x3x2x4xf32> -> tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
  %1 = nn.add %0, %bb : tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
  %2 = nn.mul %1, %sb : tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
  %3 = nn.add %2, %tb : tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
  return %3 : tensor<?x4x4x4xf32, #nn.shape<N, 4, 4, 4>>
}

// -----

// A weight is scaled along the dimension that becomes the columns, wherever it has it; a single number, too.
nn.param @w : tensor<4x3xf32> = dense<1.0> : tensor<4x3xf32>
// CHECK-LABEL: func.func @columns
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
// CHECK-DAG: %[[SR:.*]] = nn.reshape %{{.*}} : tensor<1x4xf32> to tensor<4x1xf32>
// CHECK-DAG: %[[SB:.*]] = nn.broadcast %[[SR]] : tensor<4x1xf32> to tensor<4x3xf32>
// CHECK-DAG: nn.div %{{.*}}, %[[SB]] : tensor<4x3xf32>
// CHECK: %[[Y:.*]] = nn.contract %[[X]], %{{.*}} {lhs_roles = "mk", rhs_roles = "nk"}
// CHECK-NEXT: return %[[Y]]
func.func @columns(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %w = nn.get @w : tensor<4x3xf32>
  %s = nn.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %a = nn.constant dense<0.5> : tensor<1x1xf32>
  %sb = nn.broadcast %s : tensor<1x4xf32> to tensor<2x4xf32>
  %ab = nn.broadcast %a : tensor<1x1xf32> to tensor<2x4xf32>
  %0 = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "nk"} : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
  %1 = nn.div %0, %sb : tensor<2x4xf32>
  %2 = nn.mul %1, %ab : tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// -----

// Where there is one row, the scale is not repeated.
nn.param @w : tensor<3x4xf32> = dense<1.0> : tensor<3x4xf32>
// CHECK-LABEL: func.func @one_row
// CHECK: %[[S:.*]] = nn.broadcast %{{.*}} : tensor<1x4xf32> to tensor<3x4xf32>
// CHECK: nn.mul %{{.*}}, %[[S]] : tensor<3x4xf32>
// CHECK: nn.contract
// CHECK-NEXT: return
func.func @one_row(%x: tensor<1x3xf32>) -> tensor<1x4xf32> {
  %w = nn.get @w : tensor<3x4xf32>
  %s = nn.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %0 = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<1x3xf32>, tensor<3x4xf32> -> tensor<1x4xf32>
  %1 = nn.mul %0, %s : tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// -----

// Not: a scale of rows (the weight has none), a product that something else reads, a weight that is read twice, no weight at all.
nn.param @w : tensor<3x4xf32> = dense<1.0> : tensor<3x4xf32>
nn.param @v : tensor<3x4xf32> = dense<1.0> : tensor<3x4xf32>
nn.param @u : tensor<3x4xf32> = dense<1.0> : tensor<3x4xf32>
// CHECK-LABEL: func.func @stays
// CHECK-COUNT-4: nn.mul {{.*}} : tensor<2x4xf32>
// CHECK-NOT: nn.mul
func.func @stays(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  %w = nn.get @w : tensor<3x4xf32>
  %v = nn.get @v : tensor<3x4xf32>
  %u = nn.get @u : tensor<3x4xf32>
  %r = nn.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %s = nn.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %rb = nn.broadcast %r : tensor<2x1xf32> to tensor<2x4xf32>
  %sb = nn.broadcast %s : tensor<1x4xf32> to tensor<2x4xf32>
  %0 = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %1 = nn.mul %0, %rb : tensor<2x4xf32>
  %2 = nn.contract %x, %v {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %3 = nn.mul %2, %sb : tensor<2x4xf32>
  %4 = nn.contract %x, %u {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %5 = nn.mul %4, %sb : tensor<2x4xf32>
  %6 = nn.neg %x : tensor<2x3xf32>
  %7 = nn.contract %6, %u {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %8 = nn.contract %x, %y {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %9 = nn.mul %8, %sb : tensor<2x4xf32>
  return %1, %2, %3, %5, %7, %9 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}
