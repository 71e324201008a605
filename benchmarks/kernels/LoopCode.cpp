//===- LoopCode.cpp - what the machine code of a kernel's loops looks like ===//

#include "benchmarks/kernels/LoopCode.h"
#include "codegen/Target.h"
#include "ir/Fault.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/TargetSelect.h"

using namespace llvm;
using namespace margay;
using namespace margay::benchmarks;

namespace {

/// An instruction, as far as it matters here.
struct Decoded {
  uint64_t address = 0;
  std::optional<uint64_t> jumpsTo = std::nullopt;
  bool isMultiplyAdd = false, isSpill = false;
};

/// LLVM's disassembler with all that it needs.
class Disassembler {
public:
  Disassembler() {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86Disassembler();
    std::string error;
    Triple triple(codegen::defaultTriple);
    const Target *target = TargetRegistry::lookupTarget(triple, error);
    registers.reset(target->createMCRegInfo(triple));
    assembly.reset(target->createMCAsmInfo(*registers, triple, MCTargetOptions()));
    instructions.reset(target->createMCInstrInfo());
    subtarget.reset(target->createMCSubtargetInfo(triple, "", codegen::x86Levels().back().features));
    context = std::make_unique<MCContext>(triple, assembly.get(), registers.get(), subtarget.get());
    disassembler.reset(target->createMCDisassembler(*subtarget, *context));
    analysis.reset(target->createMCInstrAnalysis(instructions.get()));
  }

  std::vector<Decoded> decode(ArrayRef<uint8_t> bytes, uint64_t address) const {
    std::vector<Decoded> result;
    for (uint64_t at = 0; at < bytes.size();) {
      MCInst inst;
      uint64_t size = 0;
      if (disassembler->getInstruction(inst, size, bytes.drop_front(at), address + at, nulls()) !=
          MCDisassembler::Success)
        break; // What follows is no code.
      Decoded instruction{.address = address + at};
      uint64_t target = 0;
      if (analysis->isBranch(inst) && analysis->evaluateBranch(inst, address + at, size, target))
        instruction.jumpsTo = target;
      StringRef name = instructions->getName(inst.getOpcode());
      instruction.isMultiplyAdd = name.starts_with("VFMADD") || name.starts_with("MULP") || name.starts_with("VMULP") ||
                                  name.starts_with("VDPBF16");
      instruction.isSpill = usesVector(inst) && usesStack(inst);
      result.push_back(instruction);
      at += size;
    }
    return result;
  }

private:
  StringRef registerOf(const MCOperand &operand) const {
    return operand.isReg() && operand.getReg() ? StringRef(registers->getName(operand.getReg())) : StringRef();
  }
  bool usesVector(const MCInst &inst) const {
    return any_of(inst, [&](const MCOperand &operand) {
      StringRef name = registerOf(operand);
      return name.starts_with("XMM") || name.starts_with("YMM") || name.starts_with("ZMM");
    });
  }
  bool usesStack(const MCInst &inst) const {
    return any_of(inst, [&](const MCOperand &operand) { return registerOf(operand) == "RSP"; });
  }

  std::unique_ptr<MCRegisterInfo> registers;
  std::unique_ptr<MCAsmInfo> assembly;
  std::unique_ptr<MCInstrInfo> instructions;
  std::unique_ptr<MCSubtargetInfo> subtarget;
  std::unique_ptr<MCContext> context;
  std::unique_ptr<MCDisassembler> disassembler;
  std::unique_ptr<MCInstrAnalysis> analysis;
};

} // namespace

/// Adds a function's innermost loops: backward jumps, in the order of their addresses, over no other one.
static void addLoops(StringRef function, ArrayRef<Decoded> code, std::vector<Loop> &loops) {
  std::optional<uint64_t> lastJump;
  for (auto [index, jump] : enumerate(code)) {
    if (!jump.jumpsTo || *jump.jumpsTo > jump.address || *jump.jumpsTo < code.front().address)
      continue;
    bool isInnermost = !lastJump || *lastJump < *jump.jumpsTo;
    lastJump = jump.address;
    if (!isInnermost)
      continue;
    Loop loop{.function = function.str(), .address = *jump.jumpsTo};
    for (const Decoded &instruction : code.take_front(index + 1))
      if (instruction.address >= *jump.jumpsTo) {
        ++loop.instructions;
        loop.multiplyAdds += instruction.isMultiplyAdd;
        loop.spills += instruction.isSpill;
      }
    loops.push_back(std::move(loop));
  }
}

Expected<std::vector<Loop>> margay::benchmarks::innermostLoops(StringRef objectPath, StringRef part) {
  static const Disassembler disassembler;
  Expected<object::OwningBinary<object::ObjectFile>> file = object::ObjectFile::createObjectFile(objectPath);
  if (!file)
    return file.takeError();
  std::vector<Loop> loops;
  for (const object::ELFSymbolRef symbol : file->getBinary()->symbols()) {
    Expected<StringRef> name = symbol.getName();
    Expected<object::section_iterator> section = symbol.getSection();
    Expected<uint64_t> address = symbol.getAddress();
    if (!name || !section || !address)
      return joinErrors(name.takeError(), joinErrors(section.takeError(), address.takeError()));
    if (symbol.getELFType() != ELF::STT_FUNC || !name->contains(part) || *section == file->getBinary()->section_end())
      continue;
    Expected<StringRef> bytes = (*section)->getContents();
    if (!bytes)
      return bytes.takeError();
    uint64_t begin = *address - (*section)->getAddress();
    addLoops(*name, disassembler.decode(arrayRefFromStringRef(bytes->substr(begin, symbol.getSize())), *address),
             loops);
  }
  return loops;
}
