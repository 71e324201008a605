//===- Einsum.cpp - sums of products by the letters of an equation --------===//
//
// Operands are taken from left to right: each is joined with the product of those before it, over the letters that
// neither the output nor a later operand has. A pair that sums is a matrix product (nn.contract), one that does not an
// elementwise product.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "ir/Counted.h"
#include "llvm/ADT/StringExtras.h"
#include <map>

using namespace mlir;

namespace margay::frontend::onnx {

namespace {

/// A letter, or a dimension of an ellipsis: `ellipsisLabel` and how many dimensions of it are to the right.
using Label = int32_t;
using Labels = llvm::SmallVector<Label>;
constexpr Label ellipsisLabel = 256;

/// A value and what its dimensions are called.
struct Term {
  Value value;
  Labels labels;

  nn::DimAttr dim(size_t axis) const { return nn::dimOf(value.getType(), axis); }
  bool has(Label label) const { return llvm::is_contained(labels, label); }
  size_t axisOf(Label label) const { return llvm::find(labels, label) - labels.begin(); }
};

} // namespace

static bool isOne(nn::DimAttr dim) { return dim.getConstant() == 1; }

static std::string nameOf(Label label) {
  return label < ellipsisLabel ? std::string("'") + char(label) + "'" : std::string("the ellipsis");
}

/// The labels of a term such as `b...ij`, whose ellipsis stands for `hidden` dimensions; nothing after a report.
static std::optional<Labels> labelsOf(NodeImport &node, StringRef text, int64_t hidden) {
  Labels labels;
  while (!text.empty()) {
    if (text.consume_front("...")) {
      for (int64_t right = hidden; right-- > 0;)
        labels.push_back(ellipsisLabel + Label(right));
      continue;
    }
    if (!llvm::isAlpha(text.front()))
      return node.malformed("'" + text.substr(0, 1) + "' in its equation is neither a letter nor '...'");
    labels.push_back(text.front());
    text = text.drop_front();
  }
  return labels;
}

/// How many dimensions the ellipsis of a term stands for, where the input has `rank`.
static std::optional<int64_t> hiddenDims(NodeImport &node, StringRef text, unsigned index, int64_t rank) {
  bool hasEllipsis = text.contains("...");
  int64_t letters = int64_t(text.size()) - (hasEllipsis ? 3 : 0);
  if (text.count("...") > 1 || rank < letters || (!hasEllipsis && rank != letters))
    return node.malformed("the term '" + text + "' of its equation does not fit input " + llvm::Twine(index + 1) +
                          ", which has " + counted(rank, "dimension"));
  return rank - letters;
}

/// Moves the axes of `term` so that they are called `labels`, which has the same ones.
static Term arrange(NodeImport &node, const Term &term, const Labels &labels) {
  llvm::SmallVector<int64_t> permutation;
  for (Label label : labels)
    permutation.push_back(term.axisOf(label));
  return {node.transpose(term.value, permutation), labels};
}

/// Sums over the labels that are not `wanted`.
static Term sumOthers(NodeImport &node, Term term, llvm::function_ref<bool(Label)> wanted) {
  llvm::SmallVector<int64_t> axes;
  Term result{nullptr, {}};
  for (auto [axis, label] : llvm::enumerate(term.labels)) {
    if (wanted(label))
      result.labels.push_back(label);
    else
      axes.push_back(axis);
  }
  if (axes.empty())
    return term;
  result.value = node.infer<nn::ReduceOp>(term.value, nn::ReduceKind::Sum, axes);
  return result;
}

/// Takes the diagonal of each pair of equal labels: of the two dimensions made one, every (size + 1)-th element.
static Term takeDiagonals(NodeImport &node, Term term) {
  for (size_t axis = 0; term.value && axis < term.labels.size(); ++axis) {
    Label label = term.labels[axis];
    auto again = llvm::find(llvm::drop_begin(term.labels, axis + 1), label);
    if (again == term.labels.end())
      continue;
    size_t other = again - term.labels.begin();
    nn::DimAttr size = term.dim(axis);
    if (failed(node.needEqual(size, term.dim(other), "the dimensions called " + nameOf(label) + " differ")))
      return {};
    if (!size.isConstant()) {
      node.unsupported("the size of " + nameOf(label) + ", which is twice in a term, has to be constant");
      return {};
    }
    // Both axes to the end, then they are one.
    llvm::SmallVector<int64_t> permutation;
    Labels labels;
    for (size_t i = 0; i < term.labels.size(); ++i)
      if (i != axis && i != other) {
        permutation.push_back(i);
        labels.push_back(term.labels[i]);
      }
    permutation.append({int64_t(axis), int64_t(other)});
    labels.push_back(label);
    Value moved = node.transpose(term.value, permutation);
    if (!moved)
      return {};
    Dims dims = nn::dimsOf(moved.getType());
    dims.pop_back_n(2);
    Dims sizes = dims;
    dims.push_back(size * size);
    sizes.push_back(size);
    llvm::SmallVector<int64_t> steps(sizes.size(), 1);
    steps.back() = *size.getConstant() + 1;
    Dims starts(sizes.size(), node.dim(0));
    term = {slice(node, node.reshape(moved, dims), starts, sizes, steps), labels};
    axis = -1; // Once more from the beginning.
  }
  return term;
}

/// Drops dimensions of size 1 that the other term has with another size: they are stretched.
static Term dropStretched(NodeImport &node, const Term &term, const Term &other) {
  Term result{term.value, {}};
  Dims dims;
  for (auto [axis, label] : llvm::enumerate(term.labels)) {
    if (isOne(term.dim(axis)) && other.has(label) && !isOne(other.dim(other.axisOf(label))))
      continue;
    result.labels.push_back(label);
    dims.push_back(term.dim(axis));
  }
  result.value = node.reshape(term.value, dims);
  return result;
}

/// The elementwise product, with the labels of both.
static Term multiply(NodeImport &node, const Term &a, const Term &b) {
  Term result{nullptr, a.labels};
  Dims dims = nn::dimsOf(a.value.getType());
  for (auto [axis, label] : llvm::enumerate(b.labels))
    if (!a.has(label)) {
      result.labels.push_back(label);
      dims.push_back(b.dim(axis));
    }
  auto stretch = [&](const Term &term) {
    Labels order;
    Dims unit;
    for (auto [axis, label] : llvm::enumerate(result.labels)) {
      unit.push_back(term.has(label) ? dims[axis] : node.dim(1));
      if (term.has(label))
        order.push_back(label);
    }
    return node.broadcast(node.reshape(arrange(node, term, order).value, unit), dims);
  };
  result.value = node.same<nn::MulOp>(stretch(a), stretch(b));
  return result;
}

/// The product of two terms, summed over the labels that are not `wanted`.
static Term join(NodeImport &node, const Term &a, const Term &b, llvm::function_ref<bool(Label)> wanted) {
  Term left = dropStretched(node, a, b), right = dropStretched(node, b, a);
  if (!left.value || !right.value)
    return {};
  // What only one of them has is summed before.
  left = sumOthers(node, left, [&](Label label) { return wanted(label) || right.has(label); });
  right = sumOthers(node, right, [&](Label label) { return wanted(label) || left.has(label); });
  if (!left.value || !right.value)
    return {};
  Labels batch, rows, summed, columns;
  std::string leftRoles, rightRoles;
  for (auto [axis, label] : llvm::enumerate(left.labels)) {
    if (!right.has(label)) {
      rows.push_back(label);
      leftRoles += 'm';
      continue;
    }
    nn::DimAttr ours = left.dim(axis), theirs = right.dim(right.axisOf(label));
    if (failed(node.needEqual(ours, theirs,
                              nameOf(label) + " stands for " + ours.str() + " in one input and for " + theirs.str() +
                                  " in another")))
      return {};
    (wanted(label) ? batch : summed).push_back(label);
    leftRoles += wanted(label) ? 'b' : 'k';
  }
  if (summed.empty())
    return multiply(node, left, right);
  // The n-th shared dimension of the one goes with the n-th of the other.
  Labels order;
  auto nextBatch = batch.begin(), nextSummed = summed.begin();
  for (Label label : right.labels) {
    bool isShared = left.has(label), isBatch = isShared && wanted(label);
    order.push_back(!isShared ? label : isBatch ? *nextBatch++ : *nextSummed++);
    rightRoles += !isShared ? 'n' : isBatch ? 'b' : 'k';
    if (!isShared)
      columns.push_back(label);
  }
  right = arrange(node, right, order);
  Term result{node.infer<nn::ContractOp>(left.value, right.value, leftRoles, rightRoles), batch};
  result.labels.append(rows);
  result.labels.append(columns);
  return result;
}

/// The output of an equation without an arrow: the ellipsis, and what is there once, in the order of the alphabet.
static Labels implicitOutput(ArrayRef<Term> terms, int64_t hidden) {
  std::map<Label, int> counts;
  for (const Term &term : terms)
    for (Label label : term.labels)
      ++counts[label];
  Labels output;
  for (int64_t right = hidden; right-- > 0;)
    output.push_back(ellipsisLabel + Label(right));
  for (auto [label, count] : counts)
    if (label < ellipsisLabel && count == 1)
      output.push_back(label);
  return output;
}

LogicalResult importEinsum(NodeImport &node) {
  std::string equation = node.text("equation", "").str();
  llvm::erase_if(equation, [](char c) { return c == ' '; });
  llvm::SmallVector<Value> inputs = node.inputs();
  if (inputs.empty() || node.hasFailed())
    return failure();
  auto [left, right] = StringRef(equation).split("->");
  bool isExplicit = StringRef(equation).contains("->");
  llvm::SmallVector<StringRef> texts;
  left.split(texts, ',');
  if (texts.size() != inputs.size())
    return node.malformed("its equation '" + equation + "' has " + counted(texts.size(), "term") + " for " +
                          counted(inputs.size(), "input"));

  llvm::SmallVector<Term> terms;
  int64_t mostHidden = 0;
  for (auto [index, text] : llvm::enumerate(texts)) {
    std::optional<int64_t> hidden = hiddenDims(node, text, index, rankOf(inputs[index]));
    std::optional<Labels> labels = hidden ? labelsOf(node, text, *hidden) : std::nullopt;
    if (!labels)
      return failure();
    mostHidden = std::max(mostHidden, *hidden);
    terms.push_back({inputs[index], *labels});
  }
  Labels output;
  if (isExplicit) {
    std::optional<Labels> labels = labelsOf(node, right, mostHidden);
    if (!labels)
      return failure();
    output = *labels;
  } else {
    output = implicitOutput(terms, mostHidden);
  }
  for (auto [index, label] : llvm::enumerate(output)) {
    if (llvm::none_of(terms, [&](const Term &term) { return term.has(label); }))
      return node.malformed("no input has " + nameOf(label) + ", which the output of its equation has");
    if (llvm::is_contained(ArrayRef(output).drop_front(index + 1), label))
      return node.malformed("the output of its equation has " + nameOf(label) + " twice");
  }

  Term product;
  for (auto [index, term] : llvm::enumerate(terms)) {
    auto wanted = [&, rest = ArrayRef(terms).drop_front(index + 1)](Label label) {
      return llvm::is_contained(output, label) || llvm::any_of(rest, [&](const Term &t) { return t.has(label); });
    };
    term = takeDiagonals(node, term);
    if (!term.value)
      return failure();
    product = index == 0 ? terms.size() == 1 ? sumOthers(node, term, wanted) : term : join(node, product, term, wanted);
    if (!product.value)
      return failure();
  }
  return node.result(arrange(node, product, output).value);
}

} // namespace margay::frontend::onnx
