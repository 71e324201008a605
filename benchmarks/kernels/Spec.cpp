//===- Spec.cpp - a kernel to be measured, from a word of the command line ===//

#include "benchmarks/kernels/Spec.h"
#include "ir/Fault.h"
#include "tools/driver/RandomInputs.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace margay;
using namespace margay::benchmarks;
using namespace margay::driver;
using llvm::ArrayRef;
using llvm::StringRef;
using llvm::Twine;

/// What the keys after the sizes say; those that a family does not use are refused.
using Keys = std::vector<std::pair<StringRef, int64_t>>;

static std::string listOf(ArrayRef<int64_t> numbers) {
  return "[" + llvm::join(llvm::map_range(numbers, [](int64_t n) { return std::to_string(n); }), ",") + "]";
}

namespace {
/// A model of ONNX text, while it is written.
class Writer {
public:
  Writer(ArrayRef<int64_t> sizes, const Keys &keys) : sizes(sizes), keys(keys) {}

  int64_t size(size_t index) const { return sizes[index]; }
  int64_t key(StringRef name, int64_t otherwise) const {
    auto found = llvm::find_if(keys, [&](const auto &entry) { return entry.first == name; });
    return found == keys.end() ? otherwise : found->second;
  }

  /// All tensors have one type of elements, which a key can name.
  bool isBF16() const { return key("bf16", 0) != 0; }
  std::string element() const { return isBF16() ? "bfloat16" : "float"; }

  std::string input(ArrayRef<int64_t> shape) {
    std::string name = "x" + std::to_string(inputs.size());
    inputs.push_back(element() + listOf(shape) + " " + name);
    return name;
  }

  /// Random weights, scaled so that results are of the size of 1.
  std::string constant(std::vector<int64_t> shape, int64_t summands) {
    std::string name = input(shape);
    Array array = Array::zeros(isBF16() ? Dtype::BF16 : Dtype::F32, std::move(shape));
    uint64_t state = inputs.size();
    fillRandom(array, state);
    double scale = 1 / std::sqrt(static_cast<double>(summands));
    for (int64_t i = 0, e = array.elements(); i < e; ++i)
      array.set(i, array.at(i) * scale);
    constants.push_back({name, std::move(array)});
    return name;
  }

  std::string node(const Twine &op, ArrayRef<std::string> operands) {
    std::string name = "t" + std::to_string(nodes.size());
    nodes.push_back("  " + name + " = " + op.str() + "(" + llvm::join(operands, ", ") + ")\n");
    return name;
  }

  /// What the keys say to do with a result of this shape.
  std::string finish(std::string value, ArrayRef<int64_t> shape) {
    if (key("residual", 0))
      value = node("Add", {value, input(shape)});
    for (auto [name, op] : {std::pair<StringRef, StringRef>{"relu", "Relu"}, {"gelu", "Gelu"}, {"sigmoid", "Sigmoid"}})
      if (key(name, 0))
        value = node(op, {value});
    return value;
  }

  std::string text(const std::string &result) const {
    return "<ir_version: 10, opset_import: [\"\" : 20]>\nkernel (" + llvm::join(inputs, ", ") + ") => (" + element() +
           "[] " + result + ")\n{\n" + llvm::join(nodes, "") + "}\n";
  }

  std::vector<FixedInput> constants;

private:
  ArrayRef<int64_t> sizes;
  const Keys &keys;
  std::vector<std::string> inputs, nodes;
};

/// A kind of kernel. `build` writes its nodes and gives the name of the result.
struct Family {
  StringRef name, sizes, keys;
  std::string (*build)(Writer &);
};
} // namespace

//===----------------------------------------------------------------------===//
// Families
//===----------------------------------------------------------------------===//

static std::string toChannelsFirst(Writer &w, const std::string &value) {
  return w.node("Transpose<perm = [0, 3, 1, 2]>", {value});
}
static std::string toChannelsLast(Writer &w, const std::string &value) {
  return w.node("Transpose<perm = [0, 2, 3, 1]>", {value});
}

static std::string gemm(Writer &w) {
  int64_t rows = w.size(0), columns = w.size(1), depth = w.size(2);
  std::string product = w.node("MatMul", {w.input({rows, depth}), w.constant({depth, columns}, depth)});
  return w.finish(w.node("Add", {product, w.constant({columns}, 1)}), {rows, columns});
}

static std::string matmul(Writer &w) {
  int64_t batch = w.size(0), rows = w.size(1), columns = w.size(2), depth = w.size(3);
  std::string a = w.input({batch, rows, depth}), b = w.input({batch, depth, columns});
  return w.finish(w.node("MatMul", {a, b}), {batch, rows, columns});
}

