//===- Runtime.cpp - the runtime under a model's names --------------------===//

#include "codegen/emit/Runtime.h"
#include "ir/Fault.h"
#include "runtime/Bitcode.h"
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

Expected<std::unique_ptr<Module>> codegen::loadRuntime(LLVMContext &context, StringRef model) {
  StringRef bytes(margay_runtime_bitcode, margay_runtime_bitcode_size);
  Expected<std::unique_ptr<Module>> module = parseBitcodeFile(MemoryBufferRef(bytes, "runtime"), context);
  if (!module)
    return makeFault(Fault::Internal, "the runtime's bitcode: " + toString(module.takeError()));
  // What only one of its files uses stays local, under the model's name as well.
  for (GlobalValue &symbol : (*module)->global_values())
    if (symbol.hasInternalLinkage() && !symbol.getName().starts_with("mg__"))
      symbol.setName(model + "__" + symbol.getName());
  nameSymbols(**module, model);
  return module;
}
