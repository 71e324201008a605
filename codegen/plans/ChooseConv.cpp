//===- ChooseConv.cpp - how a convolution of images is computed -----------===//

#include "codegen/plans/ChooseConv.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

ConvChoice codegen::chooseConv(nn::ConvOp conv, Value filter, bool strict, SmallVectorImpl<Estimate> &considered) {
  ConvSizes sizes = convSizes(conv);
  ConvChoice choice;
  double time = directTime(sizes);
  Estimate direct{"conv", milliseconds(time)};
  std::optional<Estimate> patches;
  if (conv.getGroups() == 1) {
    double mine = patchTime(sizes);
    patches = Estimate{"gemm of patches", milliseconds(mine)};
    if (mine < time) {
      choice.way = ConvChoice::Patches;
      time = mine;
    }
  }
  if (!strict)
    choice.tile = chooseWinograd(conv, filter, time, considered);
  if (choice.tile)
    choice.way = ConvChoice::Winograd;
  considered.push_back(direct);
  if (patches)
    considered.push_back(*patches);
  return choice;
}
