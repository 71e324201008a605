// RUN: margay-opt --nn-simplify --canonicalize --split-input-file %s | FileCheck %s

// GELU in the orders in which exporters write its factors.
// CHECK-LABEL: func.func @gelu0
// CHECK: %[[Y:.*]] = nn.gelu %arg0 : tensor<2x5x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu0(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %r = nn.constant dense<1.41421354> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %rb = nn.broadcast %r : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %d = nn.div %x, %rb : tensor<2x5x16xf32>
  %e = nn.erf %d : tensor<2x5x16xf32>
  %s = nn.add %e, %ob : tensor<2x5x16xf32>
  %m = nn.mul %x, %s : tensor<2x5x16xf32>
  %y = nn.mul %m, %hb : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @gelu1
// CHECK: %[[Y:.*]] = nn.gelu %arg0 : tensor<2x5x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu1(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %r = nn.constant dense<1.41421354> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %rb = nn.broadcast %r : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %d = nn.div %x, %rb : tensor<2x5x16xf32>
  %e = nn.erf %d : tensor<2x5x16xf32>
  %s = nn.add %e, %ob : tensor<2x5x16xf32>
  %m = nn.mul %x, %hb : tensor<2x5x16xf32>
  %y = nn.mul %s, %m : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @gelu2
// CHECK: %[[Y:.*]] = nn.gelu %arg0 : tensor<2x5x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu2(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %r = nn.constant dense<1.41421354> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %rb = nn.broadcast %r : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %d = nn.div %x, %rb : tensor<2x5x16xf32>
  %e = nn.erf %d : tensor<2x5x16xf32>
  %s = nn.add %e, %ob : tensor<2x5x16xf32>
  %m = nn.mul %s, %hb : tensor<2x5x16xf32>
  %y = nn.mul %x, %m : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}

// -----

