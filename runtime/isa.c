//===- isa.c - what the CPU can do, and which level that means ------------===//
//
// Levels are sets of features, so a CPU (or a hypervisor) that masks one of them gets the next level instead of an
// illegal instruction, and a CPU that nobody has heard of is judged by what it says.
//
//===----------------------------------------------------------------------===//

#include "runtime/isa.h"
#include "runtime/message.h"

#if !defined(__x86_64__)
#error "feature detection is written for x86-64 only"
#endif

typedef struct Registers {
  uint32_t eax, ebx, ecx, edx;
} Registers;

static Registers cpuid(uint32_t leaf, uint32_t subleaf) {
  Registers r;
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}

/// XCR0: which register states the operating system saves.
static uint64_t xgetbv(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

/// Where CPUID says so: a bit of ecx of leaf 1, ebx or edx of leaf 7, eax of its first sub-leaf, or ecx of leaf
/// 0x80000001; and the state that must be saved for it to count.
enum { Leaf1Ecx, Leaf7Ebx, Leaf7Edx, Leaf7SubEax, ExtendedEcx, WordCount };
enum { NoState = 0, Ymm = 0x6, Zmm = 0xe6 };
static const struct {
  const char *name;
  uint8_t word, bit, state;
} featureTable[MG__FEATURE_COUNT] = {
    [MG__CX16] = {"cx16", Leaf1Ecx, 13, NoState},
    [MG__LAHF] = {"lahf", ExtendedEcx, 0, NoState},
    [MG__POPCNT] = {"popcnt", Leaf1Ecx, 23, NoState},
    [MG__SSE3] = {"sse3", Leaf1Ecx, 0, NoState},
    [MG__SSSE3] = {"ssse3", Leaf1Ecx, 9, NoState},
    [MG__SSE4_1] = {"sse4.1", Leaf1Ecx, 19, NoState},
    [MG__SSE4_2] = {"sse4.2", Leaf1Ecx, 20, NoState},
    [MG__AVX] = {"avx", Leaf1Ecx, 28, Ymm},
    [MG__AVX2] = {"avx2", Leaf7Ebx, 5, Ymm},
    [MG__BMI1] = {"bmi1", Leaf7Ebx, 3, NoState},
    [MG__BMI2] = {"bmi2", Leaf7Ebx, 8, NoState},
    [MG__F16C] = {"f16c", Leaf1Ecx, 29, Ymm},
    [MG__FMA] = {"fma", Leaf1Ecx, 12, Ymm},
    [MG__LZCNT] = {"lzcnt", ExtendedEcx, 5, NoState},
    [MG__MOVBE] = {"movbe", Leaf1Ecx, 22, NoState},
    [MG__AVX512F] = {"avx512f", Leaf7Ebx, 16, Zmm},
    [MG__AVX512BW] = {"avx512bw", Leaf7Ebx, 30, Zmm},
    [MG__AVX512CD] = {"avx512cd", Leaf7Ebx, 28, Zmm},
    [MG__AVX512DQ] = {"avx512dq", Leaf7Ebx, 17, Zmm},
    [MG__AVX512VL] = {"avx512vl", Leaf7Ebx, 31, Zmm},
    [MG__AVX512_BF16] = {"avx512_bf16", Leaf7SubEax, 5, Zmm},
    [MG__AMX_BF16] = {"amx_bf16", Leaf7Edx, 22, NoState},
};

const char *mg__feature_name(int bit) { return featureTable[bit].name; }

static uint64_t detect(void) {
  uint32_t words[WordCount] = {0};
  uint32_t basic = cpuid(0, 0).eax, extended = cpuid(0x80000000u, 0).eax;
  if (basic >= 1) words[Leaf1Ecx] = cpuid(1, 0).ecx;
  if (basic >= 7) {
    Registers seventh = cpuid(7, 0);
    words[Leaf7Ebx] = seventh.ebx;
    words[Leaf7Edx] = seventh.edx;
    if (seventh.eax >= 1) words[Leaf7SubEax] = cpuid(7, 1).eax;
  }
  if (extended >= 0x80000001u) words[ExtendedEcx] = cpuid(0x80000001u, 0).ecx;

  const uint32_t osxsave = 1u << 27;
  uint64_t saved = words[Leaf1Ecx] & osxsave ? xgetbv() : 0;

  uint64_t features = 0;
  for (int i = 0; i < MG__FEATURE_COUNT; ++i) {
    uint64_t state = featureTable[i].state;
    if ((words[featureTable[i].word] >> featureTable[i].bit & 1) && (saved & state) == state)
      features |= UINT64_C(1) << i;
  }
  return features;
}

/// The only state that a model keeps between calls. The top bit says that the others have been found out; every thread
/// would find the same.
static uint64_t cachedFeatures;
#define DETECTED (UINT64_C(1) << 63)

uint64_t mg__features(void) {
  uint64_t features = __atomic_load_n(&cachedFeatures, __ATOMIC_RELAXED);
  if (!features) {
    features = detect() | DETECTED;
    __atomic_store_n(&cachedFeatures, features, __ATOMIC_RELAXED);
  }
  return features & ~DETECTED;
}

/// Whether the instructions that a level adds are worth having. CPUs with AMX leave products of bf16 to that: their
/// vdpbf16ps does half of what two multiply-adds of f32 do in the same time, where others' does twice as much.
static int isFast(const mg__level *level, uint64_t features) {
  return level->isa != MG_ISA_X86_64_V4_BF16 || !(features >> MG__AMX_BF16 & 1);
}

mg_status mg__pick_level(const mg_model *model, const mg_options *options, const mg__level **level) {
  const mg__program *program = model->program;
  uint64_t features = mg__features();
  int32_t forced = options ? options->isa : MG_ISA_AUTO;

  const mg__level *slow = 0; // For when there is no other.
  for (int64_t i = 0; i < program->n_levels; ++i) {
    const mg__level *candidate = &program->levels[i];
    uint64_t missing = candidate->features & ~features;
    if (forced == candidate->isa && missing)
      return mg__fail(options, MG_E_ISA, "isa %s is not available: this CPU lacks %F", mg_isa_name(forced), missing);
    if (missing || (forced != MG_ISA_AUTO && forced != candidate->isa)) continue;
    if (forced == MG_ISA_AUTO && !isFast(candidate, features)) {
      slow = candidate;
      continue;
    }
    *level = candidate;
    return MG_OK;
  }
  if (slow) {
    *level = slow;
    return MG_OK;
  }
  if (forced >= MG_ISA_X86_64_V2 && forced <= MG_ISA_X86_64_V4_BF16)
    return mg__fail(options, MG_E_ISA, "isa %s is not one of the compiled levels: %L", mg_isa_name(forced), model);
  if (forced != MG_ISA_AUTO)
    return mg__fail(options, MG_E_ISA, "isa %d is not one of the compiled levels: %L", (int64_t)forced, model);
  return mg__fail(options, MG_E_ISA, "this CPU can run none of the compiled levels: %L", model);
}
