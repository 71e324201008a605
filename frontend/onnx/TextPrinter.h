//===- TextPrinter.h - ONNX text, part by part (internal) -----------------===//

#ifndef MARGAY_FRONTEND_ONNX_TEXTPRINTER_H
#define MARGAY_FRONTEND_ONNX_TEXTPRINTER_H

#include "frontend/onnx/Model.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <charconv>
#include <cmath>

namespace margay::frontend::onnx {

class TextPrinter {
public:
  explicit TextPrinter(llvm::raw_ostream &os) : os(os) {}
  void print(const Model &model);

private:
  void quote(llvm::StringRef text);
  void name(llvm::StringRef text);
  void newLine() { os << '\n' << std::string(indent, ' '); }
  template <typename Number> void number(Number value);
  template <typename List, typename Print>
  void list(llvm::StringRef open, const List &elements, llvm::StringRef close, Print print);
  void names(const std::vector<llvm::StringRef> &names);
  void pairs(const std::vector<StringPair> &pairs);
  void opsets(const std::vector<OpsetImport> &opsets);

  void print(const Type &type);
  void print(const ValueInfo &info);
  void tensorType(ElementType type, llvm::ArrayRef<int64_t> dims);
  void data(const Tensor &tensor);
  void printSparse(const SparseTensor &tensor, bool isInitializer);
  void print(const Tensor &tensor, bool isInitializer);
  void print(const Attribute &attribute);
  void value(const Attribute &attribute);
  void attributes(const std::vector<Attribute> &attributes) {
    list(" <", attributes, ">", [&](const Attribute &attribute) { print(attribute); });
  }
  void print(const Node &node);
  void print(const std::vector<Node> &nodes);
  void print(const Graph &graph);
  void print(const Function &function);

  llvm::raw_ostream &os;
  unsigned indent = 0;
};

/// The shortest digits that read back as the same number, in any locale.
template <typename Number> void TextPrinter::number(Number value) {
  if constexpr (std::is_floating_point_v<Number>)
    if (std::isnan(value)) {
      os << (std::signbit(value) ? "-nan" : "nan");
      return;
    }
  char buffer[40];
  auto [end, error] = std::to_chars(buffer, std::end(buffer), value);
  os << llvm::StringRef(buffer, end - buffer);
}

template <typename List, typename Print>
void TextPrinter::list(llvm::StringRef open, const List &elements, llvm::StringRef close, Print print) {
  os << open;
  llvm::interleave(elements, [&](const auto &element) { print(element); }, [&] { os << ", "; });
  os << close;
}

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_TEXTPRINTER_H