/// An image and its convolution with a filter of so many outputs; `groups` 0 stands for one a channel.
static std::string convolve(Writer &w, int64_t outputs, int64_t groups) {
  int64_t height = w.size(0), width = w.size(1), channels = w.size(2);
  int64_t kernel = w.key("kernel", 3), stride = w.key("stride", 1), dilation = w.key("dilation", 1);
  int64_t pad = w.key("pad", dilation * (kernel - 1) / 2), reach = 2 * pad - dilation * (kernel - 1) - 1;
  groups = groups ? groups : channels;
  std::string image = toChannelsFirst(w, w.input({1, height, width, channels}));
  std::string filter = w.constant({outputs, channels / groups, kernel, kernel}, kernel * kernel * channels / groups);
  std::string attributes = "Conv<kernel_shape = " + listOf({kernel, kernel}) +
                           ", strides = " + listOf({stride, stride}) + ", dilations = " + listOf({dilation, dilation}) +
                           ", pads = " + listOf({pad, pad, pad, pad}) + ", group = " + std::to_string(groups) + ">";
  std::string result = toChannelsLast(w, w.node(attributes, {image, filter, w.constant({outputs}, 1)}));
  return w.finish(result, {1, (height + reach) / stride + 1, (width + reach) / stride + 1, outputs});
}

/// With a key that says so, 2×2 windows are pooled behind it.
static std::string conv(Writer &w) {
  std::string value = convolve(w, w.size(3), w.key("groups", 1));
  for (auto [name, op] : {std::pair<StringRef, StringRef>{"maxpool", "MaxPool"}, {"avgpool", "AveragePool"}})
    if (w.key(name, 0))
      value = toChannelsLast(w, w.node(op + "<kernel_shape = [2, 2], strides = [2, 2]>", {toChannelsFirst(w, value)}));
  return value;
}
static std::string depthwise(Writer &w) { return convolve(w, w.size(2), 0); }

static std::string pool(Writer &w, StringRef op) {
  int64_t kernel = w.key("kernel", 3), stride = w.key("stride", 2), pad = w.key("pad", (kernel - 1) / 2);
  std::string image = toChannelsFirst(w, w.input({1, w.size(0), w.size(1), w.size(2)}));
  return toChannelsLast(w, w.node(op + "<kernel_shape = " + listOf({kernel, kernel}) + ", strides = " +
                                      listOf({stride, stride}) + ", pads = " + listOf({pad, pad, pad, pad}) + ">",
                                  {image}));
}

static std::string maxPool(Writer &w) { return pool(w, "MaxPool"); }
static std::string averagePool(Writer &w) { return pool(w, "AveragePool"); }

static std::string globalPool(Writer &w) {
  return w.node("GlobalAveragePool", {toChannelsFirst(w, w.input({1, w.size(0), w.size(1), w.size(2)}))});
}

static std::string softmax(Writer &w) { return w.node("Softmax<axis = -1>", {w.input({w.size(0), w.size(1)})}); }

static std::string layerNorm(Writer &w) {
  int64_t columns = w.size(1);
  return w.node("LayerNormalization<axis = -1>",
                {w.input({w.size(0), columns}), w.constant({columns}, 1), w.constant({columns}, 1)});
}

static std::string map(Writer &w, StringRef op) { return w.node(op, {w.input({w.size(0), w.size(1)})}); }

static std::string gelu(Writer &w) { return map(w, w.key("tanh", 0) ? "Gelu<approximate = \"tanh\">" : "Gelu"); }
static std::string hardSwish(Writer &w) { return map(w, "HardSwish"); }
static std::string sigmoid(Writer &w) { return map(w, "Sigmoid"); }
static std::string tanh(Writer &w) { return map(w, "Tanh"); }

static std::string silu(Writer &w) {
  std::string value = w.input({w.size(0), w.size(1)});
  return w.node("Mul", {value, w.node("Sigmoid", {value})});
}

static std::string add(Writer &w) {
  return w.node("Add", {w.input({w.size(0), w.size(1)}), w.input({w.size(0), w.size(1)})});
}

static std::string transpose(Writer &w) {
  return w.node("Transpose<perm = [0, 2, 1]>", {w.input({w.size(0), w.size(1), w.size(2)})});
}

static std::string reduceSum(Writer &w) {
  // An axis of 0 adds up columns, an axis of 1 rows.
  std::string axes = w.node("Constant<value = int64[1] {" + Twine(w.key("axis", 1)) + "}>", {});
  return w.node("ReduceSum<keepdims = 0>", {w.input({w.size(0), w.size(1)}), axes});
}

