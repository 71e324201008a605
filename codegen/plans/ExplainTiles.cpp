//===- ExplainTiles.cpp - which register tiles were considered, and their estimates ===//

#include "codegen/plans/ExplainTiles.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/plans/ConvUnits.h"
#include "codegen/plans/GemmBlocks.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {
/// What a kernel multiplies with its tiles.
struct Products {
  TileUse use;
  double groupSteps;    ///< Groups of rows, times steps.
  int64_t elementBytes; ///< Of a column in a step.
};
} // namespace

static std::optional<Products> productsOf(nn::KernelOp kernel, const Level &level) {
  StringRef algorithm = kernel.getPlan()->getAlgorithm();
  if (algorithm == "gemm" || algorithm == "gemm-columns") {
    GemmShape shape = gemmShape(kernel);
    TileUse use = gemmTileUse(kernel, level, shape.rows);
    double groups = static_cast<double>(*shape.rows) / static_cast<double>(use.rows);
    return Products{use, groups * static_cast<double>(shape.depth), shape.elementBytes};
  }
  if (algorithm != "conv")
    return std::nullopt;
  auto conv = cast<nn::ConvOp>(rootOf(kernel));
  auto filter = conv.getFilter().getType();
  int64_t steps = llvm::product_of(filter.getShape().drop_back());
  ArrayRef<int64_t> pixels = conv.getType().getShape().drop_front().drop_back(2); // All but the images and a row.
  return Products{convTileUse(kernel),
                  static_cast<double>(steps * llvm::product_of(pixels)) * static_cast<double>(conv.getGroups()),
                  storageBytes(filter.getElementType())};
}

std::string codegen::explainTiles(nn::KernelOp kernel) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (const Level &level : x86Levels()) {
    if (level.bf16Dots && !multipliesPairs(kernel)) // It is v4.
      continue;
    std::optional<Products> products = productsOf(kernel, level);
    if (!products)
      break;
    int64_t lanes = level.lanes(products->elementBytes);
    SmallVector<TileEstimate> considered;
    TileShape chosen = tileShape(level, lanes, products->use, &considered);
    if (considered.size() < 2)
      continue;
    auto rank = [&](const TileEstimate &estimate) {
      return std::pair(estimate.time, estimate.shape.rows != chosen.rows);
    };
    llvm::sort(considered, [&](const TileEstimate &a, const TileEstimate &b) { return rank(a) < rank(b); });
    os << '"' << kernel.getName() << "\" at " << level.name << ": tiles ";
    llvm::interleave(
        considered, os,
        [&](const TileEstimate &estimate) {
          double perNanosecond = level.multiplyAdds * static_cast<double>(lanes) / level.lanes(sizeof(float));
          double milliseconds = estimate.time * products->groupSteps * static_cast<double>(lanes) / perNanosecond;
          os << estimate.shape.rows << "×" << estimate.shape.panels << llvm::format(" %.3f ms", milliseconds * 1e-6);
        },
        "; ");
    if (kernel.getPlan()->getAlgorithm() != "conv") {
      GemmBlocks blocks = gemmBlocks(kernel, level);
      os << "; blocks of " << blocks.rows << " rows × " << blocks.steps << " steps"
         << (blocks.copiesRows ? ", copied" : "");
    }
    os << '\n';
  }
  return text;
}
