//===- Estimate.h - a way to compute a kernel that was considered ---------===//

#ifndef MARGAY_CODEGEN_PLANS_ESTIMATE_H
#define MARGAY_CODEGEN_PLANS_ESTIMATE_H

#include <string>

namespace margay::codegen {

struct Estimate {
  std::string plan;
  double milliseconds = 0; ///< On one core of the planning level, for a batch of one.
  bool isExact = true;     ///< Whether it keeps to the error budget.
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_ESTIMATE_H
