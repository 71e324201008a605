//===- Recurrent.cpp - RNN, GRU and LSTM ----------------------------------===//
//
// Of each direction the products of all steps' inputs with the weights are one matrix product; what is left for
// nn.recurrent is what a step must wait for.
//
//   X [T, B, I] · W [D, G * H, I]    R [D, G * H, H]    B [D, 2 * G * H]    Y [T, D, B, H]    Y_h, Y_c [D, B, H]
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

namespace {

/// What a direction applies, in nn.recurrent's terms.
struct Activations {
  llvm::SmallVector<llvm::StringRef> names;
  llvm::SmallVector<double> alphas, betas;
};

/// The coefficients that an activation has where the model gives none.
struct Defaults {
  llvm::StringLiteral name;
  bool hasAlpha, hasBeta;
  double alpha, beta;
};

constexpr Defaults defaults[] = {
    {"affine", true, true, 1, 0},           {"elu", true, false, 1, 0},
    {"hardsigmoid", true, true, 0.2, 0.5},  {"leakyrelu", true, false, 0.01, 0},
    {"relu", false, false, 0, 0},           {"scaledtanh", true, true, 1, 1},
    {"sigmoid", false, false, 0, 0},        {"softplus", false, false, 0, 0},
    {"softsign", false, false, 0, 0},       {"tanh", false, false, 0, 0},
    {"thresholdedrelu", true, false, 1, 0},
};

class RecurrentImport {
public:
  RecurrentImport(NodeImport &node, nn::CellKind kind) : node(node), kind(kind) {}
  LogicalResult run();

private:
  int64_t gates() const { return kind == nn::CellKind::Rnn ? 1 : kind == nn::CellKind::Gru ? 3 : 4; }
  std::optional<llvm::SmallVector<Activations>> activations(size_t directions);
  bool readInputs();
  LogicalResult checkElements(Value value, llvm::StringRef what);
  LogicalResult checkInput(Value value, llvm::StringRef what, llvm::ArrayRef<nn::DimAttr> dims);
  Value slice(Value value, llvm::ArrayRef<int64_t> starts, llvm::ArrayRef<int64_t> sizes);
  Value ofDirection(Value value, int64_t direction);
  Value part(Value vector, int64_t from, int64_t size);
  Value initialState(Value given, int64_t direction);
  bool direction(int64_t index, const Activations &functions, bool reverse);
  Value zeros(llvm::ArrayRef<nn::DimAttr> dims);

  NodeImport &node;
  nn::CellKind kind;
  Value x, weights, recurrent, bias, lengths, hidden, cell, peepholes;
  nn::DimAttr steps, batch;
  int64_t directions = 0, units = 0;
  bool batchFirst = false, linearBeforeReset = false, inputForget = false;
  double clip = 0;
  llvm::SmallVector<Value> outputs, lastHidden, lastCell; ///< of each direction
};

} // namespace

std::optional<llvm::SmallVector<Activations>> RecurrentImport::activations(size_t count) {
  static constexpr llvm::StringLiteral usual[] = {"Sigmoid", "Tanh", "Tanh"};
  llvm::SmallVector<llvm::StringRef> names;
  if (const Attribute *attribute = node.attribute("activations", AttributeType::Strings))
    names.assign(attribute->strings.begin(), attribute->strings.end());
  size_t each = kind == nn::CellKind::Rnn ? 1 : kind == nn::CellKind::Gru ? 2 : 3;
  if (names.empty())
    for (size_t i = 0; i < count * each; ++i)
      names.push_back(usual[kind == nn::CellKind::Rnn ? 1 : i % each]);
  if (names.size() != count * each)
    return node.malformed("has " + counted(names.size(), "activation") + ", it needs " + llvm::Twine(count * each));
  auto coefficients = [&](llvm::StringRef name) {
    const Attribute *attribute = node.attribute(name, AttributeType::Floats);
    return attribute ? llvm::SmallVector<float>(attribute->floats.begin(), attribute->floats.end())
                     : llvm::SmallVector<float>();
  };
  llvm::SmallVector<float> alphas = coefficients("activation_alpha"), betas = coefficients("activation_beta");
  // The lists hold coefficients of those functions only that have some.
  size_t nextAlpha = 0, nextBeta = 0;
  llvm::SmallVector<Activations> result(count);
  MLIRContext *context = node.loc.getContext();
  for (auto [index, name] : llvm::enumerate(names)) {
    std::string lower = name.lower();
    const Defaults *found = llvm::find_if(defaults, [&](const Defaults &entry) { return entry.name == lower; });
    if (found == std::end(defaults))
      return node.malformed("has the unknown activation " + quoted(name));
    Activations &mine = result[index / each];
    mine.names.push_back(StringAttr::get(context, lower).getValue());
    mine.alphas.push_back(found->hasAlpha && nextAlpha < alphas.size() ? alphas[nextAlpha++] : found->alpha);
    mine.betas.push_back(found->hasBeta && nextBeta < betas.size() ? betas[nextBeta++] : found->beta);
  }
  return result;
}