static std::string resize(Writer &w) {
  int64_t scale = w.key("scale", 2);
  std::string mode = w.key("nearest", 0) ? "nearest" : "linear";
  std::string image = toChannelsFirst(w, w.input({1, w.size(0), w.size(1), w.size(2)}));
  std::string sizes = w.node("Constant<value = int64[4] {1, " + Twine(w.size(2)) + ", " + Twine(w.size(0) * scale) +
                                 ", " + Twine(w.size(1) * scale) + "}>",
                             {});
  return toChannelsLast(w, w.node("Resize<mode = \"" + mode + "\">", {image, "", "", sizes}));
}

static std::string attention(Writer &w) {
  int64_t heads = w.size(0), steps = w.size(1), depth = w.size(2);
  std::string q = w.input({heads, steps, depth}), k = w.input({heads, depth, steps}),
              v = w.input({heads, steps, depth});
  return w.node("MatMul", {w.node("Softmax<axis = -1>", {w.node("MatMul", {q, k})}), v});
}

/// One layer in one direction over a sequence; a cell has so many gates.
static std::string recurrent(Writer &w, StringRef op, int64_t gates) {
  int64_t steps = w.size(0), inputs = w.size(1), hidden = w.size(2), batch = w.key("batch", 1);
  std::string sequence = w.input({steps, batch, inputs});
  std::string weights = w.constant({1, gates * hidden, inputs}, inputs);
  std::string carried = w.constant({1, gates * hidden, hidden}, hidden);
  std::string bias = w.constant({1, 2 * gates * hidden}, 1);
  return w.node(op + "<hidden_size = " + Twine(hidden) + ">", {sequence, weights, carried, bias});
}

static std::string lstm(Writer &w) { return recurrent(w, "LSTM", 4); }
static std::string gru(Writer &w) { return recurrent(w, "GRU", 3); }

static constexpr StringRef productKeys = "residual relu gelu sigmoid bf16";

static const Family families[] = {
    {"add", "ROWSxCOLUMNS", "", add},
    {"attention", "HEADSxSTEPSxDEPTH", "", attention},
    {"avgpool", "HxWxC", "kernel stride pad", averagePool},
    {"conv", "HxWxCxOUTPUTS", "kernel stride dilation pad groups residual relu gelu sigmoid maxpool avgpool", conv},
    {"depthwise", "HxWxC", "kernel stride dilation pad residual relu gelu sigmoid", depthwise},
    {"gelu", "ROWSxCOLUMNS", "tanh", gelu},
    {"gemm", "MxNxK", productKeys, gemm},
    {"globalpool", "HxWxC", "", globalPool},
    {"gru", "STEPSxINPUTSxHIDDEN", "batch", gru},
    {"hardswish", "ROWSxCOLUMNS", "", hardSwish},
    {"layernorm", "ROWSxCOLUMNS", "", layerNorm},
    {"lstm", "STEPSxINPUTSxHIDDEN", "batch", lstm},
    {"matmul", "BATCHxMxNxK", productKeys, matmul},
    {"maxpool", "HxWxC", "kernel stride pad", maxPool},
    {"reduce", "ROWSxCOLUMNS", "axis", reduceSum},
    {"resize", "HxWxC", "scale nearest", resize},
    {"sigmoid", "ROWSxCOLUMNS", "", sigmoid},
    {"silu", "ROWSxCOLUMNS", "", silu},
    {"softmax", "ROWSxCOLUMNS", "", softmax},
    {"tanh", "ROWSxCOLUMNS", "", tanh},
    {"transpose", "BATCHxROWSxCOLUMNS", "", transpose},
};

