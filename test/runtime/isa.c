// The CPU's features are those that the compiler's own detection sees, and a level is a set of them.
// RUN: %cc -std=gnu11 -Wall -Wextra -I%source -I%S/Inputs %s %S/Inputs/fake.c %source/runtime/[!B]*.c -o %t
// RUN: %t

#include "runtime/isa.h"
#include "expect.h"
#include "fake.h"

static int has(int bit) { return (int)(mg__features() >> bit & 1); }

static void features(void) {
  __builtin_cpu_init();
#define SAME(bit, name) EXPECT(has(bit) == !!__builtin_cpu_supports(name))
  SAME(MG__POPCNT, "popcnt");
  SAME(MG__SSE3, "sse3");
  SAME(MG__SSSE3, "ssse3");
  SAME(MG__SSE4_1, "sse4.1");
  SAME(MG__SSE4_2, "sse4.2");
  SAME(MG__AVX, "avx");
  SAME(MG__AVX2, "avx2");
  SAME(MG__BMI1, "bmi");
  SAME(MG__BMI2, "bmi2");
  SAME(MG__FMA, "fma");
  SAME(MG__AVX512F, "avx512f");
  SAME(MG__AVX512BW, "avx512bw");
  SAME(MG__AVX512CD, "avx512cd");
  SAME(MG__AVX512DQ, "avx512dq");
  SAME(MG__AVX512VL, "avx512vl");
  SAME(MG__AVX512_BF16, "avx512bf16");
  SAME(MG__AMX_BF16, "amx-bf16");
#define LEVEL(set, name) EXPECT(((mg__features() & (set)) == (set)) == !!__builtin_cpu_supports(name))
  LEVEL(MG__FEATURES_X86_64_V2, "x86-64-v2");
  LEVEL(MG__FEATURES_X86_64_V3, "x86-64-v3");
  LEVEL(MG__FEATURES_X86_64_V4, "x86-64-v4");
  EXPECT(((mg__features() & MG__FEATURES_X86_64_V4_BF16) == MG__FEATURES_X86_64_V4_BF16) ==
         (__builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512bf16")));
  EXPECT(mg__features() == mg__features());
}

static void names(void) {
  for (int i = 0; i < MG__FEATURE_COUNT; ++i)
    EXPECT(mg__feature_name(i) && mg__feature_name(i)[0]);
  EXPECT(strcmp(mg__feature_name(MG__LAHF), "lahf") == 0);
  EXPECT(strcmp(mg__feature_name(MG__AVX512VL), "avx512vl") == 0);
  EXPECT(strcmp(mg__feature_name(MG__AVX512_BF16), "avx512_bf16") == 0);
}

/// Automatic: the best there is. Forced: this one, or a sentence that names what is missing.
static void levels(void) {
  char message[200];
  mg_options options = MG_OPTIONS_INIT;
  options.error = message;
  options.error_bytes = sizeof message;
  const mg__level *best = NULL, *level = NULL;
  EXPECT(mg__pick_level(&fake_model, NULL, &best) == MG_OK && best);
  for (int i = 0; i < 3; ++i) {
    options.isa = fake_model.isa_levels[i];
    const mg__level *wanted = &((const mg__program *)fake_model.program)->levels[i];
    uint64_t missing = wanted->features & ~mg__features();
    mg_status status = mg__pick_level(&fake_model, &options, &level);
    EXPECT(status == (missing ? MG_E_ISA : MG_OK));
    EXPECT(missing ? wanted != best : level == wanted && best <= wanted);
    if (!missing)
      continue;
    EXPECT(strstr(message, "is not available: this CPU lacks ") && strstr(message, mg_isa_name(options.isa)));
    for (int bit = 0; bit < MG__FEATURE_COUNT; ++bit)
      if (missing >> bit & 1)
        EXPECT(strstr(message, mg__feature_name(bit)) != NULL);
  }
}

int main(void) {
  features();
  names();
  levels();
  return failures;
}
