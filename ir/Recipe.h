//===- Recipe.h - values that are known when the archive is written -------===//

#ifndef MARGAY_IR_RECIPE_H
#define MARGAY_IR_RECIPE_H

#include "mlir/IR/Value.h"

namespace margay::nn {

/// Whether `value` is a recipe: of constant shape, and made of constants and of parameters that are not trainable, by a
/// few hundred operations at most whose shapes are constant too, and which take neither much more memory than the
/// parameters nor long. Recipes are evaluated once, when the archive is written; what kernels compute is never one.
bool isRecipe(mlir::Value value);

} // namespace margay::nn

#endif // MARGAY_IR_RECIPE_H
