//===- RandomGraph.cpp - small graphs of nn operations by chance ----------===//

#include "test/unit/passes/RandomGraph.h"
#include "ir/Dim.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <random>

using namespace mlir;
using namespace margay;
using namespace margay::nn;

namespace {

using Dims = SmallVector<DimAttr>;
using Axes = SmallVector<int64_t>;

class Generator {
public:
  Generator(MLIRContext *context, unsigned seed)
      : context(context), builder(context), random(seed), loc(builder.getUnknownLoc()) {}

  OwningOpRef<ModuleOp> run() {
    OwningOpRef<ModuleOp> module(ModuleOp::create(loc));
    builder.setInsertionPointToEnd(module->getBody());
    DimAttr n = symbolDim(context, "N");
    SmallVector<Type> inputs{tensor({n, dim(2), dim(4), dim(4)}), tensor({n, dim(2), dim(4), dim(4)}),
                             tensor({n, dim(3), dim(4)}), tensor({dim(2), dim(1), dim(4)})};
    auto function = func::FuncOp::create(builder, loc, mainFunction, builder.getFunctionType(inputs, {}));
    Block *body = function.addEntryBlock();
    weightPoint = OpBuilder(function);
    builder.setInsertionPointToEnd(body);
    llvm::append_range(values, body->getArguments());
    for (int64_t steps = below(5) + below(25) + 1; steps > 0; --steps)
      step();
    SmallVector<Value> results; // All that nothing reads, so that all is live, and some that something reads.
    for (Value value : values)
      if (value.use_empty() || chance(12))
        results.push_back(value);
    func::ReturnOp::create(builder, loc, results);
    function.setType(builder.getFunctionType(inputs, ValueRange(results).getTypes()));
    return module;
  }

private:
  int64_t below(int64_t limit) { return random() % limit; }
  bool chance(int64_t oneIn) { return below(oneIn) == 0; }
  DimAttr dim(int64_t size) { return constantDim(context, size); }
  RankedTensorType tensor(const Dims &dims) { return tensorOf(dims, builder.getF32Type()); }
  static Dims dimsOfValue(Value value) { return Dims(dimsOf(value.getType())); }

  /// A value so far, mostly a late one, so that graphs are deep.
  Value pick() {
    size_t size = values.size();
    return chance(3) ? values[below(size)] : values[size - 1 - below(std::min<size_t>(size, 3))];
  }

  Axes permutation(int64_t rank) {
    Axes axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    for (int64_t i = rank - 1; i > 0; --i)
      std::swap(axes[i], axes[below(i + 1)]);
    return axes;
  }

  /// A constant, or a parameter where it is too big for one or by chance.
  Value weight(ArrayRef<int64_t> shape) {
    auto type = RankedTensorType::get(shape, builder.getF32Type());
    std::vector<float> numbers(type.getNumElements());
    bool isSplat = chance(4);
    for (float &number : numbers)
      number = isSplat ? static_cast<float>(below(3)) : static_cast<float>(below(401) - 200) / 128.0f;
    auto elements = DenseElementsAttr::get(type, llvm::ArrayRef<float>(numbers));
    if (type.getNumElements() <= maxInlineElements && !chance(3))
      return ConstantOp::create(builder, loc, type, elements);
    std::string name = "w" + std::to_string(weights++);
    ParamOp::create(weightPoint, loc, name, type, elements, "weight", /*trainable=*/chance(8), StringAttr(),
                    StringAttr());
    return GetOp::create(builder, loc, type, name);
  }

  /// Some operand in the shape of `like`: another value, or something repeated to it.
  Value operandLike(Value like) {
    if (chance(3))
      for (Value value : llvm::reverse(values))
        if (value.getType() == like.getType() && (value != like || chance(2)))
          return value;
    Dims dims = dimsOfValue(like), small;
    SmallVector<int64_t> sizes;
    bool varying = true; // One dimension of the size it has, in most cases.
    int64_t kept = below(std::max<int64_t>(dims.size(), 1));
    for (auto [axis, size] : llvm::enumerate(dims)) {
      bool keeps = size.isConstant() && varying && (static_cast<int64_t>(axis) == kept || chance(6));
      sizes.push_back(keeps ? size.getValue() : 1);
      small.push_back(keeps ? size : dim(1));
    }
    Value source = weight(sizes);
    if (chance(4) && !dims.empty()) // Something computed that is repeated.
      source = ReluOp::create(builder, loc, source);
    return dims == small ? source : BroadcastOp::create(builder, loc, like.getType(), source);
  }