// Near misses: another constant, another operand.
// CHECK-LABEL: func.func @root
// CHECK-NOT: nn.gelu
// CHECK: nn.erf
// CHECK-NOT: nn.gelu
// CHECK: return
func.func @root(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %r = nn.constant dense<1.4142> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %rb = nn.broadcast %r : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %d = nn.div %x, %rb : tensor<2x5x16xf32>
  %e = nn.erf %d : tensor<2x5x16xf32>
  %s = nn.add %e, %ob : tensor<2x5x16xf32>
  %m = nn.mul %x, %s : tensor<2x5x16xf32>
  %y = nn.mul %m, %hb : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @one
// CHECK-NOT: nn.gelu
// CHECK: nn.erf
// CHECK-NOT: nn.gelu
// CHECK: return
func.func @one(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %r = nn.constant dense<1.41421354> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.001> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %rb = nn.broadcast %r : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %d = nn.div %x, %rb : tensor<2x5x16xf32>
  %e = nn.erf %d : tensor<2x5x16xf32>
  %s = nn.add %e, %ob : tensor<2x5x16xf32>
  %m = nn.mul %x, %s : tensor<2x5x16xf32>
  %y = nn.mul %m, %hb : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @half
// CHECK-NOT: nn.gelu
// CHECK: nn.erf
// CHECK-NOT: nn.gelu
// CHECK: return
func.func @half(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %r = nn.constant dense<1.41421354> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.25> : tensor<1x1x1xf32>
  %rb = nn.broadcast %r : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %d = nn.div %x, %rb : tensor<2x5x16xf32>
  %e = nn.erf %d : tensor<2x5x16xf32>
  %s = nn.add %e, %ob : tensor<2x5x16xf32>
  %m = nn.mul %x, %s : tensor<2x5x16xf32>
  %y = nn.mul %m, %hb : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @operand
// CHECK-NOT: nn.gelu
// CHECK: nn.erf
// CHECK-NOT: nn.gelu
// CHECK: return
func.func @operand(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %r = nn.constant dense<1.41421354> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %rb = nn.broadcast %r : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %d = nn.div %x, %rb : tensor<2x5x16xf32>
  %e = nn.erf %d : tensor<2x5x16xf32>
  %s = nn.add %e, %ob : tensor<2x5x16xf32>
  %m = nn.mul %z, %s : tensor<2x5x16xf32>
  %y = nn.mul %m, %hb : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}

// -----

// Its approximation, and near misses of that.
// CHECK-LABEL: func.func @approximation
// CHECK: %[[Y:.*]] = nn.gelu %arg0 {tanh} : tensor<2x5x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @approximation(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %a = nn.constant dense<4.471500e-02> : tensor<1x1x1xf32>
  %b = nn.constant dense<0.797884583> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %ab = nn.broadcast %a : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %bb = nn.broadcast %b : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %p2 = nn.mul %x, %x : tensor<2x5x16xf32>
  %p3 = nn.mul %p2, %x : tensor<2x5x16xf32>
  %c = nn.mul %ab, %p3 : tensor<2x5x16xf32>
  %s = nn.add %c, %x : tensor<2x5x16xf32>
  %t = nn.mul %bb, %s : tensor<2x5x16xf32>
  %th = nn.tanh %t : tensor<2x5x16xf32>
  %u = nn.add %ob, %th : tensor<2x5x16xf32>
  %w = nn.mul %x, %hb : tensor<2x5x16xf32>
  %y = nn.mul %w, %u : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @cubed
// CHECK-NOT: nn.gelu
// CHECK: nn.tanh
// CHECK-NOT: nn.gelu
// CHECK: return
func.func @cubed(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %a = nn.constant dense<4.5e-02> : tensor<1x1x1xf32>
  %b = nn.constant dense<0.797884583> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %ab = nn.broadcast %a : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %bb = nn.broadcast %b : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %p2 = nn.mul %x, %x : tensor<2x5x16xf32>
  %p3 = nn.mul %p2, %x : tensor<2x5x16xf32>
  %c = nn.mul %ab, %p3 : tensor<2x5x16xf32>
  %s = nn.add %c, %x : tensor<2x5x16xf32>
  %t = nn.mul %bb, %s : tensor<2x5x16xf32>
  %th = nn.tanh %t : tensor<2x5x16xf32>
  %u = nn.add %ob, %th : tensor<2x5x16xf32>
  %w = nn.mul %x, %hb : tensor<2x5x16xf32>
  %y = nn.mul %w, %u : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @rate
// CHECK-NOT: nn.gelu
// CHECK: nn.tanh
// CHECK-NOT: nn.gelu
// CHECK: return
func.func @rate(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %a = nn.constant dense<4.471500e-02> : tensor<1x1x1xf32>
  %b = nn.constant dense<0.8> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %ab = nn.broadcast %a : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %bb = nn.broadcast %b : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %p2 = nn.mul %x, %x : tensor<2x5x16xf32>
  %p3 = nn.mul %p2, %x : tensor<2x5x16xf32>
  %c = nn.mul %ab, %p3 : tensor<2x5x16xf32>
  %s = nn.add %c, %x : tensor<2x5x16xf32>
  %t = nn.mul %bb, %s : tensor<2x5x16xf32>
  %th = nn.tanh %t : tensor<2x5x16xf32>
  %u = nn.add %ob, %th : tensor<2x5x16xf32>
  %w = nn.mul %x, %hb : tensor<2x5x16xf32>
  %y = nn.mul %w, %u : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @mixed
// CHECK-NOT: nn.gelu
// CHECK: nn.tanh
// CHECK-NOT: nn.gelu
// CHECK: return
func.func @mixed(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %a = nn.constant dense<4.471500e-02> : tensor<1x1x1xf32>
  %b = nn.constant dense<0.797884583> : tensor<1x1x1xf32>
  %o = nn.constant dense<1.0> : tensor<1x1x1xf32>
  %h = nn.constant dense<0.5> : tensor<1x1x1xf32>
  %ab = nn.broadcast %a : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %bb = nn.broadcast %b : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %ob = nn.broadcast %o : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %hb = nn.broadcast %h : tensor<1x1x1xf32> to tensor<2x5x16xf32>
  %p2 = nn.mul %x, %x : tensor<2x5x16xf32>
  %p3 = nn.mul %p2, %z : tensor<2x5x16xf32>
  %c = nn.mul %ab, %p3 : tensor<2x5x16xf32>
  %s = nn.add %c, %x : tensor<2x5x16xf32>
  %t = nn.mul %bb, %s : tensor<2x5x16xf32>
  %th = nn.tanh %t : tensor<2x5x16xf32>
  %u = nn.add %ob, %th : tensor<2x5x16xf32>
  %w = nn.mul %x, %hb : tensor<2x5x16xf32>
  %y = nn.mul %w, %u : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}

// -----

// Layer normalisation, by a quotient or by an inverse.
// CHECK-LABEL: func.func @layer_norm
// CHECK: %[[Y:.*]] = nn.normalize %arg0 {axes = array<i64: 2>, epsilon = {{.*}} : f64} : tensor<2x5x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @layer_norm(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %mr = nn.reduce mean %x {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %m = nn.reshape %mr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %mb = nn.broadcast %m : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %c = nn.sub %x, %mb : tensor<2x5x16xf32>
  %q = nn.mul %c, %c : tensor<2x5x16xf32>
  %vr = nn.reduce mean %q {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %v = nn.reshape %vr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %e = nn.constant dense<1.0e-05> : tensor<1x1x1xf32>
  %eb = nn.broadcast %e : tensor<1x1x1xf32> to tensor<2x5x1xf32>
  %a = nn.add %v, %eb : tensor<2x5x1xf32>
  %d = nn.sqrt %a : tensor<2x5x1xf32>
  %db = nn.broadcast %d : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %y = nn.div %c, %db : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @inverse
// CHECK: %[[Y:.*]] = nn.normalize %arg0 {axes = array<i64: 2>, epsilon = {{.*}} : f64} : tensor<2x5x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @inverse(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %mr = nn.reduce mean %x {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %m = nn.reshape %mr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %mb = nn.broadcast %m : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %c = nn.sub %x, %mb : tensor<2x5x16xf32>
  %q = nn.mul %c, %c : tensor<2x5x16xf32>
  %vr = nn.reduce mean %q {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %v = nn.reshape %vr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %e = nn.constant dense<1.0e-05> : tensor<1x1x1xf32>
  %eb = nn.broadcast %e : tensor<1x1x1xf32> to tensor<2x5x1xf32>
  %a = nn.add %v, %eb : tensor<2x5x1xf32>
  %d = nn.sqrt %a : tensor<2x5x1xf32>
  %i = nn.reciprocal %d : tensor<2x5x1xf32>
  %ib = nn.broadcast %i : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %y = nn.mul %ib, %c : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}

// -----

// Where the mean is of another axis, what is left is the root of the mean square.
// CHECK-LABEL: func.func @axes
// CHECK: %[[C:.*]] = nn.sub
// CHECK: nn.normalize %[[C]] {axes = array<i64: 2>, {{.*}}, rms}
func.func @axes(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %mr = nn.reduce mean %x {axes = array<i64: 1>} : tensor<2x5x16xf32> -> tensor<2x16xf32>
  %m = nn.reshape %mr : tensor<2x16xf32> to tensor<2x1x16xf32>
  %mb = nn.broadcast %m : tensor<2x1x16xf32> to tensor<2x5x16xf32>
  %c = nn.sub %x, %mb : tensor<2x5x16xf32>
  %q = nn.mul %c, %c : tensor<2x5x16xf32>
  %vr = nn.reduce mean %q {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %v = nn.reshape %vr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %e = nn.constant dense<1.0e-05> : tensor<1x1x1xf32>
  %eb = nn.broadcast %e : tensor<1x1x1xf32> to tensor<2x5x1xf32>
  %a = nn.add %v, %eb : tensor<2x5x1xf32>
  %d = nn.sqrt %a : tensor<2x5x1xf32>
  %db = nn.broadcast %d : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %y = nn.div %c, %db : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}

// -----

// Near misses: the square of something else, more than one epsilon.
// CHECK-LABEL: func.func @square
// CHECK-NOT: nn.normalize
// CHECK: return
func.func @square(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %mr = nn.reduce mean %x {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %m = nn.reshape %mr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %mb = nn.broadcast %m : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %c = nn.sub %x, %mb : tensor<2x5x16xf32>
  %q = nn.mul %c, %x : tensor<2x5x16xf32>
  %vr = nn.reduce mean %q {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %v = nn.reshape %vr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %e = nn.constant dense<1.0e-05> : tensor<1x1x1xf32>
  %eb = nn.broadcast %e : tensor<1x1x1xf32> to tensor<2x5x1xf32>
  %a = nn.add %v, %eb : tensor<2x5x1xf32>
  %d = nn.sqrt %a : tensor<2x5x1xf32>
  %db = nn.broadcast %d : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %y = nn.div %c, %db : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @epsilons
// CHECK-NOT: nn.normalize
// CHECK: return
func.func @epsilons(%x: tensor<2x5x16xf32>, %z: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %mr = nn.reduce mean %x {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %m = nn.reshape %mr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %mb = nn.broadcast %m : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %c = nn.sub %x, %mb : tensor<2x5x16xf32>
  %q = nn.mul %c, %c : tensor<2x5x16xf32>
  %vr = nn.reduce mean %q {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %v = nn.reshape %vr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %e = nn.constant dense<[[[1.0], [2.0], [3.0], [4.0], [5.0]]]> : tensor<1x5x1xf32>
  %eb = nn.broadcast %e : tensor<1x5x1xf32> to tensor<2x5x1xf32>
  %a = nn.add %v, %eb : tensor<2x5x1xf32>
  %d = nn.sqrt %a : tensor<2x5x1xf32>
  %db = nn.broadcast %d : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %y = nn.div %c, %db : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}

// -----

// Softmax, and a sum over another axis.
// CHECK-LABEL: func.func @softmax
// CHECK: %[[Y:.*]] = nn.softmax %arg0 {axis = 2 : i64} : tensor<2x5x16xf32>
// CHECK-NEXT: return %[[Y]]
func.func @softmax(%x: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %mr = nn.reduce max %x {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %m = nn.reshape %mr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %mb = nn.broadcast %m : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %c = nn.sub %x, %mb : tensor<2x5x16xf32>
  %e = nn.exp %c : tensor<2x5x16xf32>
  %sr = nn.reduce sum %e {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %s = nn.reshape %sr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %sb = nn.broadcast %s : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %y = nn.div %e, %sb : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
// CHECK-LABEL: func.func @across
// CHECK-NOT: nn.softmax
// CHECK: return
func.func @across(%x: tensor<2x5x16xf32>) -> tensor<2x5x16xf32> {
  %mr = nn.reduce max %x {axes = array<i64: 2>} : tensor<2x5x16xf32> -> tensor<2x5xf32>
  %m = nn.reshape %mr : tensor<2x5xf32> to tensor<2x5x1xf32>
  %mb = nn.broadcast %m : tensor<2x5x1xf32> to tensor<2x5x16xf32>
  %c = nn.sub %x, %mb : tensor<2x5x16xf32>
  %e = nn.exp %c : tensor<2x5x16xf32>
  %sr = nn.reduce sum %e {axes = array<i64: 1>} : tensor<2x5x16xf32> -> tensor<2x16xf32>
  %s = nn.reshape %sr : tensor<2x16xf32> to tensor<2x1x16xf32>
  %sb = nn.broadcast %s : tensor<2x1x16xf32> to tensor<2x5x16xf32>
  %y = nn.div %e, %sb : tensor<2x5x16xf32>
  return %y : tensor<2x5x16xf32>
}
