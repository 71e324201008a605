/*===- misuse.c - wrong calls of a compiled model ----------------------------===*
 *
 * Each through the model's own function, against rows.onnxtxt with N in 1..32: the documented status, one exact
 * sentence, and not a byte of the output or the arena touched. (test/runtime/misuse.c goes through everything there is,
 * with a description written by hand; here the tables and the entry are the compiler's.)
 *
 *===-------------------------------------------------------------------------===*/

#include "rows.h"
#include <stdio.h>
#include <string.h>

enum { N = 4, UNTOUCHED = 0x5a };

static union {
  float elements[N * 6];
  unsigned char bytes[N * 6 * sizeof(float)];
} input;
static union {
  float elements[N * 4 + 1];
  unsigned char bytes[(N * 4 + 1) * sizeof(float)];
} output;
static unsigned char memory[ROWS_ARENA_BYTES + 2 * ROWS_ALIGN];
static char sentence[200];
static int failures;

/* That a call failed as documented, and wrote nothing but the sentence. */
static void failed_with(mg_status seen, mg_status expected, const char *text, int line) {
  size_t i, written = 0;
  for (i = 0; i < sizeof output; ++i)
    written += output.bytes[i] != UNTOUCHED;
  for (i = 0; i < sizeof memory; ++i)
    written += memory[i] != UNTOUCHED;
  if (seen == expected && strcmp(sentence, text) == 0 && !written)
    return;
  printf("line %d: status %d, expected %d: '%s', expected '%s'; %lu bytes written\n", line, (int)seen, (int)expected,
         sentence, text, (unsigned long)written);
  ++failures;
}

#define FAILS(call, status, text) failed_with((call), (status), (text), __LINE__)

static mg_options complaining(void) {
  mg_options options = MG_OPTIONS_INIT;
  options.error = sentence;
  options.error_bytes = sizeof sentence;
  strcpy(sentence, "untouched");
  return options;
}

static mg_status call(int64_t n, const void *in, void *out, void *arena, size_t bytes) {
  mg_options options = complaining();
  return rows(n, (const float *)in, (float *)out, arena, bytes, &options);
}

static mg_status call_with(mg_options options, void *arena) {
  return rows(N, input.elements, output.elements, arena, ROWS_ARENA_BYTES, &options);
}

int main(void) {
  unsigned char *arena = memory + (ROWS_ALIGN - (size_t)memory % ROWS_ALIGN) % ROWS_ALIGN;
  float *in = input.elements, *out = output.elements;
  size_t needed = rows_arena_bytes(N, NULL), enough = ROWS_ARENA_BYTES;
  mg_options options;
  char text[200];
  memset(output.bytes, UNTOUCHED, sizeof output);
  memset(memory, UNTOUCHED, sizeof memory);

  /* Dimensions. */
  FAILS(call(0, in, out, arena, enough), MG_E_SHAPE, "dimension 'N' is 0, 1..32 is allowed");
  FAILS(call(-1, in, out, arena, enough), MG_E_SHAPE, "dimension 'N' is -1, 1..32 is allowed");
  FAILS(call(33, in, out, arena, enough), MG_E_SHAPE, "dimension 'N' is 33, 1..32 is allowed");
  FAILS(call(INT64_MAX, in, out, arena, enough), MG_E_SHAPE, "dimension 'N' is 9223372036854775807, 1..32 is allowed");
  if (rows_arena_bytes(33, NULL) != SIZE_MAX || needed == SIZE_MAX || needed < 2 || needed > enough)
    printf("arena_bytes: wrong\n"), ++failures;

  /* Pointers. */
  FAILS(call(N, NULL, out, arena, enough), MG_E_ARG, "input 'row.in': pointer is NULL");
  FAILS(call(N, in, NULL, arena, enough), MG_E_ARG, "output 'probabilities': pointer is NULL");
  FAILS(call(N, input.bytes + 2, out, arena, enough), MG_E_ALIGN, "input 'row.in': pointer is not aligned to 4 bytes");
  FAILS(call(N, in, output.bytes + 1, arena, enough), MG_E_ALIGN,
        "output 'probabilities': pointer is not aligned to 4 bytes");

  /* The arena. */
  sprintf(text, "arena is NULL, %lu bytes are needed", (unsigned long)needed);
  FAILS(call(N, in, out, NULL, enough), MG_E_ARG, text);
  FAILS(call(N, in, out, arena + ROWS_ALIGN / 2, enough), MG_E_ALIGN, "arena is not aligned to 64 bytes");
  sprintf(text, "arena has %lu bytes, %lu are needed", (unsigned long)needed - 1, (unsigned long)needed);
  FAILS(call(N, in, out, arena, needed - 1), MG_E_ARENA, text);

  /* Overlaps. */
  FAILS(call(1, out, out + 3, arena, enough), MG_E_ALIAS, "output 'probabilities' overlaps input 'row.in'");
  FAILS(call(N, in, arena, arena, enough), MG_E_ALIAS, "the arena overlaps output 'probabilities'");

  /* Options. */
  options = complaining();
  options.isa = 99;
  FAILS(call_with(options, arena), MG_E_ISA, "isa 99 is not one of the compiled levels: x86-64-v2");
  options = complaining();
  options.isa = MG_ISA_X86_64_V4;
  FAILS(call_with(options, arena), MG_E_ISA, "isa x86-64-v4 is not one of the compiled levels: x86-64-v2");
  options = complaining();
  options.flags = 1;
  FAILS(call_with(options, arena), MG_E_UNSUPPORTED, "options.flags is 1, but this model knows no flags");
  options = complaining();
  options.size = 8;
  FAILS(call_with(options, arena), MG_E_VERSION, "untouched");

  /* A short buffer is terminated, and not left. */
  options = complaining();
  options.error_bytes = 8;
  FAILS(rows(33, in, out, arena, enough, &options), MG_E_SHAPE, "dimensi");

  /* After all that, a good call. */
  strcpy(sentence, "untouched");
  if (call(N, in, out, arena, needed) != MG_OK || strcmp(sentence, "untouched") != 0)
    printf("a good call: %s\n", sentence), ++failures;
  for (; out < output.elements + N * 4; out += 4)
    if (!(out[0] + out[1] + out[2] + out[3] > 0.999f && out[0] + out[1] + out[2] + out[3] < 1.001f))
      printf("no probabilities\n"), ++failures;
  for (needed = N * 4 * sizeof(float); needed < sizeof output; ++needed)
    if (output.bytes[needed] != UNTOUCHED)
      printf("wrote behind the output\n"), ++failures;
  return failures != 0;
}