/// All are of X's type, but for the lengths.
LogicalResult RecurrentImport::checkElements(Value value, llvm::StringRef what) {
  if (value == lengths ? elementOf(value).isInteger(32) : elementOf(value) == elementOf(x))
    return success();
  return node.malformed(what + " is of type " + nameOf(elementOf(value)) + ", it has to be of " +
                        (value == lengths ? "int32" : nameOf(elementOf(x))));
}

LogicalResult RecurrentImport::checkInput(Value value, llvm::StringRef what, llvm::ArrayRef<nn::DimAttr> dims) {
  if (!value)
    return success();
  Dims given = nn::dimsOf(value.getType());
  if (given == Dims(dims))
    return checkElements(value, what);
  auto text = [](llvm::ArrayRef<nn::DimAttr> dims) {
    std::string joined;
    for (nn::DimAttr dim : dims)
      joined += (joined.empty() ? "" : ", ") + dim.str();
    return "[" + joined + "]";
  };
  return node.malformed(what + " has shape " + text(given) + ", it has to be " + text(dims));
}

bool RecurrentImport::readInputs() {
  auto optional = [&](unsigned index) { return node.hasInput(index) ? node.input(index) : Value(); };
  x = node.input(0), weights = node.input(1), recurrent = node.input(2);
  bias = optional(3), lengths = optional(4), hidden = optional(5);
  if (kind == nn::CellKind::Lstm)
    cell = optional(6), peepholes = optional(7);
  if (!x || !weights || !recurrent || node.hasFailed())
    return false;
  if (rankOf(x) != 3 || rankOf(weights) != 3 || rankOf(recurrent) != 3) {
    node.malformed("its inputs X, W and R need 3 dimensions each");
    return false;
  }
  if (batchFirst) {
    x = node.transpose(x, {1, 0, 2});
    if (hidden)
      hidden = node.transpose(hidden, {1, 0, 2});
    if (cell)
      cell = node.transpose(cell, {1, 0, 2});
  }
  if (!x || node.hasFailed())
    return false;
  steps = nn::dimOf(x.getType(), 0), batch = nn::dimOf(x.getType(), 1);
  Dims r = nn::dimsOf(recurrent.getType());
  if (!r[2].isConstant()) {
    node.unsupported("the number of its hidden units, " + r[2].str() + ", is not constant; pin it with --dim");
    return false;
  }
  units = r[2].getValue();
  auto dim = [&](int64_t size) { return node.dim(size); };
  int64_t width = gates() * units;
  return succeeded(checkInput(recurrent, "input R", {dim(directions), dim(width), dim(units)})) &&
         succeeded(checkInput(weights, "input W", {dim(directions), dim(width), nn::dimOf(x.getType(), 2)})) &&
         succeeded(checkInput(bias, "input B", {dim(directions), dim(2 * width)})) &&
         succeeded(checkInput(lengths, "input sequence_lens", {batch})) &&
         succeeded(checkInput(hidden, "input initial_h", {dim(directions), batch, dim(units)})) &&
         succeeded(checkInput(cell, "input initial_c", {dim(directions), batch, dim(units)})) &&
         succeeded(checkInput(peepholes, "input P", {dim(directions), dim(3 * units)}));
}

/// Elements [starts, starts + sizes) of a tensor of constant shape in these dimensions; others whole.
Value RecurrentImport::slice(Value value, llvm::ArrayRef<int64_t> starts, llvm::ArrayRef<int64_t> sizes) {
  Dims dims = nn::dimsOf(value.getType()), from(dims.size(), node.dim(0));
  for (auto [axis, start] : llvm::enumerate(starts)) {
    from[axis] = node.dim(start);
    dims[axis] = node.dim(sizes[axis]);
  }
  mlir::Type type = nn::tensorOf(dims, elementOf(value));
  if (type == value.getType())
    return value;
  return nn::SliceOp::create(node.builder(), node.loc, type, value, nn::ShapeAttr::get(node.loc.getContext(), from),
                             llvm::SmallVector<int64_t>(dims.size(), 1));
}

/// What a direction has of an input whose first dimension counts directions.
Value RecurrentImport::ofDirection(Value value, int64_t direction) {
  Dims dims = nn::dimsOf(value.getType());
  return node.reshape(slice(value, {direction}, {1}), llvm::ArrayRef(dims).drop_front());
}

Value RecurrentImport::part(Value vector, int64_t from, int64_t size) { return slice(vector, {from}, {size}); }

Value RecurrentImport::zeros(llvm::ArrayRef<nn::DimAttr> dims) {
  mlir::Type element = elementOf(x);
  auto type = RankedTensorType::get(llvm::SmallVector<int64_t>(dims.size(), 1), element);
  Value zero = nn::ConstantOp::create(node.builder(), node.loc, type,
                                      DenseElementsAttr::get(type, node.builder().getZeroAttr(element)));
  return node.broadcast(zero, dims);
}

Value RecurrentImport::initialState(Value given, int64_t direction) {
  return given ? ofDirection(given, direction) : zeros({batch, node.dim(units)});
}

