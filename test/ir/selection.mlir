// Results whose size depends on data.
//
// RUN: margay-opt %s --split-input-file --verify-diagnostics | FileCheck %s
// RUN: margay-opt %s --split-input-file --verify-diagnostics --mlir-print-op-generic | margay-opt --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @selection
// CHECK-SAME: nn.symbols = [#nn.symbol<"N", 1, -1>, #nn.symbol<"H", 4, 32, 4>, #nn.symbol<"K", 0, -1 data <4 * N>>]
func.func @selection(%x: tensor<?x4xf32, #nn.shape<N, 4>>, %boxes: tensor<2x7x4xf32>, %scores: tensor<2x3x7xf32>, %limit: tensor<i64>, %t: tensor<f32>)
    attributes {nn.symbols = [#nn.symbol<"N", 1, -1>, #nn.symbol<"H", 4, 32, 4>, #nn.symbol<"K", 0, -1 data <N * 4>>]} {
  // CHECK: %[[P:.*]], %[[C:.*]] = nn.nonzero %{{.*}} : tensor<?x4xf32, #nn.shape<N, 4>> -> tensor<?x2xi64, #nn.shape<4 * N, 2>>, tensor<i64>
  %p, %c = nn.nonzero %x : tensor<?x4xf32, #nn.shape<N, 4>> -> tensor<?x2xi64, #nn.shape<4 * N, 2>>, tensor<i64>
  // CHECK: nn.prefix %[[P]], %[[C]] : tensor<?x2xi64, #nn.shape<4 * N, 2>>, tensor<i64> to tensor<?x2xi64, #nn.shape<K, 2>>
  %k = nn.prefix %p, %c : tensor<?x2xi64, #nn.shape<4 * N, 2>>, tensor<i64> to tensor<?x2xi64, #nn.shape<K, 2>>
  // CHECK: nn.nms %{{.*}}, %{{.*}} limit %{{.*}} above %{{.*}}, %{{.*}} {center}
  %s, %l = nn.nms %boxes, %scores limit %limit above %t, %t {center} : (tensor<2x7x4xf32>, tensor<2x3x7xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> (tensor<2x3x5xi64>, tensor<2x3x7xf32>)
  return
}

// -----

func.func @not_of_data(%x: tensor<4x2xi64>, %c: tensor<i64>) attributes {nn.symbols = [#nn.symbol<"N", 1, -1>]} {
  // expected-error @+1 {{gives a value to N, which does not depend on data}}
  nn.prefix %x, %c : tensor<4x2xi64>, tensor<i64> to tensor<?x2xi64, #nn.shape<N, 2>>
  return
}

// -----

func.func @no_symbol(%x: tensor<4x2xi64>, %c: tensor<i64>) {
  // expected-error @+1 {{needs a symbol as its result's first dimension}}
  nn.prefix %x, %c : tensor<4x2xi64>, tensor<i64> to tensor<3x2xi64>
  return
}

// -----

func.func @other_dimensions(%x: tensor<4x2xi64>, %c: tensor<i64>) attributes {nn.symbols = [#nn.symbol<"K", 0, 4 data <4>>]} {
  // expected-error @+1 {{may change the first dimension only}}
  nn.prefix %x, %c : tensor<4x2xi64>, tensor<i64> to tensor<?x3xi64, #nn.shape<K, 3>>
  return
}

// -----

func.func @counts(%x: tensor<4x2xi64>, %c: tensor<1xi64>) attributes {nn.symbols = [#nn.symbol<"K", 0, 4 data <4>>]} {
  // expected-error @+1 {{takes its count as a scalar}}
  nn.prefix %x, %c : tensor<4x2xi64>, tensor<1xi64> to tensor<?x2xi64, #nn.shape<K, 2>>
  return
}

// -----

func.func @boxes(%b: tensor<1x7x4xf32>, %s: tensor<1x2x6xf32>, %l: tensor<i64>, %t: tensor<f32>) {
  // expected-error @+1 {{needs boxes of [batches, boxes, 4] and scores of [batches, classes, boxes]}}
  nn.nms %b, %s limit %l above %t, %t : (tensor<1x7x4xf32>, tensor<1x2x6xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> (tensor<1x2x5xi64>, tensor<1x2x6xf32>)
  return
}

// -----

func.func @thresholds(%b: tensor<1x7x4xf32>, %s: tensor<1x2x7xf32>, %l: tensor<i64>, %t: tensor<1xf32>) {
  // expected-error @+1 {{takes its limit and thresholds as scalars}}
  nn.nms %b, %s limit %l above %t, %t : (tensor<1x7x4xf32>, tensor<1x2x7xf32>, tensor<i64>, tensor<1xf32>, tensor<1xf32>) -> (tensor<1x2x5xi64>, tensor<1x2x7xf32>)
  return
}
