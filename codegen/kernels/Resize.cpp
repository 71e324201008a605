//===- Resize.cpp - a tensor stretched or shrunk along one axis -----------===//
//
// Where an element of the result lies in the operand, and how much its neighbours count, is computed in f64 once for
// all rows at a position along the axis, or in the last dimension for each element. Several axes are several kernels.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Positions.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

namespace {

/// A neighbour of a position, and its weight.
struct Tap {
  Value index;  ///< i64, inside of the operand.
  Value weight; ///< f64
};

struct Resize {
  KernelBuilder &k;
  nn::ResizeOp op;
  const View &input;
  int64_t axis;
  double scale;
  Type f64, i64;

  Value number(double value) { return k.constantVector(f64, 1, value); }
  Value toFloat(Value integer) { return arith::SIToFPOp::create(k.builder, k.loc, f64, integer); }
  Value toInteger(Value value) { return arith::FPToSIOp::create(k.builder, k.loc, i64, value); }
  Value add(Value a, Value b) { return arith::AddFOp::create(k.builder, k.loc, a, b); }
  Value sub(Value a, Value b) { return arith::SubFOp::create(k.builder, k.loc, a, b); }
  Value mul(Value a, Value b) { return arith::MulFOp::create(k.builder, k.loc, a, b); }
  Value div(Value a, Value b) { return arith::DivFOp::create(k.builder, k.loc, a, b); }
  Value floor(Value a) { return math::FloorOp::create(k.builder, k.loc, a); }
  Value compare(arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(k.builder, k.loc, predicate, a, b);
  }
  Value select(Value condition, Value a, Value b) { return arith::SelectOp::create(k.builder, k.loc, condition, a, b); }
  Value size() { return k.dim(input.dims[axis]); }

  /// Where position `at` of the result lies in the operand.
  Value coordinate(Value at) {
    StringRef mode = op.getCoordinates();
    Value x = toFloat(at), in = toFloat(size()), last = sub(in, number(1)), out = mul(in, number(scale));
    Value isOne = compare(arith::CmpFPredicate::OEQ, out, number(1));
    Value half = sub(div(add(x, number(0.5)), number(scale)), number(0.5));
    if (mode == "align_corners")
      return select(isOne, number(0), div(mul(x, last), sub(out, number(1))));
    if (mode == "asymmetric")
      return div(x, number(scale));
    if (mode == "tf_half_pixel_for_nn")
      return div(add(x, number(0.5)), number(scale));
    if (mode == "pytorch_half_pixel")
      return select(isOne, number(-0.5), half);
    if (mode == "half_pixel_symmetric") {
      // The result's size is rounded down: what is lost is spread over both ends.
      Value adjustment = div(toFloat(k.dim(k.output(0).dims[axis])), out);
      return add(mul(div(in, number(2)), sub(number(1), adjustment)), half);
    }
    if (mode == "tf_crop_and_resize") {
      double begin = (*op.getRoi())[0], end = (*op.getRoi())[1];
      Value single = mul(number((end - begin) / 2), last);
      Value many = div(mul(mul(x, number(end - begin)), last), sub(out, number(1)));
      return add(select(isOne, single, many), mul(number(begin), last));
    }
    return half;
  }

  Value clampIndex(Value index) { return k.max(k.min(index, k.add(size(), -1)), k.constant(0)); }

  Value nearestIndex(Value x) {
    StringRef mode = op.getNearest();
    if (mode == "simple")
      mode = scale >= 1 ? "floor" : "ceil";
    Value down = floor(x), rest = sub(x, down);
    Value up = math::CeilOp::create(k.builder, k.loc, x);
    if (mode == "floor")
      return toInteger(down);
    if (mode == "ceil")
      return toInteger(up);
    auto predicate = mode == "round_prefer_floor" ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OGE;
    return toInteger(select(compare(predicate, rest, number(0.5)), up, down));
  }

  /// The kernel function at a distance.
  Value kernelAt(Value distance) {
    Value d = math::AbsFOp::create(k.builder, k.loc, distance), one = number(1);
    if (op.getKind() == nn::ResizeKind::Linear)
      return arith::MaximumFOp::create(k.builder, k.loc, sub(one, d), number(0));
    // Keys' cubic: (a + 2) d^3 - (a + 3) d^2 + 1 up to 1, a d^3 - 5 a d^2 + 8 a d - 4 a up to 2, then 0.
    double a = op.getCubicA().convertToDouble();
    Value near = add(mul(mul(sub(mul(number(a + 2), d), number(a + 3)), d), d), one);
    Value far = mul(number(a), sub(mul(add(mul(sub(d, number(5)), d), number(8)), d), number(4)));
    Value isNear = compare(arith::CmpFPredicate::OLE, d, one), isFar = compare(arith::CmpFPredicate::OLT, d, number(2));
    return select(isNear, near, select(isFar, far, number(0)));
  }

