// Sizes that depend on data: the kernels behind them, and in which order they are known.
//
// RUN: margay-opt --nn-fuse-kernels --nn-verify-kernels --split-input-file --verify-diagnostics %s | FileCheck %s

// What is known before all sizes are is copied when they are, and only then written where the caller wants it.
// CHECK-LABEL: func.func @early
// CHECK: %[[E:.*]] = nn.kernel "exp"
// CHECK: %[[P:.*]]:2 = nn.kernel "nonzero"
// CHECK: %[[K:.*]] = nn.prefix %[[P]]#0, %[[P]]#1
// CHECK: %[[L:.*]] = nn.kernel "neg" ({{.*}} = %[[K]]
// CHECK: %[[C:.*]] = nn.kernel "copy" ({{.*}} = %[[E]]
// CHECK: return %[[C]], %[[L]]
func.func @early(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<?x1xi64, #nn.shape<K, 1>>) attributes {nn.symbols = [#nn.symbol<"K", 0, 4 data <4>>]} {
  %e = nn.exp %x : tensor<4xf32>
  %p, %c = nn.nonzero %x : tensor<4xf32> -> tensor<4x1xi64>, tensor<i64>
  %k = nn.prefix %p, %c : tensor<4x1xi64>, tensor<i64> to tensor<?x1xi64, #nn.shape<K, 1>>
  %n = nn.neg %k : tensor<?x1xi64, #nn.shape<K, 1>>
  return %e, %n : tensor<4xf32>, tensor<?x1xi64, #nn.shape<K, 1>>
}

// -----

// A prefix lies where the whole does: in memory of the model.
// CHECK-LABEL: func.func @argument
// CHECK: %[[C:.*]] = nn.kernel "copy" ({{.*}} = %arg0
// CHECK: nn.prefix %[[C]], %arg1
func.func @argument(%x: tensor<4xf32>, %c: tensor<i64>) -> tensor<?xf32, #nn.shape<K>> attributes {nn.symbols = [#nn.symbol<"K", 0, 4 data <4>>]} {
  %k = nn.prefix %x, %c : tensor<4xf32>, tensor<i64> to tensor<?xf32, #nn.shape<K>>
  return %k : tensor<?xf32, #nn.shape<K>>
}

// -----

func.func @too_early(%x: tensor<4xf32>, %c: tensor<i64>) -> (tensor<?xf32, #nn.shape<K>>, tensor<1xi64>) attributes {nn.symbols = [#nn.symbol<"K", 0, 4 data <4>>]} {
  // expected-error @+1 {{needs to know K before it is computed}}
  %d = nn.iota {axis = 0 : i64} : tensor<?xi64, #nn.shape<K>>
  %s = nn.reduce sum %d {axes = array<i64: 0>} : tensor<?xi64, #nn.shape<K>> -> tensor<i64>
  %r = nn.reshape %s : tensor<i64> to tensor<1xi64>
  %k = nn.prefix %x, %c : tensor<4xf32>, tensor<i64> to tensor<?xf32, #nn.shape<K>>
  return %k, %r : tensor<?xf32, #nn.shape<K>>, tensor<1xi64>
}

// -----

func.func @twice(%x: tensor<4xf32>, %c: tensor<i64>) -> tensor<?xf32, #nn.shape<K>> attributes {nn.symbols = [#nn.symbol<"K", 0, 4 data <4>>]} {
  %k = nn.prefix %x, %c : tensor<4xf32>, tensor<i64> to tensor<?xf32, #nn.shape<K>>
  // expected-error @+1 {{computes K, which another has computed}}
  %l = nn.prefix %x, %c : tensor<4xf32>, tensor<i64> to tensor<?xf32, #nn.shape<K>>
  return %l : tensor<?xf32, #nn.shape<K>>
}
