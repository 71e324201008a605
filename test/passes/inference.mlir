// RUN: margay-opt --nn-inference %s | FileCheck %s

// A network as it is imported (channels second, batch normalization, a classifier) becomes four kernels for any batch. The normalization is in
// the filter and the bias, and the flattened image meets its weights in the order that it has.
nn.param @filter : tensor<8x2x3x3xf32> = dense<0.5> : tensor<8x2x3x3xf32>
nn.param @scale : tensor<8xf32> = dense<2.0> : tensor<8xf32>
nn.param @shift : tensor<8xf32> = dense<1.0> : tensor<8xf32>
nn.param @dense : tensor<3x72xf32> = dense<0.25> : tensor<3x72xf32>
nn.param @bias : tensor<3xf32> = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>

// CHECK: nn.param @filter
// CHECK-NOT: nn.param @scale
// CHECK: nn.param @dense
// CHECK: func.func @main
// CHECK-DAG: %[[SHIFT:.*]] = nn.constant {{.*}} : tensor<1x1x1x8xf32>
// CHECK-DAG: %[[BIAS:.*]] = nn.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00]]> : tensor<1x3xf32>
// CHECK: nn.kernel "transpose"
// CHECK: %[[CONV:.*]] = nn.kernel "conv"
// CHECK-SAME: = %[[SHIFT]] : tensor<1x1x1x8xf32>) -> tensor<?x6x6x8xf32
// CHECK-NEXT: nn.conv
// CHECK-NEXT: nn.broadcast
// CHECK-NEXT: nn.add
// CHECK-NEXT: nn.relu
// CHECK-NEXT: nn.yield
// CHECK: %[[POOL:.*]] = nn.kernel "window" (%{{.*}} = %[[CONV]]
// CHECK: %[[FLAT:.*]] = nn.reshape %[[POOL]] {{.*}} to tensor<?x72xf32
// CHECK: %[[Y:.*]] = nn.kernel "contract" (%{{.*}} = %[[FLAT]]
// CHECK-SAME: = %[[BIAS]] : tensor<1x3xf32>)
// CHECK-NOT: nn.kernel
// CHECK: return %[[Y]]
func.func @main(%x: tensor<?x2x6x6xf32, #nn.shape<N, 2, 6, 6>>) -> tensor<?x3xf32, #nn.shape<N, 3>> {
  %f = nn.get @filter : tensor<8x2x3x3xf32>
  %0 = nn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : tensor<?x2x6x6xf32, #nn.shape<N, 2, 6, 6>> -> tensor<?x6x6x2xf32, #nn.shape<N, 6, 6, 2>>
  %1 = nn.transpose %f {permutation = array<i64: 2, 3, 1, 0>} : tensor<8x2x3x3xf32> -> tensor<3x3x2x8xf32>
  %2 = nn.conv %0, %1 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<?x6x6x2xf32, #nn.shape<N, 6, 6, 2>>, tensor<3x3x2x8xf32> -> tensor<?x6x6x8xf32, #nn.shape<N, 6, 6, 8>>
  %3 = nn.transpose %2 {permutation = array<i64: 0, 3, 1, 2>} : tensor<?x6x6x8xf32, #nn.shape<N, 6, 6, 8>> -> tensor<?x8x6x6xf32, #nn.shape<N, 8, 6, 6>>
  %s = nn.get @scale : tensor<8xf32>
  %t = nn.get @shift : tensor<8xf32>
  %4 = nn.reshape %s : tensor<8xf32> to tensor<1x8x1x1xf32>
  %5 = nn.broadcast %4 : tensor<1x8x1x1xf32> to tensor<?x8x6x6xf32, #nn.shape<N, 8, 6, 6>>
  %6 = nn.mul %3, %5 : tensor<?x8x6x6xf32, #nn.shape<N, 8, 6, 6>>
  %7 = nn.reshape %t : tensor<8xf32> to tensor<1x8x1x1xf32>
  %8 = nn.broadcast %7 : tensor<1x8x1x1xf32> to tensor<?x8x6x6xf32, #nn.shape<N, 8, 6, 6>>
  %9 = nn.add %6, %8 : tensor<?x8x6x6xf32, #nn.shape<N, 8, 6, 6>>
  %10 = nn.relu %9 : tensor<?x8x6x6xf32, #nn.shape<N, 8, 6, 6>>
  %11 = nn.transpose %10 {permutation = array<i64: 0, 2, 3, 1>} : tensor<?x8x6x6xf32, #nn.shape<N, 8, 6, 6>> -> tensor<?x6x6x8xf32, #nn.shape<N, 6, 6, 8>>
  %12 = nn.window max %11 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<?x6x6x8xf32, #nn.shape<N, 6, 6, 8>> -> tensor<?x3x3x8xf32, #nn.shape<N, 3, 3, 8>>
  %13 = nn.transpose %12 {permutation = array<i64: 0, 3, 1, 2>} : tensor<?x3x3x8xf32, #nn.shape<N, 3, 3, 8>> -> tensor<?x8x3x3xf32, #nn.shape<N, 8, 3, 3>>
  %14 = nn.reshape %13 : tensor<?x8x3x3xf32, #nn.shape<N, 8, 3, 3>> to tensor<?x72xf32, #nn.shape<N, 72>>
  %d = nn.get @dense : tensor<3x72xf32>
  %15 = nn.contract %14, %d {lhs_roles = "mk", rhs_roles = "nk"} : tensor<?x72xf32, #nn.shape<N, 72>>, tensor<3x72xf32> -> tensor<?x3xf32, #nn.shape<N, 3>>
  %b = nn.get @bias : tensor<3xf32>
  %16 = nn.reshape %b : tensor<3xf32> to tensor<1x3xf32>
  %17 = nn.broadcast %16 : tensor<1x3xf32> to tensor<?x3xf32, #nn.shape<N, 3>>
  %18 = nn.add %15, %17 : tensor<?x3xf32, #nn.shape<N, 3>>
  return %18 : tensor<?x3xf32, #nn.shape<N, 3>>
}
