// Regions become private functions, inner ones first; what is a call already stays.
//
// RUN: margay-opt --nn-outline-regions %s | FileCheck %s
// RUN: margay-opt --nn-outline-regions --nn-outline-regions %s | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: nn.symbols = [#nn.symbol<"N", 1, -1>]
func.func @main(%c: tensor<i1>, %n: tensor<i64>, %x: tensor<?xf32, #nn.shape<N>>) -> tensor<?xf32, #nn.shape<N>> attributes {nn.symbols = [#nn.symbol<"N", 1, -1>]} {
  // CHECK: nn.if %{{.*}}(%{{.*}}, %{{.*}})
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<i64>, %[[B:.*]]: tensor<?xf32, #nn.shape<N>>):
  // CHECK-NEXT: %[[R:.*]] = func.call @[[THEN:main_region[_0-9]*]](%[[A]], %[[B]])
  // CHECK-NEXT: nn.yield %[[R]]
  // CHECK: else
  // CHECK: func.call @[[ELSE:main_region[_0-9]*]](
  %0 = nn.if %c(%n, %x) : (tensor<i1>, tensor<i64>, tensor<?xf32, #nn.shape<N>>) -> tensor<?xf32, #nn.shape<N>> {
  ^bb0(%m: tensor<i64>, %a: tensor<?xf32, #nn.shape<N>>):
    %1 = nn.loop trips %m carried(%a) inputs() : (tensor<i64>, tensor<?xf32, #nn.shape<N>>) -> tensor<?xf32, #nn.shape<N>> {
    ^bb0(%i: tensor<i64>, %s: tensor<?xf32, #nn.shape<N>>):
      %t = nn.constant dense<true> : tensor<i1>
      %e = nn.exp %s : tensor<?xf32, #nn.shape<N>>
      nn.yield %t, %e : tensor<i1>, tensor<?xf32, #nn.shape<N>>
    }
    nn.yield %1 : tensor<?xf32, #nn.shape<N>>
  } else {
  ^bb0(%m: tensor<i64>, %a: tensor<?xf32, #nn.shape<N>>):
    %1 = nn.neg %a : tensor<?xf32, #nn.shape<N>>
    nn.yield %1 : tensor<?xf32, #nn.shape<N>>
  }
  return %0 : tensor<?xf32, #nn.shape<N>>
}

// CHECK: func.func private @[[BODY:main_region[_0-9]*]](%{{.*}}: tensor<i64>, %{{.*}}: tensor<?xf32, #nn.shape<N>>) -> (tensor<i1>, tensor<?xf32, #nn.shape<N>>)
// CHECK: nn.exp
// CHECK: func.func private @[[THEN]](
// CHECK: nn.loop
// CHECK: func.call @[[BODY]](
// CHECK: func.func private @[[ELSE]](
// CHECK: nn.neg