  /// The neighbours that count. Outside of the operand the outermost element stands.
  SmallVector<Tap> tapsAt(Value x) {
    if (op.getKind() == nn::ResizeKind::Nearest)
      return {{clampIndex(nearestIndex(x)), number(1)}};
    double stretch = op.getAntialias() && scale < 1 ? scale : 1;
    int64_t reach = op.getKind() == nn::ResizeKind::Linear ? 1 : 2;
    int64_t first = static_cast<int64_t>(std::floor(-reach / stretch)) + 1, end = 2 - first;
    Value base = floor(x), ratio = sub(x, base), start = toInteger(base), sum = number(0);
    SmallVector<Tap> taps;
    for (int64_t t = first; t < end; ++t) {
      Value index = k.add(start, t);
      Value weight = kernelAt(mul(sub(number(t), ratio), number(stretch)));
      if (op.getExcludeOutside()) {
        Value inside = arith::AndIOp::create(k.builder, k.loc, k.less(k.constant(-1), index), k.less(index, size()));
        weight = select(inside, weight, number(0));
      }
      sum = add(sum, weight);
      taps.push_back({clampIndex(index), weight});
    }
    if (op.getExcludeOutside() || stretch != 1)
      for (Tap &tap : taps)
        tap.weight = div(tap.weight, sum);
    return taps;
  }

  /// What a position of the result is made of.
  struct Place {
    Value x;
    SmallVector<Tap> taps;
  };

  Place placeAt(Value position) {
    Value x = coordinate(position);
    Place place{x, tapsAt(x)};
    for (Tap &tap : place.taps)
      if (!input.element.isF64() && op.getKind() != nn::ResizeKind::Nearest)
        tap.weight = arith::TruncFOp::create(k.builder, k.loc, input.element, tap.weight);
    return place;
  }

  /// `lanes` elements of the result behind `base`, which lacks what the axis adds.
  Value valueAt(const Place &place, Value base, DimAttr stride, int64_t lanes) {
    auto read = [&](Value index) { return k.loadElements(input, k.add(base, k.mul(index, k.dim(stride))), lanes); };
    Value result;
    if (op.getKind() == nn::ResizeKind::Nearest)
      result = read(place.taps[0].index);
    else
      for (const Tap &tap : place.taps) {
        Value product = mul(read(tap.index), k.splat(tap.weight, lanes));
        result = result ? add(result, product) : product;
      }
    if (op.getCoordinates() != "tf_crop_and_resize")
      return result;
    Value before = compare(arith::CmpFPredicate::OLT, place.x, number(0));
    Value behind = compare(arith::CmpFPredicate::OGT, place.x, sub(toFloat(size()), number(1)));
    Value outside = k.splat(arith::OrIOp::create(k.builder, k.loc, before, behind), lanes);
    return select(outside, k.constantVector(input.element, lanes, op.getExtrapolation().convertToDouble()), result);
  }

  /// Rows of the result: all those that are one position along the axis have its taps in common.
  void wholeRows() {
    const View &output = k.output(0);
    SmallVector<DimAttr> strides = elementStrides(input);
    auto between = ArrayRef<DimAttr>(output.dims).drop_back().drop_front(axis + 1);
    Value count = k.max(k.dim(nn::product(op.getContext(), between)), k.constant(1)), length = k.dim(output.dims[axis]);
    Epilogue epilogue(k);
    Value end = k.div(k.add(k.end, k.add(count, -1)), count);
    k.loop(k.div(k.begin, count), end, 1, [&](Value group) {
      Place place = placeAt(k.rem(group, length));
      Value first = k.mul(group, count);
      k.loop(k.max(first, k.begin), k.min(k.add(first, count), k.end), 1, [&](Value row) {
        SmallVector<Value> at = coordinates(k, row, ArrayRef<DimAttr>(output.dims).drop_back());
        at[axis] = k.constant(0);
        Value base = offsetAt(k, at, ArrayRef<DimAttr>(strides).drop_back());
        forManyColumns(k, output.columns(), k.lanes(input.element), /*times=*/4, [&](Value column, int64_t lanes) {
          Value elements = valueAt(place, k.add(base, column), strides[axis], lanes);
          epilogue.enterBlock();
          epilogue.finish(elements, row, column, lanes);
        });
      });
    });
  }

  /// Elements of the result, where the axis is the last one.
  void singleElements() {
    SmallVector<DimAttr> strides = elementStrides(input);
    forPositions(k, 1, [&](ArrayRef<Value> row, Value column, int64_t lanes) {
      SmallVector<Value> at(row);
      at.push_back(k.constant(0));
      return valueAt(placeAt(column), offsetAt(k, at, strides), strides[axis], lanes);
    });
  }
};

} // namespace

void codegen::emitResize(KernelBuilder &k) {
  auto op = cast<nn::ResizeOp>(k.root());
  const View &input = k.input(op.getOperand());
  Resize resize{k, op, input, op.getAxes()[0], op.getScales()[0], k.builder.getF64Type(), k.builder.getI64Type()};
  if (resize.axis + 1 == static_cast<int64_t>(input.dims.size()))
    resize.singleElements();
  else
    resize.wholeRows();
}