  void add(Value value) { values.push_back(value); }

  void unary() {
    Value x = pick();
    switch (below(6)) {
    case 0:
      return add(ReluOp::create(builder, loc, x));
    case 1:
      return add(NegOp::create(builder, loc, x));
    case 2:
      return add(TanhOp::create(builder, loc, x));
    case 3:
      return add(AbsOp::create(builder, loc, x));
    case 4:
      return add(MulOp::create(builder, loc, x, SigmoidOp::create(builder, loc, x)));
    default:
      return add(SigmoidOp::create(builder, loc, x));
    }
  }

  void binary() {
    Value x = pick(), y = operandLike(x);
    if (chance(4))
      std::swap(x, y);
    switch (below(6)) {
    case 0:
      return add(SubOp::create(builder, loc, x, y));
    case 1:
      return add(MaxOp::create(builder, loc, x, y));
    case 2:
    case 3:
      return add(MulOp::create(builder, loc, x, y));
    default:
      return add(AddOp::create(builder, loc, x, y));
    }
  }

  void transpose() {
    Value x = pick();
    add(TransposeOp::create(builder, loc, x, permutation(dimsOfValue(x).size())));
  }

  /// Merges two neighbours, splits one, or adds or drops a dimension of size 1.
  void reshape() {
    Value x = pick();
    Dims dims = dimsOfValue(x);
    int64_t rank = dims.size(), axis = rank == 0 ? 0 : below(rank);
    if (chance(3) && axis + 1 < rank) {
      dims[axis] = dims[axis] * dims[axis + 1];
      dims.erase(dims.begin() + axis + 1);
    } else if (rank > 0 && dims[axis].getConstant() == 1) {
      dims.erase(dims.begin() + axis);
    } else if (rank > 0 && rank < 5 && dims[axis].isConstant() && dims[axis].getValue() % 2 == 0) {
      dims[axis] = dim(dims[axis].getValue() / 2);
      dims.insert(dims.begin() + axis, dim(2));
    } else if (rank < 5) {
      dims.insert(dims.begin() + axis, dim(1));
    }
    add(ReshapeOp::create(builder, loc, tensor(dims), x));
  }

  void reduce() {
    Value x = pick();
    Dims dims = dimsOfValue(x);
    Axes axes;
    for (size_t axis = 0; axis < dims.size(); ++axis)
      if (chance(2))
        axes.push_back(axis);
    ReduceKind kinds[] = {ReduceKind::Mean, ReduceKind::Max, ReduceKind::Sum};
    Value result = ReduceOp::create(builder, loc, x, kinds[below(3)], axes);
    if (chance(2)) { // As ONNX keeps dimensions, and what gates and norms do with it.
      for (int64_t axis : axes)
        dims[axis] = dim(1);
      result = ReshapeOp::create(builder, loc, tensor(dims), result);
      add(result);
      if (result.getType() != x.getType())
        result = BroadcastOp::create(builder, loc, x.getType(), result);
      result = MulOp::create(builder, loc, x, result);
    }
    add(result);
  }

  void softmax() {
    Value x = pick();
    if (int64_t rank = dimsOfValue(x).size())
      add(SoftmaxOp::create(builder, loc, x.getType(), x, below(rank), chance(3)));
  }

  /// A product with a weight along some dimension, or of a value and itself in batches.
  void contract() {
    Value x = pick();
    Dims dims = dimsOfValue(x);
    SmallVector<int64_t> summable;
    for (auto [axis, size] : llvm::enumerate(dims))
      if (size.isConstant())
        summable.push_back(axis);
    if (summable.empty())
      return;
    int64_t k = summable[below(summable.size())], columns = chance(3) ? 17 + below(8) : 1 + below(4);
    std::string lhs(dims.size(), 'm'), rhs;
    lhs[k] = 'k';
    if (chance(3) && dims.size() > 1) {
      std::string other(dims.size(), 'n');
      for (size_t axis = 0; axis < dims.size(); ++axis)
        if (static_cast<int64_t>(axis) == k || chance(2))
          lhs[axis] = other[axis] = static_cast<int64_t>(axis) == k ? 'k' : 'b';
      if (llvm::StringRef(lhs).count('m') + dims.size() <= 5)
        add(TanhOp::create(builder, loc, ContractOp::create(builder, loc, x, x, lhs, other)));
      return;
    }
    Value w;
    if (chance(2)) {
      w = weight({columns, dims[k].getValue()});
      rhs = "nk";
    } else {
      w = weight({dims[k].getValue(), columns});
      rhs = "kn";
    }
    bool weightIsLeft = chance(5);
    if (!weightIsLeft)
      return add(ContractOp::create(builder, loc, x, w, lhs, rhs));
    llvm::replace(lhs, 'm', 'n');
    llvm::replace(rhs, 'n', 'm');
    add(ContractOp::create(builder, loc, w, x, rhs, lhs));
  }

