//===- Runtime.cpp - the runtime under a model's names --------------------===//

#include "codegen/emit/Runtime.h"
#include "codegen/emit/Symbols.h"
#include "ir/Fault.h"
#include "runtime/Bitcode.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MemoryBufferRef.h"

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

void codegen::nameSymbols(Module &module, StringRef model) {
  std::string prefix = (model + "__").str();
  for (GlobalValue &symbol : module.global_values()) {
    StringRef name = symbol.getName();
    if (name.consume_front("mg__"))
      symbol.setName(prefix + name);
    if (symbol.hasLocalLinkage() || !symbol.getName().starts_with(prefix))
      continue;
    symbol.setVisibility(GlobalValue::HiddenVisibility);
    symbol.setDSOLocal(true);
  }
}

Expected<std::unique_ptr<Module>> codegen::declareRuntime(LLVMContext &context, StringRef model) {
  StringRef bytes(margay_runtime_bitcode, margay_runtime_bitcode_size);
  Expected<std::unique_ptr<Module>> module = parseBitcodeFile(MemoryBufferRef(bytes, "runtime"), context);
  if (!module)
    return makeFault(Fault::Internal, "the runtime's bitcode: " + toString(module.takeError()));
  // What stays is the public functions without their bodies.
  for (Function &function : **module)
    function.deleteBody();
  for (GlobalVariable &variable : (*module)->globals())
    variable.dropAllReferences();
  for (GlobalVariable &variable : make_early_inc_range((*module)->globals()))
    variable.eraseFromParent();
  for (Function &function : make_early_inc_range(**module))
    if (!function.getName().starts_with("mg__"))
      function.eraseFromParent();
  nameSymbols(**module, model);
  return module;
}

Expected<SmallVector<char, 0>> codegen::runtimeObject(StringRef model) {
  // What only one of its files uses is local, and gets the model's name as well.
  return renameSymbols(StringRef(margay_runtime_object, margay_runtime_object_size), [&](StringRef name) {
    name.consume_front("mg__");
    return (model + "__" + name).str();
  });
}
