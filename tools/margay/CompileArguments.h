//===- CompileArguments.h - the options that every compiling verb takes ---===//

#ifndef MARGAY_TOOLS_MARGAY_COMPILEARGUMENTS_H
#define MARGAY_TOOLS_MARGAY_COMPILEARGUMENTS_H

#include "tools/driver/Options.h"
#include "tools/margay/Arguments.h"

namespace margay::cli {

/// Options of how a model is compiled: --cpu, --dim, --weights and so on. They write into `options`, which must
/// outlive the table.
std::vector<Option> compileArguments(driver::CompileOptions &options);

/// Options of what is written and where: -o, --name, --emit.
std::vector<Option> outputArguments(driver::CompileOptions &options);

/// Both tables one after the other, or any others.
std::vector<Option> concat(std::vector<Option> first, std::vector<Option> second);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_COMPILEARGUMENTS_H
