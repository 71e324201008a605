//===- margay-opt.cpp - passes on IR, for tests and for looking -----------===//

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Pipeline.h"
#include "tools/driver/Graph.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  margay::driver::registerDialects(registry);
  margay::passes::registerPasses();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Margay's optimizer\n", registry));
}