bool RecurrentImport::direction(int64_t index, const Activations &functions, bool reverse) {
  OpBuilder &builder = node.builder();
  int64_t width = gates() * units;
  Value product = node.infer<nn::ContractOp>(x, ofDirection(weights, index), "mmk", "nk");
  Value candidateBias;
  if (bias && product) {
    Value both = ofDirection(bias, index), own = part(both, 0, width), other = part(both, width, width);
    // The hidden gate's recurrent bias is added before the reset gate applies.
    if (kind == nn::CellKind::Gru && linearBeforeReset) {
      candidateBias = part(other, 2 * units, units);
      other = node.infer<nn::ConcatOp>(ValueRange{part(other, 0, 2 * units), zeros({node.dim(units)})}, uint64_t(0));
    }
    product = node.same<nn::AddOp>(product, node.alongAxis(node.same<nn::AddOp>(own, other), product, 2));
  } else if (kind == nn::CellKind::Gru && linearBeforeReset) {
    candidateBias = zeros({node.dim(units)});
  }
  Value r = node.transpose(ofDirection(recurrent, index), {1, 0});
  Value h = initialState(hidden, index), c = kind == nn::CellKind::Lstm ? initialState(cell, index) : Value();
  Value p = peepholes ? node.reshape(ofDirection(peepholes, index), {node.dim(3), node.dim(units)}) : Value();
  if (!product || !r || !h || node.hasFailed())
    return false;
  llvm::SmallVector<mlir::Type> types{nn::tensorOf({steps, batch, node.dim(units)}, elementOf(x)), h.getType()};
  if (c)
    types.push_back(c.getType());
  llvm::SmallVector<mlir::Attribute> names;
  for (llvm::StringRef name : functions.names)
    names.push_back(builder.getStringAttr(name));
  auto op = nn::RecurrentOp::create(builder, node.loc, types, product, r, h, c, candidateBias, p, lengths, kind,
                                    builder.getArrayAttr(names), builder.getDenseF64ArrayAttr(functions.alphas),
                                    builder.getDenseF64ArrayAttr(functions.betas), llvm::APFloat(clip), reverse,
                                    linearBeforeReset, inputForget);
  auto stacked = [&](Value value, int64_t axis) {
    Dims dims = nn::dimsOf(value.getType());
    dims.insert(dims.begin() + axis, node.dim(1));
    return node.reshape(value, dims);
  };
  outputs.push_back(stacked(op.getResult(0), 1));
  lastHidden.push_back(stacked(op.getResult(1), 0));
  if (c)
    lastCell.push_back(stacked(op.getResult(2), 0));
  return true;
}

LogicalResult RecurrentImport::run() {
  llvm::StringRef way = node.text("direction", "forward");
  if (way != "forward" && way != "reverse" && way != "bidirectional")
    return node.malformed("has the unknown direction " + quoted(way));
  directions = way == "bidirectional" ? 2 : 1;
  node.ignore({"output_sequence"}); // Until opset 6: whether Y is wanted, which its name says.
  std::optional<int64_t> declared = node.maybeInteger("hidden_size");
  batchFirst = node.flag("layout");
  linearBeforeReset = kind == nn::CellKind::Gru && node.flag("linear_before_reset");
  inputForget = kind == nn::CellKind::Lstm && node.flag("input_forget");
  clip = node.number("clip", 0);
  auto functions = activations(directions);
  if (!functions || !readInputs() || node.hasFailed())
    return failure();
  if (declared && *declared != units)
    return node.malformed("attribute 'hidden_size' is " + llvm::Twine(*declared) + ", its weights have " +
                          llvm::Twine(units));
  for (int64_t index = 0; index < directions; ++index)
    if (!direction(index, (*functions)[index], way == "reverse" || index == 1))
      return failure();
  auto joined = [&](llvm::ArrayRef<Value> values, uint64_t axis) {
    return values.size() == 1 ? values[0] : node.infer<nn::ConcatOp>(ValueRange(values), axis);
  };
  Value all = joined(outputs, 1), last = joined(lastHidden, 0);
  if (batchFirst) {
    all = node.transpose(all, {2, 0, 1, 3});
    last = node.transpose(last, {1, 0, 2});
  }
  auto define = [&](unsigned index, Value value) {
    return index < node.outputCount() && !node.node.outputs[index].empty() ? node.result(value, index) : success();
  };
  if (failed(define(0, all)) || failed(define(1, last)))
    return failure();
  if (kind != nn::CellKind::Lstm)
    return success();
  Value state = joined(lastCell, 0);
  return define(2, batchFirst ? node.transpose(state, {1, 0, 2}) : state);
}

LogicalResult importGru(NodeImport &node) { return RecurrentImport(node, nn::CellKind::Gru).run(); }
LogicalResult importLstm(NodeImport &node) { return RecurrentImport(node, nn::CellKind::Lstm).run(); }
LogicalResult importRnn(NodeImport &node) { return RecurrentImport(node, nn::CellKind::Rnn).run(); }

} // namespace margay::frontend::onnx
