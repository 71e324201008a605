/*===- logits.c - compares the digit network with what numpy computed ------===*
 *
 *   logits EXPECTED.tsv FOLDER     a line per picture of the folder: file, class, ten logits
 *
 *===-----------------------------------------------------------------------===*/

#include "digit.h"

#include <stdio.h>

static int read_picture(const char *folder, const char *name, float pixels[784]) {
  char path[1024];
  FILE *file;
  int i, white = 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  file = fopen(path, "rb");
  if (!file || fscanf(file, "P5 28 28 %d", &white) != 1 || white != 255) return 0;
  fgetc(file);
  for (i = 0; i < 784; ++i) pixels[i] = (float)fgetc(file);
  fclose(file);
  return 1;
}

int main(int argc, char **argv) {
  static unsigned char memory[DIGIT_ARENA_BYTES + DIGIT_ALIGN];
  void *arena = memory + (DIGIT_ALIGN - (size_t)memory % DIGIT_ALIGN) % DIGIT_ALIGN;
  static float pixels[784];
  float logits[10], expected[10];
  char name[256];
  int i, class, digits = 0;
  FILE *table = argc == 3 ? fopen(argv[1], "r") : NULL;
  if (!table) return 2;
  while (fgetc(table) != '\n') {
  } /* the heading */
  while (fscanf(table, "%255s %d", name, &class) == 2) {
    for (i = 0; i < 10; ++i)
      if (fscanf(table, "%f", &expected[i]) != 1) return 2;
    if (!read_picture(argv[2], name, pixels)) return 2;
    if (digit(pixels, logits, arena, DIGIT_ARENA_BYTES, NULL) != MG_OK) return 3;
    for (i = 0; i < 10; ++i) {
      float error = logits[i] - expected[i], allowed = 1e-3f + 1e-4f * (expected[i] < 0 ? -expected[i] : expected[i]);
      if (!(error <= allowed && error >= -allowed)) {
        printf("%s: logit %d is %g, expected %g\n", name, i, logits[i], expected[i]);
        return 1;
      }
    }
    ++digits;
  }
  printf("%d digits, all logits as expected\n", digits);
  return 0;
}
