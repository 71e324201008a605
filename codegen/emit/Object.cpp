//===- Object.cpp - from an LLVM module to machine code -------------------===//

#include "codegen/emit/Object.h"
#include "codegen/emit/Optimize.h"
#include "ir/Fault.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

const Level &codegen::baselineLevel() {
  static const Level level = {.name = "baseline",
                              .fullName = "x86-64",
                              .cpu = "x86-64",
                              .features = "+cx8,+fxsr,+mmx,+sse,+sse2,+x87",
                              .isa = 1,
                              .vectorBytes = 16,
                              .registers = 16,
                              .panelBytes = 16 << 10,
                              .blockBytes = 192 << 10,
                              .multiplyAdds = 17,
                              .loadsPerMultiplyAdd = 1,
                              .cacheBytes = 45,
                              .memoryBytes = 20,
                              .fma = false,
                              .halfConversions = false};
  return level;
}

namespace {

/// Keeps what LLVM has to say as long as it lives: its own handler would print, and end the program.
class CollectDiagnostics {
public:
  explicit CollectDiagnostics(LLVMContext &context) : context(context), previous(context.getDiagnosticHandler()) {
    context.setDiagnosticHandler(std::make_unique<Handler>(errors));
  }
  ~CollectDiagnostics() { context.setDiagnosticHandler(std::move(previous)); }

  /// What went wrong so far, as a fault.
  Error take(StringRef what) const {
    return errors.empty() ? Error::success() : makeFault(Fault::Internal, what + ": " + errors);
  }

private:
  struct Handler : DiagnosticHandler {
    explicit Handler(std::string &errors) : errors(errors) {}
    bool handleDiagnostics(const DiagnosticInfo &info) override {
      if (info.getSeverity() != DS_Error)
        return true;
      raw_string_ostream os(errors);
      if (!errors.empty())
        os << "; ";
      DiagnosticPrinterRawOStream printer(os);
      info.print(printer);
      return true;
    }
    std::string &errors;
  };

  LLVMContext &context;
  std::unique_ptr<DiagnosticHandler> previous;
  std::string errors;
};

} // namespace

/// The x86 back end, and no other one: each costs start-up time.
static const Target &x86Target() {
  static const Target *const target = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser(); // for inline assembly
    std::string error;
    const Target *found = TargetRegistry::lookupTarget(Triple(defaultTriple), error);
    if (!found)
      report_fatal_error(Twine(error));
    return found;
  }();
  return *target;
}

static std::unique_ptr<TargetMachine> makeTargetMachine(const Level &level) {
  TargetOptions options;
  options.EmitAddrsig = false; // symbols are renumbered later on
  std::unique_ptr<TargetMachine> machine(x86Target().createTargetMachine(Triple(defaultTriple), level.cpu,
                                                                         level.features, options, Reloc::PIC_,
                                                                         CodeModel::Small, CodeGenOptLevel::Default));
  return machine;
}

Error codegen::optimizeModule(Module &module, const Level &level) {
  std::unique_ptr<TargetMachine> machine = makeTargetMachine(level);
  CollectDiagnostics diagnostics(module.getContext());
  prepareModule(module, *machine, level);
  std::string broken;
  raw_string_ostream os(broken);
  if (verifyModule(module, &os))
    return makeFault(Fault::Internal, "invalid LLVM IR: " + StringRef(broken).split('\n').first);
  runPasses(module, *machine);
  return diagnostics.take("LLVM's passes");
}

/// Runs the back end.
static Error runBackEnd(Module &module, const Level &level, CodeGenFileType type, raw_pwrite_stream &os) {
  std::unique_ptr<TargetMachine> machine = makeTargetMachine(level);
  CollectDiagnostics diagnostics(module.getContext());
  legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, os, /*DwoOut=*/nullptr, type, /*DisableVerify=*/true))
    return makeFault(Fault::Internal, "LLVM cannot emit code for " + level.fullName);
  passes.run(module);
  return diagnostics.take("LLVM's back end");
}

Expected<SmallVector<char, 0>> codegen::emitObject(Module &module, const Level &level) {
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  if (Error error = runBackEnd(module, level, CodeGenFileType::ObjectFile, os))
    return error;
  return bytes;
}

Expected<SmallVector<char, 0>> codegen::compileToObject(Module &module, const Level &level) {
  if (Error error = optimizeModule(module, level))
    return error;
  return emitObject(module, level);
}

Error codegen::printAssembly(Module &module, const Level &level, raw_ostream &os) {
  SmallVector<char, 0> text;
  raw_svector_ostream buffer(text);
  if (Error error = runBackEnd(module, level, CodeGenFileType::AssemblyFile, buffer))
    return error;
  os << buffer.str();
  return Error::success();
}
