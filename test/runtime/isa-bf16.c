// The level with products of bf16 is the best one, but where AMX says that these are slow: there it runs if it is asked
// for, or if there is no other.
// RUN: %cc -std=gnu11 -Wall -Wextra -I%source -I%S/Inputs %s %source/runtime/message.c -o %t
// RUN: %t

#include "expect.h"
#include "runtime/isa.c" // To say what the CPU has.

static const mg__level levels[] = {{MG_ISA_X86_64_V4_BF16, 0, MG__FEATURES_X86_64_V4_BF16, NULL},
                                   {MG_ISA_X86_64_V4, 0, MG__FEATURES_X86_64_V4, NULL}};
static const mg__program both = {levels, 2, NULL, NULL, NULL}, one = {levels, 1, NULL, NULL, NULL};
static const int32_t isas[] = {MG_ISA_X86_64_V4_BF16, MG_ISA_X86_64_V4};

static char message[200];

/// The level that a CPU with these features runs; its number, or the status less 100.
static int32_t picked(const mg__program *program, uint64_t features, int32_t isa) {
  mg_model model = {.program = program, .n_isa_levels = (int32_t)program->n_levels, .isa_levels = isas};
  mg_options options = MG_OPTIONS_INIT;
  options.isa = isa;
  options.error = message;
  options.error_bytes = sizeof message;
  const mg__level *level;
  cachedFeatures = features | DETECTED;
  mg_status status = mg__pick_level(&model, &options, &level);
  return status ? (int32_t)status - 100 : level->isa;
}

int main(void) {
  const uint64_t v4 = MG__FEATURES_X86_64_V4, bf16 = MG__FEATURES_X86_64_V4_BF16,
                 amx = bf16 | UINT64_C(1) << MG__AMX_BF16;
  const int32_t dots = MG_ISA_X86_64_V4_BF16;
  EXPECT(picked(&both, v4, MG_ISA_AUTO) == MG_ISA_X86_64_V4);
  EXPECT(picked(&both, bf16, MG_ISA_AUTO) == dots);
  EXPECT(picked(&both, amx, MG_ISA_AUTO) == MG_ISA_X86_64_V4);
  EXPECT(picked(&both, amx, dots) == dots);
  EXPECT(picked(&both, bf16, MG_ISA_X86_64_V4) == MG_ISA_X86_64_V4);
  EXPECT(picked(&one, amx, MG_ISA_AUTO) == dots);
  EXPECT(picked(&both, v4, dots) == MG_E_ISA - 100);
  EXPECT(strcmp(message, "isa x86-64-v4-bf16 is not available: this CPU lacks avx512_bf16") == 0);
  EXPECT(picked(&one, v4, MG_ISA_AUTO) == MG_E_ISA - 100);
  EXPECT(strcmp(message, "this CPU can run none of the compiled levels: x86-64-v4-bf16") == 0);
  return failures;
}
