//===- Results.h - outputs as people want to see them ---------------------===//

#ifndef MARGAY_TOOLS_MARGAY_RESULTS_H
#define MARGAY_TOOLS_MARGAY_RESULTS_H

#include "tools/driver/data/Array.h"
#include "tools/margay/Draw.h"

namespace margay::cli {

/// An input or output with its name.
struct NamedArray {
  std::string name;
  driver::Array array;
};

/// The text for a run: a small one-channel picture is drawn with the classes beside it; a classifier's output becomes
/// classes with probabilities, any other its values, if they are few, or statistics.
std::vector<std::string> describeRun(const std::vector<NamedArray> &inputs, const std::vector<NamedArray> &outputs,
                                     Style style);

/// The output as probabilities of classes: as it is where it sums to 1, through softmax where it is logits; empty where
/// it is not about classes. `ofPicture` says that the network looks at a picture, so that scores are taken for logits.
std::vector<double> classProbabilities(const driver::Array &output, bool ofPicture);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_RESULTS_H
