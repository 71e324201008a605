//===- Spatial.cpp - the geometry of convolutions and windows -------------===//

#include "codegen/kernels/Spatial.h"
#include "codegen/kernels/RowGroups.h"
#include "codegen/plans/EvenSplit.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

int64_t Axis::interiorBegin() const { return std::min(out, llvm::divideCeilSigned(pad, stride)); }

int64_t Axis::interiorEnd() const {
  int64_t last = llvm::divideFloorSigned(in - 1 - (kernel - 1) * dilation + pad, stride);
  return std::clamp(last + 1, interiorBegin(), out);
}

std::pair<Value, Value> codegen::insideRange(Emit &e, const Axis &axis, Value position) {
  // position * stride - pad + k * dilation is in [0, in)
  Value origin = e.add(e.mul(position, axis.stride), -axis.pad);
  Value begin = e.ceilDivClamped(e.sub(e.constant(0), origin), axis.dilation);
  Value end = e.ceilDivClamped(e.sub(e.constant(axis.in), origin), axis.dilation);
  return {begin, e.min(end, e.constant(axis.kernel))};
}

Geometry codegen::geometryOf(Operation *op) {
  auto input = cast<RankedTensorType>(op->getOperand(0).getType()),
       output = cast<RankedTensorType>(op->getResult(0).getType());
  ArrayRef<int64_t> kernel, strides, dilations, pads;
  if (auto conv = dyn_cast<nn::ConvOp>(op)) {
    kernel = conv.getFilter().getType().getShape().drop_back(2);
    strides = conv.getStrides();
    dilations = conv.getDilations();
    pads = conv.getPads();
  } else {
    auto window = cast<nn::WindowOp>(op);
    kernel = window.getKernel();
    strides = window.getStrides();
    dilations = window.getDilations();
    pads = window.getPads();
  }
  int64_t spatial = input.getRank() - 2;
  auto axis = [&](int64_t i) -> Axis {
    return {.in = input.getDimSize(i + 1),
            .out = output.getDimSize(i + 1),
            .kernel = kernel[i],
            .stride = strides[i],
            .dilation = dilations[i],
            .pad = pads[i]};
  };
  Geometry geometry;
  geometry.channels = input.getDimSize(input.getRank() - 1);
  if (spatial == 2)
    geometry.height = axis(0);
  geometry.width = axis(spatial - 1);
  return geometry;
}

ImageRow codegen::imageRow(Emit &e, const Geometry &geometry, Value unit) {
  const Axis &axis = geometry.height;
  Value height = e.constant(axis.out);
  ImageRow result{e.div(unit, height), e.rem(unit, height), nullptr};
  result.inputRow = e.add(e.mul(result.image, axis.in), e.add(e.mul(result.row, axis.stride), -axis.pad));
  return result;
}

Value codegen::storedRow(KernelBuilder &k, Value row) {
  nn::PlanAttr plan = k.kernel.getPlanAttr();
  int64_t ring = plan ? plan.get("ring", 0) : 0;
  return ring == 0 ? row : k.rem(row, k.constant(ring));
}

void codegen::slide(const Axis &width, int64_t pixels, llvm::function_ref<Value(int64_t)> read,
                    llvm::function_ref<void(Value, int64_t, int64_t)> use) {
  int64_t last = (pixels - 1) * width.stride + (width.kernel - 1) * width.dilation;
  for (int64_t column = 0; column <= last; ++column) {
    Value value;
    for (int64_t pixel = 0; pixel < pixels; ++pixel) {
      int64_t distance = column - pixel * width.stride, windowColumn = distance / width.dilation;
      if (distance < 0 || distance % width.dilation != 0 || windowColumn >= width.kernel)
        continue;
      if (!value)
        value = read(column);
      if (!value)
        break;
      use(value, pixel, windowColumn);
    }
  }
}

SmallVector<InputRow> codegen::inputRowsUnder(const Axis &height, int64_t rows) {
  SmallVector<InputRow> result;
  int64_t last = (rows - 1) * height.stride + (height.kernel - 1) * height.dilation;
  for (int64_t offset = 0; offset <= last; ++offset) {
    InputRow row{.offset = offset, .uses = {}, .isInside = false};
    for (int64_t r = 0; r < rows; ++r) {
      int64_t distance = offset - r * height.stride, windowRow = distance / height.dilation;
      if (distance >= 0 && distance % height.dilation == 0 && windowRow < height.kernel)
        row.uses.emplace_back(r, windowRow);
    }
    row.isInside = offset >= height.pad && (height.out - rows) * height.stride - height.pad + offset < height.in;
    if (!row.uses.empty())
      result.push_back(row);
  }
  return result;
}

SmallVector<Value> codegen::whereInside(Emit &e, const Axis &height, Value row, const InputRow &inputRow,
                                        ValueRange values, llvm::function_ref<SmallVector<Value>()> body) {
  if (inputRow.isInside)
    return body();
  Value place = e.add(e.mul(row, height.stride), inputRow.offset - height.pad);
  // What is negative is large without a sign.
  Value isInside = arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::ult, place, e.constant(height.in));
  auto ifOp = scf::IfOp::create(e.builder, e.loc, values.getTypes(), isInside, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(e.builder);
  e.builder.setInsertionPointToStart(ifOp.elseBlock());
  scf::YieldOp::create(e.builder, e.loc, values);
  e.builder.setInsertionPointToStart(ifOp.thenBlock());
  scf::YieldOp::create(e.builder, e.loc, body());
  return SmallVector<Value>(ifOp.getResults());
}

