// What runs by values: its text, and what is said of wrong ones.
//
// RUN: margay-opt %s --split-input-file --verify-diagnostics | FileCheck %s
// RUN: margay-opt %s --split-input-file --verify-diagnostics --mlir-print-op-generic | margay-opt --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @text
func.func @text(%c: tensor<i1>, %x: tensor<2xf32>, %n: tensor<i64>) {
  // CHECK: nn.if %{{.*}}(%{{.*}}) : (tensor<i1>, tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: nn.yield %{{.*}} : tensor<2xf32>
  // CHECK: } else {
  %y = nn.if %c(%x) : (tensor<i1>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    nn.yield %a : tensor<2xf32>
  } else {
  ^bb0(%a: tensor<2xf32>):
    %b = nn.neg %a : tensor<2xf32>
    nn.yield %b : tensor<2xf32>
  }
  // CHECK: nn.loop trips %{{.*}} while %{{.*}} carried(%{{.*}}) inputs(%{{.*}}) : (tensor<i64>, tensor<i1>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<?x2xf32, #nn.shape<T, 2>>) {
  %l, %s = nn.loop trips %n while %c carried(%x) inputs(%x) : (tensor<i64>, tensor<i1>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<?x2xf32, #nn.shape<T, 2>>) {
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>, %z: tensor<2xf32>):
    %t = nn.constant dense<true> : tensor<i1>
    %b = nn.add %a, %z : tensor<2xf32>
    nn.yield %t, %b, %a : tensor<i1>, tensor<2xf32>, tensor<2xf32>
  }
  // CHECK: nn.loop carried(%{{.*}}) inputs() : (tensor<2xf32>) -> tensor<2xf32>
  %m = nn.loop carried(%x) inputs() : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    %t = nn.constant dense<false> : tensor<i1>
    nn.yield %t, %a : tensor<i1>, tensor<2xf32>
  }
  return
}

// -----

func.func @condition(%c: tensor<2xi1>, %x: tensor<2xf32>) {
  // expected-error @+1 {{needs a condition of one element}}
  %y = nn.if %c(%x) : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    nn.yield %a : tensor<2xf32>
  } else {
  ^bb0(%a: tensor<2xf32>):
    nn.yield %a : tensor<2xf32>
  }
  return
}

// -----

func.func @arguments(%c: tensor<i1>, %x: tensor<2xf32>) {
  // expected-error @+1 {{inputs and a region's arguments have different types}}
  %y = nn.if %c(%x) : (tensor<i1>, tensor<2xf32>) -> tensor<3xf32> {
  ^bb0(%a: tensor<3xf32>):
    nn.yield %a : tensor<3xf32>
  } else {
  ^bb0(%a: tensor<3xf32>):
    nn.yield %a : tensor<3xf32>
  }
  return
}

// -----

func.func @results(%c: tensor<i1>, %x: tensor<2xf32>) {
  // expected-error @+1 {{regions must end in nn.yield of the results' types}}
  %y = nn.if %c(%x) : (tensor<i1>, tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    nn.yield %a : tensor<2xf32>
  } else {
  ^bb0(%a: tensor<2xf32>):
    nn.yield
  }
  return
}

// -----

func.func @trip_number(%x: tensor<2xf32>) {
  // expected-error @+1 {{the region needs the trip's number, the carried values and the inputs as arguments}}
  %m = nn.loop carried(%x) inputs() : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    %t = nn.constant dense<false> : tensor<i1>
    nn.yield %t, %a : tensor<i1>, tensor<2xf32>
  }
  return
}

// -----

func.func @goes_on(%x: tensor<2xf32>) {
  // expected-error @+1 {{the condition that is yielded must be a tensor<i1>}}
  %m = nn.loop carried(%x) inputs() : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    nn.yield %i, %a : tensor<i64>, tensor<2xf32>
  }
  return
}

// -----

func.func @carried(%x: tensor<2xf32>) {
  // expected-error @+1 {{carried value 0 and its result have different types}}
  %m = nn.loop carried(%x) inputs() : (tensor<2xf32>) -> tensor<3xf32> {
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    %t = nn.constant dense<false> : tensor<i1>
    nn.yield %t, %a : tensor<i1>, tensor<2xf32>
  }
  return
}

// -----

func.func @scanned(%x: tensor<2xf32>) {
  // expected-error @+1 {{result 1 needs 'tensor<3xf32>', the region yields 'tensor<2xf32>'}}
  %m, %s = nn.loop carried(%x) inputs() : (tensor<2xf32>) -> (tensor<2xf32>, tensor<?x3xf32, #nn.shape<T, 3>>) {
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    %t = nn.constant dense<false> : tensor<i1>
    nn.yield %t, %a, %a : tensor<i1>, tensor<2xf32>, tensor<2xf32>
  }
  return
}
