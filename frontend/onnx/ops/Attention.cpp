//===- Attention.cpp - scaled dot product attention and rotary positions --===//

#include "frontend/onnx/ops/Operators.h"
#include "ir/Counted.h"
#include <limits>

using namespace mlir;

namespace margay::frontend::onnx {

static constexpr double infinity = std::numeric_limits<double>::infinity();

//===----------------------------------------------------------------------===//
// Heads
//===----------------------------------------------------------------------===//

/// A head's share of `features`, which have to be constant.
static std::optional<nn::DimAttr> sizeOfHead(NodeImport &node, nn::DimAttr features, int64_t heads) {
  if (!features.isConstant())
    return node.unsupported("the number of features has to be constant");
  if (heads <= 0 || features.getValue() % heads != 0)
    return node.malformed(features.str() + " features cannot be split into " + counted(heads, "head"));
  return node.dim(features.getValue() / heads);
}

/// [batch, sequence, heads * size] as [batch, sequence, heads, size]; null after a report.
static Value withHeads(NodeImport &node, Value value, int64_t heads) {
  Dims dims = nn::dimsOf(value.getType());
  std::optional<nn::DimAttr> size = sizeOfHead(node, dims[2], heads);
  return size ? node.reshape(value, {dims[0], dims[1], node.dim(heads), *size}) : Value();
}

/// ... as [batch, heads, sequence, size].
static Value splitHeads(NodeImport &node, Value value, int64_t heads) {
  return node.transpose(withHeads(node, value, heads), {0, 2, 1, 3});
}

/// The inverse of splitHeads.
static Value joinHeads(NodeImport &node, Value value) {
  if (!value)
    return nullptr;
  Dims dims = nn::dimsOf(value.getType());
  return node.reshape(node.transpose(value, {0, 2, 1, 3}), {dims[0], dims[2], dims[1] * dims[3]});
}

/// Dimensions [batch, heads, …] as [batch, groups, heads / groups, …], or unchanged where heads and groups are as many.
static Value splitGroups(NodeImport &node, Value value, int64_t groups) {
  if (!value)
    return nullptr;
  Dims dims = nn::dimsOf(value.getType());
  int64_t heads = dims[1].getValue();
  if (heads == groups)
    return value;
  return node.reshape(value, {dims[0], node.dim(groups), node.dim(heads / groups), dims[2], dims[3]});
}

static Value joinGroups(NodeImport &node, Value value) {
  if (!value || rankOf(value) == 4)
    return value;
  Dims dims = nn::dimsOf(value.getType());
  return node.reshape(value, {dims[0], dims[1] * dims[2], dims[3], dims[4]});
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {

class Attention {
public:
  explicit Attention(NodeImport &node) : node(node) {}
  LogicalResult import();

private:
  bool readOperands();
  bool joinPast();
  bool checkSizes();
  /// The mask with the dimensions of the scores, padded where it has fewer keys; null after a report.
  Value mask(const Dims &dims);
  /// Which query may look at which key, as far as positions say; null if they say nothing.
  Value visible();
  Value filledKeys(const Dims &dims);
  Value queryOffset(const Dims &dims);
  Value keepAllowed(Value scores, Value allowed);
  Value softmax(Value scores);
  LogicalResult emitScores(int64_t mode, Value scores);

  NodeImport &node;
  Value queries, keys, values; ///< [batch, heads, sequence, size]
  bool flat = false;           ///< Whether heads are in the features of a dimension, as inputs of rank 3 have them.
  int64_t heads = 0, groups = 0;
  nn::DimAttr past;
  bool mayMaskAll = false; ///< Whether a query may see no key at all.
  int64_t scoresMode = 0;
};

} // namespace

bool Attention::readOperands() {
  queries = node.input(0), keys = node.input(1), values = node.input(2);
  if (!queries || !keys || !values)
    return false;
  int64_t rank = rankOf(queries);
  if ((rank != 3 && rank != 4) || rankOf(keys) != rank || rankOf(values) != rank) {
    node.malformed("query, key and value have " + llvm::Twine(rank) + ", " + llvm::Twine(rankOf(keys)) + " and " +
                   counted(rankOf(values), "dimension") + "; all need 3 or all need 4");
    return false;
  }
  int64_t queryHeads = node.integer("q_num_heads", 0), keyHeads = node.integer("kv_num_heads", 0);
  flat = rank == 3;
  if (flat) {
    queries = splitHeads(node, queries, queryHeads);
    keys = splitHeads(node, keys, keyHeads);
    values = splitHeads(node, values, keyHeads);
  }
  return queries && keys && values && !node.hasFailed();
}

bool Attention::joinPast() {
  past = node.dim(0);
  if (node.hasInput(4) != node.hasInput(5)) {
    node.malformed("has a past key or a past value, but not both");
    return false;
  }
  if (!node.hasInput(4))
    return true;
  Value pastKeys = node.input(4), pastValues = node.input(5);
  if (!pastKeys || !pastValues)
    return false;
  if (rankOf(pastKeys) != 4 || rankOf(pastValues) != 4) {
    node.malformed("its past key and value need 4 dimensions");
    return false;
  }
  past = nn::dimOf(pastKeys.getType(), 2);
  keys = node.infer<nn::ConcatOp>(ValueRange{pastKeys, keys}, uint64_t(2));
  values = node.infer<nn::ConcatOp>(ValueRange{pastValues, values}, uint64_t(2));
  return keys && values;
}

bool Attention::checkSizes() {
  Dims query = nn::dimsOf(queries.getType()), key = nn::dimsOf(keys.getType()), value = nn::dimsOf(values.getType());
  if (!query[1].isConstant() || !key[1].isConstant()) {
    node.unsupported("the number of heads has to be constant");
    return false;
  }
  heads = query[1].getValue(), groups = key[1].getValue();
  if (groups == 0 || heads % groups != 0) {
    node.malformed(counted(heads, "query head") + " cannot share " + counted(groups, "key head"));
    return false;
  }
  auto same = [&](nn::DimAttr a, nn::DimAttr b, const llvm::Twine &what) {
    return succeeded(node.needEqual(a, b, what + " are " + a.str() + " and " + b.str()));
  };
  return same(query[0], key[0], "the batches of query and key") &&
         same(key[0], value[0], "the batches of key and value") &&
         same(query[3], key[3], "the sizes of query and key") && same(key[1], value[1], "the heads of key and value") &&
         same(key[2], value[2], "the lengths of key and value");
}

Value Attention::mask(const Dims &dims) {
  Value mask = node.input(3);
  if (!mask)
    return nullptr;
  bool isBool = elementOf(mask).isInteger(1);
  if (!isBool && !isa<FloatType>(elementOf(mask)))
    return node.malformed("its mask is of type " + nameOf(elementOf(mask)) + ", it has to be of bool or of floats");
  Dims own = nn::dimsOf(mask.getType());
  if (own.size() > 4)
    return node.malformed("its mask has " + counted(own.size(), "dimension") + ", at most 4 fit");
  if (!own.empty() && own.back() != dims[3] && own.back().getConstant() != 1) {
    nn::DimAttr missing = dims[3] - own.back();
    if (node.ranges().isLess(missing, node.dim(0)) == false) {
      Dims low(own.size(), node.dim(0)), high = low;
      high.back() = missing;
      mask = padded(node, mask, isBool ? 0 : -infinity, low, high);
    }
  }
  std::optional<Dims> together = mask ? node.broadcastDims(dims, nn::dimsOf(mask.getType())) : std::nullopt;
  if (!together)
    return nullptr;
  if (*together != dims)
    return node.malformed("its mask is larger than the scores");
  return node.broadcast(mask, dims);
}

/// How many keys of each batch hold no padding, as [batch, 1, 1, 1]; null after a report.
Value Attention::filledKeys(const Dims &dims) {
  Value filled = node.cast(node.input(6), node.builder().getI64Type());
  if (!filled)
    return nullptr;
  if (rankOf(filled) != 1)
    return node.malformed("its numbers of keys have " + counted(rankOf(filled), "dimension") + ", they need 1");
  nn::DimAttr count = nn::dimOf(filled.getType(), 0);
  if (failed(
          node.needEqual(count, dims[0], "it has " + count.str() + " numbers of keys for a batch of " + dims[0].str())))
    return nullptr;
  return node.reshape(filled, {dims[0], node.dim(1), node.dim(1), node.dim(1)});
}

/// How many keys are before the first query's own: those of the past, or those of a cache outside that hold no padding,
/// without the queries themselves.
Value Attention::queryOffset(const Dims &dims) {
  if (!node.hasInput(6))
    return node.broadcast(node.reshape(node.dimsTensor({past}), {}), dims);
  Value filled = node.broadcast(filledKeys(dims), dims);
  Value length = node.broadcast(node.reshape(node.dimsTensor({dims[2]}), {}), dims);
  return node.infer<nn::SubOp>(filled, length);
}

Value Attention::visible() {
  bool isCausal = node.flag("is_causal");
  if (!isCausal && !node.hasInput(6))
    return nullptr;
  nn::DimAttr batch = nn::dimOf(queries.getType(), 0);
  Dims dims = {node.hasInput(6) ? batch : node.dim(1), node.dim(1), nn::dimOf(queries.getType(), 2),
               nn::dimOf(keys.getType(), 2)};
  if (!isManageable(dims))
    return node.unsupported("the scores are too large to be compiled");
  auto along = [&](int64_t axis) { return positions(node, node.builder().getI64Type(), dims, axis); };
  Value seen;
  if (isCausal)
    seen = compare(node, nn::CompareKind::Le, along(3), node.same<nn::AddOp>(along(2), queryOffset(dims)));
  if (node.hasInput(6)) {
    Value present = compare(node, nn::CompareKind::Lt, along(3), node.broadcast(filledKeys(dims), dims));
    seen = seen ? node.same<nn::AndOp>(seen, present) : present;
    mayMaskAll = true;
  }
  return seen;
}

Value Attention::keepAllowed(Value scores, Value allowed) {
  if (!scores || !allowed)
    return nullptr;
  return choose(node, node.broadcast(allowed, nn::dimsOf(scores.getType())), scores, node.splat(-infinity, scores));
}

/// Over the keys; a query that sees none gives nothing to any.
Value Attention::softmax(Value scores) {
  if (!scores)
    return nullptr;
  mlir::Type element = elementOf(scores);
  if (node.hasAttribute("softmax_precision")) {
    mlir::Type precision = elementAttribute(node, "softmax_precision");
    scores = precision ? node.cast(scores, precision) : nullptr;
  }
  Value weights = node.same<nn::SoftmaxOp>(scores, uint64_t(3), false);
  if (mayMaskAll && weights) {
    Value greatest = reduceKeeping(node, nn::ReduceKind::Max, scores, {3});
    Value none = compare(node, nn::CompareKind::Eq, greatest, node.splat(-infinity, greatest));
    weights = choose(node, node.broadcast(none, nn::dimsOf(scores.getType())), node.splat(0, weights), weights);
  }
  return node.cast(weights, element);
}

LogicalResult Attention::emitScores(int64_t mode, Value scores) {
  return mode == scoresMode && node.usesOutput(3) ? node.result(scores, 3) : LogicalResult::success(scores != nullptr);
}

LogicalResult Attention::import() {
  scoresMode = node.integer("qk_matmul_output_mode", 0);
  float softcap = node.number("softcap", 0);
  std::optional<float> scale = node.maybeNumber("scale");
  if (!readOperands() || !joinPast() || !checkSizes())
    return failure();
  nn::DimAttr size = nn::dimOf(queries.getType(), 3);
  if (!scale && !size.isConstant())
    return node.unsupported("without a scale the size of a head has to be constant");
  if (node.usesOutput(1) && failed(node.result(keys, 1)))
    return failure();
  if (node.usesOutput(2) && failed(node.result(values, 2)))
    return failure();

  bool shares = heads != groups;
  Value scores = joinGroups(
      node, node.infer<nn::ContractOp>(splitGroups(node, queries, groups), keys, shares ? "bbmmk" : "bbmk", "bbnk"));
  double factor = scale ? *scale : 1 / std::sqrt(double(size.getValue()));
  scores = node.same<nn::MulOp>(scores, node.splat(factor, scores));
  if (failed(emitScores(0, scores)))
    return failure();
  if (softcap != 0) {
    Value limit = node.splat(softcap, scores);
    scores = node.same<nn::MulOp>(node.same<nn::TanhOp>(node.infer<nn::DivOp>(scores, limit)), limit);
  }
  if (failed(emitScores(1, scores)))
    return failure();
  if (node.hasInput(3)) {
    Value added = mask(nn::dimsOf(scores.getType()));
    if (!added)
      return failure();
    scores = elementOf(added).isInteger(1) ? keepAllowed(scores, added)
                                           : node.same<nn::AddOp>(scores, node.cast(added, elementOf(scores)));
    mayMaskAll = true;
  }
  if (Value seen = visible())
    scores = keepAllowed(scores, seen);
  if (node.hasFailed() || failed(emitScores(2, scores)))
    return failure();
  Value weights = softmax(scores);
  if (failed(emitScores(3, weights)))
    return failure();
  Value result = joinGroups(node, node.infer<nn::ContractOp>(splitGroups(node, weights, groups),
                                                             node.cast(values, elementOf(weights)),
                                                             shares ? "bbmmk" : "bbmk", "bbkn"));
  return node.result(flat ? joinHeads(node, result) : result);
}

LogicalResult importAttention(NodeImport &node) { return Attention(node).import(); }

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

/// The half of the last dimension that is rotated with the other: each second element, or one half after the other.
static Value half(NodeImport &node, Value value, int64_t size, int64_t which, bool interleaved) {
  if (!value)
    return nullptr;
  Dims sizes = nn::dimsOf(value.getType()), starts(sizes.size(), node.dim(0));
  sizes.back() = node.dim(size / 2);
  starts.back() = node.dim(interleaved ? which : which * (size / 2));
  llvm::SmallVector<int64_t> steps(sizes.size(), 1);
  steps.back() = interleaved ? 2 : 1;
  return slice(node, value, starts, sizes, steps);
}

/// The cosines or sines as [batch or 1, sequence, 1, size / 2], each at its position.
static Value angles(NodeImport &node, unsigned index, nn::DimAttr batch, nn::DimAttr length, int64_t size) {
  Value table = node.input(index);
  if (!table)
    return nullptr;
  if (node.hasInput(3)) {
    Value positions = node.input(3);
    if (!positions)
      return nullptr;
    if (rankOf(table) != 2)
      return node.malformed("its caches need 2 dimensions where it has positions");
    table = node.infer<nn::GatherOp>(table, positions, uint64_t(0));
  }
  if (!table)
    return nullptr;
  if (rankOf(table) != 3)
    return node.malformed("its caches have " + counted(rankOf(table), "dimension") + ", they need 3");
  Dims dims = nn::dimsOf(table.getType());
  if (failed(node.needEqual(dims[2], node.dim(size / 2),
                            "its caches have rows of " + dims[2].str() + ", half of the rotated size is " +
                                llvm::Twine(size / 2))) ||
      failed(node.needEqual(dims[1], length, "its caches have " + dims[1].str() + " positions for " + length.str())))
    return nullptr;
  if (dims[0].getConstant() != 1 &&
      failed(node.needEqual(dims[0], batch, "its caches are for a batch of " + dims[0].str() + ", not " + batch.str())))
    return nullptr;
  return node.reshape(table, {dims[0], dims[1], node.dim(1), dims[2]});
}

/// Rotates pairs of features of each head by angles of their position (Su et al. 2021, RoFormer).
LogicalResult importRotaryEmbedding(NodeImport &node) {
  Value input = node.input(0);
  bool interleaved = node.flag("interleaved");
  int64_t heads = node.integer("num_heads", 0), rotated = node.integer("rotary_embedding_dim", 0);
  if (!input || node.hasFailed())
    return failure();
  int64_t rank = rankOf(input);
  if (rank != 3 && rank != 4)
    return node.malformed("its input has " + counted(rank, "dimension") + ", it needs 3 or 4");
  // As [batch, sequence, heads, size].
  Dims whole = nn::dimsOf(input.getType());
  Value value = rank == 4 ? node.transpose(input, {0, 2, 1, 3}) : withHeads(node, input, heads);
  if (!value)
    return failure();
  Dims dims = nn::dimsOf(value.getType());
  if (!dims[3].isConstant())
    return node.unsupported("the size of a head has to be constant");
  int64_t size = dims[3].getValue();
  rotated = rotated == 0 ? size : rotated;
  if (rotated < 0 || rotated > size || rotated % 2 != 0)
    return node.malformed("cannot rotate " + llvm::Twine(rotated) + " of " + counted(size, "feature"));

  Value cos = angles(node, 1, dims[0], dims[1], rotated), sin = angles(node, 2, dims[0], dims[1], rotated);
  if (!cos || !sin)
    return failure();
  Value turned = sliceAlong(node, value, 3, node.dim(0), node.dim(rotated));
  Value first = half(node, turned, rotated, 0, interleaved), second = half(node, turned, rotated, 1, interleaved);
  if (!first || !second)
    return failure();
  Dims halfDims = nn::dimsOf(first.getType());
  cos = node.broadcast(cos, halfDims);
  sin = node.broadcast(sin, halfDims);
  auto mul = [&](Value a, Value b) { return node.same<nn::MulOp>(a, b); };
  Value real = node.infer<nn::SubOp>(mul(first, cos), mul(second, sin));
  Value imaginary = node.same<nn::AddOp>(mul(first, sin), mul(second, cos));
  if (!real || !imaginary)
    return failure();
  if (interleaved) {
    Dims apart = halfDims;
    apart.push_back(node.dim(1));
    turned =
        node.infer<nn::ConcatOp>(ValueRange{node.reshape(real, apart), node.reshape(imaginary, apart)}, uint64_t(4));
    halfDims.back() = node.dim(rotated);
    turned = node.reshape(turned, halfDims);
  } else {
    turned = node.infer<nn::ConcatOp>(ValueRange{real, imaginary}, uint64_t(3));
  }
  if (rotated != size && turned)
    turned = node.infer<nn::ConcatOp>(
        ValueRange{turned, sliceAlong(node, value, 3, node.dim(rotated), node.dim(size - rotated))}, uint64_t(3));
  return node.result(rank == 4 ? node.transpose(turned, {0, 2, 1, 3}) : node.reshape(turned, whole));
}

} // namespace margay::frontend::onnx