void codegen::forPixels(KernelBuilder &k, const Axis &width, int64_t tile, Value from, Value to,
                        llvm::function_ref<void(Value, int64_t, bool)> body) {
  Value first = k.constant(width.interiorBegin()), last = k.constant(width.interiorEnd());
  k.loop(from, k.min(to, first), 1, [&](Value column) { body(column, 1, false); });
  Value begin = k.max(from, first), end = k.max(begin, k.min(to, last));
  std::optional<int64_t> total;
  if (std::optional<int64_t> known = Emit::constantOf(k.sub(end, begin)))
    total = known;
  forRows(k, begin, end, tile, total, [&](Value column, int64_t pixels) { body(column, pixels, true); });
  k.loop(k.max(from, last), to, 1, [&](Value column) { body(column, 1, false); });
}

TileRows PixelTile::seeing(const Axis &width, int64_t filterColumn) const {
  int64_t first = *Emit::constantOf(column) * width.stride - width.pad + filterColumn * width.dilation;
  auto isInside = [&](int64_t pixel) {
    int64_t at = first + pixel * width.stride;
    return at >= 0 && at < width.in;
  };
  TileRows pixels{0, count};
  while (pixels.begin < pixels.end && !isInside(pixels.begin))
    ++pixels.begin;
  while (pixels.begin < pixels.end && !isInside(pixels.end - 1))
    --pixels.end;
  return pixels;
}

bool PixelTile::sees(const Axis &width, int64_t inputColumn) const {
  if (sight == Whole)
    return true;
  int64_t at = *Emit::constantOf(column) * width.stride - width.pad + inputColumn;
  return at >= 0 && at < width.in;
}

namespace {
/// A row of output pixels in tiles of nearly equal size.
struct PixelRow {
  PixelRow(const Axis &width, int64_t most) : width(width), split(evenSplit(width.out, most)) {}

  int64_t columnOf(int64_t tile) const { return tile * (split.size - 1) + std::min(tile, split.larger); }
  PixelTile::Sight sightOf(int64_t tile) const;
  int64_t count(ArrayRef<PixelTile::Sight> sights) const {
    return llvm::count_if(llvm::seq<int64_t>(0, split.parts),
                          [&](int64_t tile) { return llvm::is_contained(sights, sightOf(tile)); });
  }
  /// Whether so many tiles can be code of their own.
  bool canWriteOut(int64_t tiles) const {
    constexpr int64_t mostColumns = 64;
    return tiles * width.kernel <= mostColumns;
  }

  const Axis &width;
  EvenSplit split;
};
} // namespace

/// Whole if no pixel of a tile sees padding, Alike if all see the same columns of the filter.
PixelTile::Sight PixelRow::sightOf(int64_t tile) const {
  int64_t first = columnOf(tile), last = columnOf(tile + 1) - 1;
  if (first >= width.interiorBegin() && last < width.interiorEnd())
    return PixelTile::Whole;
  bool areAlike = llvm::all_of(llvm::seq<int64_t>(0, width.kernel), [&](int64_t column) {
    auto isInside = [&](int64_t pixel) {
      int64_t at = pixel * width.stride - width.pad + column * width.dilation;
      return at >= 0 && at < width.in;
    };
    return llvm::all_of(llvm::seq(first, last), [&](int64_t pixel) { return isInside(pixel) == isInside(last); });
  });
  return areAlike ? PixelTile::Alike : PixelTile::Border;
}

bool codegen::hasExactBorders(const Axis &width, int64_t most, bool knowsAlike) {
  PixelRow row(width, most);
  int64_t mixed = row.count(PixelTile::Border), borders = mixed + row.count(PixelTile::Alike);
  return row.canWriteOut(knowsAlike ? mixed : borders);
}

void codegen::forPixelTiles(KernelBuilder &k, const Axis &width, int64_t most,
                            llvm::function_ref<void(const PixelTile &)> body, bool knowsAlike,
                            std::optional<PixelTileRange> range) {
  PixelRow pixels(width, most);
  const EvenSplit &split = pixels.split;
  if (!hasExactBorders(width, most, knowsAlike)) {
    Value from = range ? firstRow(k, split, range->begin) : k.constant(0);
    Value to = range ? firstRow(k, split, range->end) : k.constant(width.out);
    return forPixels(k, width, split.size, from, to, [&](Value column, int64_t count, bool whole) {
      body({column, count, whole ? PixelTile::Whole : PixelTile::Single});
    });
  }
  bool writesAll = hasExactBorders(width, most);
  auto sightOf = [&](int64_t tile) {
    PixelTile::Sight sight = pixels.sightOf(tile);
    return sight == PixelTile::Alike && writesAll ? PixelTile::Border : sight;
  };
  auto isWanted = [&](int64_t tile) {
    Value begins = k.less(range->begin, k.constant(tile + 1)), ends = k.less(k.constant(tile), range->end);
    return arith::AndIOp::create(k.builder, k.loc, begins, ends);
  };
  for (int64_t tile = 0; tile < split.parts;) {
    int64_t size = split.sizeOf(tile), next = tile + 1;
    PixelTile::Sight sight = sightOf(tile);
    if (sight == PixelTile::Border) {
      auto write = [&] { body({k.constant(pixels.columnOf(tile)), size, sight}); };
      if (range)
        k.when(isWanted(tile), write);
      else
        write();
      tile = next;
      continue;
    }
    while (next < split.parts && sightOf(next) == sight && split.sizeOf(next) == size)
      ++next;
    Value from = k.constant(pixels.columnOf(tile)), to = k.constant(pixels.columnOf(next));
    if (range) {
      from = k.max(from, firstRow(k, split, range->begin));
      to = k.min(to, firstRow(k, split, range->end));
    }
    k.loop(from, to, size, [&](Value column) { body({column, size, sight}); });
    tile = next;
  }
}
