// RUN: margay-opt --nn-protect-states --nn-verify-kernels --split-input-file %s | FileCheck %s

// A kernel that reads each element where it writes it works in place, also through reshapes.
// CHECK-LABEL: func.func @in_place
// CHECK: %[[Y:.*]] = nn.kernel "decay"
// CHECK-NOT: nn.kernel
// CHECK: %[[R:.*]] = nn.reshape %[[Y]]
// CHECK-NEXT: return %[[R]]
func.func @in_place(%x: tensor<6xf32>, %h: tensor<2x3xf32> {nn.state = 0 : i64}) -> tensor<2x3xf32> {
  %flat = nn.reshape %h : tensor<2x3xf32> to tensor<6xf32>
  %y = nn.kernel "decay" (%0 = %x : tensor<6xf32>, %1 = %flat : tensor<6xf32>) -> tensor<6xf32> {
    %2 = nn.add %0, %1 : tensor<6xf32>
    %3 = nn.mul %2, %1 : tensor<6xf32>
    nn.yield %3 : tensor<6xf32>
  }
  %r = nn.reshape %y : tensor<6xf32> to tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}

// -----

// Nor is there anything to protect where all readers come before.
// CHECK-LABEL: func.func @read_before
// CHECK-COUNT-2: nn.kernel
// CHECK-NOT: nn.kernel
func.func @read_before(%x: tensor<3xf32>, %h: tensor<3xf32> {nn.state = 1 : i64}) -> (tensor<3xf32>, tensor<3xf32>) {
  %a = nn.kernel "old" (%0 = %h : tensor<3xf32>) -> tensor<3xf32> {
    %1 = nn.neg %0 : tensor<3xf32>
    nn.yield %1 : tensor<3xf32>
  }
  %b = nn.kernel "new" (%0 = %x : tensor<3xf32>) -> tensor<3xf32> {
    %1 = nn.neg %0 : tensor<3xf32>
    nn.yield %1 : tensor<3xf32>
  }
  return %a, %b : tensor<3xf32>, tensor<3xf32>
}

// -----

// A product reads its rows many times: the result is copied in the end, under the output's name.
// CHECK-LABEL: func.func @product
// CHECK: %[[P:.*]] = nn.kernel "h_out"
// CHECK: %[[C:.*]] = nn.kernel "h_out_2" (%[[A:.*]] = %[[P]] : tensor<3x3xf32>) -> tensor<3x3xf32> {
// CHECK-NEXT: nn.yield %[[A]]
// CHECK: return %[[C]]
func.func @product(%x: tensor<3x3xf32>, %h: tensor<3x3xf32> {nn.state = 0 : i64}) -> (tensor<3x3xf32> {nn.name = "h_out"}) {
  %p = nn.kernel "h_out" (%0 = %h : tensor<3x3xf32>, %1 = %x : tensor<3x3xf32>) -> tensor<3x3xf32> {
    %2 = nn.contract %0, %1 {lhs_roles = "mk", rhs_roles = "kn"} : tensor<3x3xf32>, tensor<3x3xf32> -> tensor<3x3xf32>
    nn.yield %2 : tensor<3x3xf32>
  }
  return %p : tensor<3x3xf32>
}

// -----

// A repeated row is read for all rows, so the first one must not be overwritten.
// CHECK-LABEL: func.func @repeated
// CHECK: nn.kernel "sum"
// CHECK: nn.kernel "state"
func.func @repeated(%x: tensor<1x3xf32>, %h: tensor<1x3xf32> {nn.state = 0 : i64}) -> tensor<1x3xf32> {
  %y = nn.kernel "sum" (%0 = %x : tensor<1x3xf32>, %1 = %h : tensor<1x3xf32>) -> tensor<1x3xf32> {
    %2 = nn.broadcast %1 : tensor<1x3xf32> to tensor<1x3xf32>
    %3 = nn.add %0, %2 : tensor<1x3xf32>
    nn.yield %3 : tensor<1x3xf32>
  }
  return %y : tensor<1x3xf32>
}

// -----

// What reads the old state after the new one is made, needs it still there; what reads the new one, reads the original.
// CHECK-LABEL: func.func @read_after
// CHECK-SAME: %[[X:.*]]: tensor<3xf32>, %[[H:[^:]*]]: tensor<3xf32>
// CHECK: %[[NEW:.*]] = nn.kernel "new"
// CHECK: %[[CHANGE:.*]] = nn.kernel "change" ({{.*}} = %[[NEW]] : {{.*}}, {{.*}} = %[[H]] : {{.*}})
// CHECK: %[[COPY:.*]] = nn.kernel "state" ({{.*}} = %[[NEW]] : {{.*}})
// CHECK: return %[[COPY]], %[[CHANGE]]
func.func @read_after(%x: tensor<3xf32>, %h: tensor<3xf32> {nn.state = 0 : i64}) -> (tensor<3xf32>, tensor<3xf32>) {
  %n = nn.kernel "new" (%0 = %x : tensor<3xf32>) -> tensor<3xf32> {
    %1 = nn.neg %0 : tensor<3xf32>
    nn.yield %1 : tensor<3xf32>
  }
  %c = nn.kernel "change" (%0 = %n : tensor<3xf32>, %1 = %h : tensor<3xf32>) -> tensor<3xf32> {
    %2 = nn.sub %0, %1 : tensor<3xf32>
    nn.yield %2 : tensor<3xf32>
  }
  return %n, %c : tensor<3xf32>, tensor<3xf32>
}

// -----

// Two states that change places: one of them goes through a copy.
// CHECK-LABEL: func.func @swap
// CHECK-SAME: %[[A:.*]]: tensor<3xf32> {nn.state = 0 : i64}, %[[B:.*]]: tensor<3xf32> {nn.state = 1 : i64}
// CHECK: %[[B1:.*]] = nn.kernel "from_b" ({{.*}} = %[[B]] : {{.*}})
// CHECK: %[[A1:.*]] = nn.kernel "from_a" ({{.*}} = %[[A]] : {{.*}})
// CHECK: %[[B2:.*]] = nn.kernel "state" ({{.*}} = %[[B1]] : {{.*}})
// CHECK: return %[[B2]], %[[A1]]
func.func @swap(%a: tensor<3xf32> {nn.state = 0 : i64}, %b: tensor<3xf32> {nn.state = 1 : i64}) -> (tensor<3xf32>, tensor<3xf32>) {
  %x = nn.kernel "from_b" (%0 = %b : tensor<3xf32>) -> tensor<3xf32> {
    nn.yield %0 : tensor<3xf32>
  }
  %y = nn.kernel "from_a" (%0 = %a : tensor<3xf32>) -> tensor<3xf32> {
    nn.yield %0 : tensor<3xf32>
  }
  return %x, %y : tensor<3xf32>, tensor<3xf32>
}