  /// A convolution or pooling the way ONNX has it: channels second.
  void image() {
    Value x = pick();
    Dims dims = dimsOfValue(x);
    if (dims.size() != 4 || !dims[1].isConstant() || !dims[2].isConstant() || !dims[3].isConstant())
      return;
    int64_t channels = dims[1].getValue(),
            size = below(std::min<int64_t>({3, dims[2].getValue(), dims[3].getValue()})) + 1;
    int64_t pad = size == 3 ? 1 : 0, stride = chance(4) ? 2 : 1, outputs = 2 * (below(chance(3) ? 8 : 2) + 1);
    Axes strides{stride, stride}, dilations{1, 1}, pads{pad, pad, pad, pad}, kernel{size, size};
    Value last = TransposeOp::create(builder, loc, x, Axes{0, 2, 3, 1}), result;
    if (chance(4)) {
      result = WindowOp::create(builder, loc, last, chance(2) ? ReduceKind::Max : ReduceKind::Mean, kernel, strides,
                                dilations, pads, false, false);
    } else {
      int64_t groups = channels % 2 == 0 && chance(3) ? 2 : 1;
      Value filter = weight({outputs, channels / groups, size, size});
      filter = TransposeOp::create(builder, loc, filter, Axes{2, 3, 1, 0});
      result = ConvOp::create(builder, loc, last, filter, strides, dilations, pads, groups);
      if (chance(2))
        result = AddOp::create(builder, loc, result,
                               BroadcastOp::create(builder, loc, result.getType(), weight({1, 1, 1, outputs})));
    }
    result = TransposeOp::create(builder, loc, result, Axes{0, 3, 1, 2});
    add(result);
    if (chance(2)) { // A batch normalization and an activation.
      int64_t all = dimOf(result.getType(), 1).getValue();
      auto along = [&](Value list) {
        Value shaped = ReshapeOp::create(builder, loc, tensor({dim(1), dim(all), dim(1), dim(1)}), list);
        return shaped.getType() == result.getType() ? shaped
                                                    : BroadcastOp::create(builder, loc, result.getType(), shaped);
      };
      result = MulOp::create(builder, loc, result, along(weight({all})));
      result = AddOp::create(builder, loc, result, along(weight({all})));
      add(ReluOp::create(builder, loc, result));
    }
  }

  /// A flattened image and a product with it.
  void flatten() {
    Value x = pick();
    Dims dims = dimsOfValue(x);
    if (dims.size() < 2 || !llvm::all_of(llvm::drop_begin(dims), [](DimAttr size) { return size.isConstant(); }))
      return;
    DimAttr size = product(context, ArrayRef(dims).drop_front());
    Value flat = ReshapeOp::create(builder, loc, tensor({dims.front(), size}), x);
    Value w = chance(2) ? weight({size.getValue(), 3}) : weight({3, size.getValue()});
    bool isTurned = dimsOfValue(w).front().getConstant() == 3 && size.getConstant() != 3;
    add(TanhOp::create(builder, loc, ContractOp::create(builder, loc, flat, w, "mk", isTurned ? "nk" : "kn")));
  }

  void concat() {
    Value x = pick();
    if (int64_t rank = dimsOfValue(x).size())
      add(ConcatOp::create(builder, loc, ValueRange{x, operandLike(x)}, below(rank)));
  }

  void step() {
    switch (below(17)) {
    case 0:
    case 1:
    case 2:
      return unary();
    case 3:
    case 4:
    case 5:
      return binary();
    case 6:
      return transpose();
    case 7:
      return reshape();
    case 8:
      return reduce();
    case 9:
      return softmax();
    case 10:
    case 11:
      return contract();
    case 12:
    case 13:
    case 14:
      return image();
    case 15:
      return flatten();
    default:
      return concat();
    }
  }

  MLIRContext *context;
  OpBuilder builder, weightPoint{context};
  std::mt19937 random;
  Location loc;
  SmallVector<Value> values;
  unsigned weights = 0;
};

} // namespace

OwningOpRef<ModuleOp> test::randomGraph(MLIRContext *context, unsigned seed) { return Generator(context, seed).run(); }