static constexpr llvm::StringLiteral listed[] = {
    "gemm:128x768x768",
    "gemm:128x3072x768,gelu",
    "gemm:384x1024x4096",
    "gemm:1024x1024x1024",
    "gemm:1x1024x4096",
    "gemm:4x1024x4096",
    "gemm:8x1024x4096",
    "matmul:1x1024x1024x1024",
    "matmul:12x128x128x64",
    "matmul:12x128x64x128",
    "conv:56x56x64x64,relu",
    "conv:28x28x128x128,relu",
    "conv:14x14x256x256,relu",
    "conv:7x7x512x512,relu",
    "conv:56x56x64x256,kernel=1",
    "conv:56x56x256x64,kernel=1,relu",
    "conv:14x14x1024x256,kernel=1,relu",
    "conv:7x7x512x2048,kernel=1",
    "conv:56x56x128x128,stride=2,relu",
    "conv:224x224x3x64,kernel=7,stride=2,relu",
    "conv:28x28x64x64,kernel=5,relu",
    "conv:28x28x128x128,dilation=2,relu",
    "depthwise:112x112x96,relu",
    "depthwise:56x56x144,relu",
    "depthwise:14x14x384,relu",
    "depthwise:112x112x96,stride=2,relu",
    "depthwise:28x28x240,kernel=5,relu",
    "maxpool:112x112x64",
    "avgpool:56x56x128,kernel=2,stride=2,pad=0",
    "globalpool:7x7x2048",
    "softmax:1536x128",
    "layernorm:128x768",
    "gelu:128x3072",
    "gelu:128x3072,tanh",
    "silu:784x240",
    "hardswish:784x240",
    "sigmoid:784x240",
    "tanh:784x240",
    "add:3136x256",
    "transpose:12x128x64",
    "transpose:1x1024x1024",
    "reduce:1024x1024,axis=0",
    "reduce:1024x1024,axis=1",
    "resize:28x28x64,scale=2",
    "attention:12x128x64",
    "attention:12x384x64",
    "lstm:32x128x256",
    "gru:32x128x256",
};

static llvm::SmallVector<StringRef> keysOf(const Family &family) {
  llvm::SmallVector<StringRef> keys;
  family.keys.split(keys, ' ', -1, /*KeepEmpty=*/false);
  return keys;
}

llvm::ArrayRef<llvm::StringLiteral> margay::benchmarks::listedSpecs() { return listed; }

std::vector<std::string> margay::benchmarks::selectSpecs(StringRef word) {
  std::vector<std::string> names;
  for (StringRef name : listed)
    if (name.starts_with(word) && !llvm::is_contained(listed, word))
      names.push_back(name.str());
  return names.empty() ? std::vector<std::string>{word.str()} : names;
}

void margay::benchmarks::printFamilies(llvm::raw_ostream &os) {
  for (const Family &family : families) {
    os << "  " << family.name << ':' << family.sizes;
    for (StringRef key : keysOf(family))
      os << "[," << key << ']';
    os << '\n';
  }
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

static llvm::Error wrong(StringRef text, const Twine &why) {
  return makeFault(Fault::Usage, "kernel '" + text + "': " + why);
}

/// Sizes and numbers of keys; what they make together has to fit into memory, and numbers into their type.
static std::optional<int64_t> positive(StringRef text) {
  int64_t number = 0;
  if (text.getAsInteger(10, number) || number < 0 || number > (1 << 20))
    return std::nullopt;
  return number;
}

static llvm::Expected<Keys> parseKeys(StringRef text, const Family &family, ArrayRef<StringRef> words) {
  llvm::SmallVector<StringRef> known = keysOf(family);
  Keys keys;
  for (StringRef word : words) {
    auto [name, value] = word.split('=');
    std::optional<int64_t> number = word.contains('=') ? positive(value) : 1;
    if (!llvm::is_contained(known, name))
      return wrong(text, "unknown key '" + name + "'; " + family.name +
                             (known.empty() ? " has none" : " has " + llvm::join(known, ", ")));
    if (!number)
      return wrong(text, "'" + word + "' has no number");
    keys.emplace_back(name, *number);
  }
  return keys;
}

llvm::Expected<Spec> margay::benchmarks::parseSpec(StringRef text) {
  llvm::SmallVector<StringRef> words;
  text.split(words, ',');
  auto [name, sizesText] = words[0].split(':');
  const Family *family = llvm::find_if(families, [name = name](const Family &family) { return family.name == name; });
  if (family == std::end(families))
    return wrong(text, "unknown family '" + name + "'; there are " +
                           llvm::join(llvm::map_range(families, [](const Family &f) { return f.name; }), ", "));
  llvm::SmallVector<StringRef> pieces;
  sizesText.split(pieces, 'x');
  std::vector<int64_t> sizes;
  for (StringRef piece : pieces)
    if (std::optional<int64_t> size = positive(piece); size && *size > 0)
      sizes.push_back(*size);
  if (sizes.size() != pieces.size() || sizes.size() != family->sizes.count('x') + 1)
    return wrong(text, "its sizes are " + family->name + ":" + family->sizes);
  llvm::Expected<Keys> keys = parseKeys(text, *family, ArrayRef(words).drop_front());
  if (!keys)
    return keys.takeError();
  Writer writer(sizes, *keys);
  std::string result = family->build(writer);
  return Spec{text.str(), writer.text(result), std::move(writer.constants)};
}
