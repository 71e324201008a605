/*===- main.c - a program that reads handwritten digits --------------------===*
 *
 * Shows how an application uses a compiled network: `digit.h` declares it, `digit.a` is it, and there is nothing else
 * to install. Any network named `digit` will do that takes one grey picture (f32, 0 black to 255 white) and gives one
 * number per class.
 *
 *   digit PICTURE.pgm            a binary PGM file of the network's size
 *   digit IMAGES-IDX3 [INDEX]    a picture of an uncompressed file of MNIST images
 *
 *===-----------------------------------------------------------------------===*/

#include "digit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int height, width;
  float *pixels; /* 0 to 255, row after row */
} picture;

static void fail(const char *what, const char *detail) {
  fprintf(stderr, "digit: %s%s%s\n", what, detail ? ": " : "", detail ? detail : "");
  exit(1);
}

/*===- Pictures ------------------------------------------------------------===*/

static unsigned big_endian(const unsigned char *bytes) {
  return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 | (unsigned)bytes[2] << 8 | bytes[3];
}

/* Reads one byte per pixel from where the file stands. */
static picture read_pixels(FILE *file, const char *path, int height, int width) {
  picture result = {height, width, NULL};
  int i, count;
  if (height < 1 || width < 1 || height > 4096 || width > 4096) fail("the picture has an unlikely size", path);
  count = height * width;
  result.pixels = malloc((size_t)count * sizeof(float));
  if (!result.pixels) fail("out of memory", NULL);
  for (i = 0; i < count; ++i) {
    int byte = fgetc(file);
    if (byte == EOF) fail("the file ends before the picture does", path);
    result.pixels[i] = (float)byte;
  }
  return result;
}

/* Reads a binary PGM file, or picture `index` of a file of MNIST images. */
static picture read_picture(const char *path, long index) {
  unsigned char head[16];
  picture result;
  int width, height, white;
  FILE *file = fopen(path, "rb");
  if (!file) fail("cannot open the file", path);
  if (fread(head, 1, 2, file) != 2) fail("the file is empty", path);

  if (head[0] == 'P' && head[1] == '5') {
    if (fscanf(file, "%d %d %d", &width, &height, &white) != 3 || white != 255) fail("not a PGM file of bytes", path);
    fgetc(file); /* one white space ends the header */
  } else {
    if (fread(head + 2, 1, 14, file) != 14 || big_endian(head) != 0x803) fail("neither PGM nor MNIST images", path);
    if (index < 0 || (unsigned long)index >= big_endian(head + 4)) fail("the file has no such picture", path);
    height = (int)big_endian(head + 8);
    width = (int)big_endian(head + 12);
    if (fseek(file, 16 + index * height * width, SEEK_SET) != 0) fail("cannot find the picture", path);
  }
  result = read_pixels(file, path, height, width);
  fclose(file);
  return result;
}

/* Draws the rows that are not empty; characters are about twice as high as wide, so each pixel takes two. */
static void draw(picture p) {
  static const char shades[] = " .:-=+*#%@";
  int y, x, first = p.height, last = -1;
  for (y = 0; y < p.height; ++y)
    for (x = 0; x < p.width; ++x)
      if (p.pixels[y * p.width + x] > 0) {
        if (first > y) first = y;
        last = y;
      }
  for (y = first; y <= last; ++y) {
    fputs("  ", stdout);
    for (x = 0; x < p.width; ++x) {
      char shade = shades[(int)(p.pixels[y * p.width + x] * (sizeof shades - 2) / 255)];
      putchar(shade);
      putchar(shade);
    }
    putchar('\n');
  }
}

/*===- The network ---------------------------------------------------------===*/

/* The number of elements of a port, all of whose dimensions must be fixed. */
static size_t elements(const mg_port *port) {
  size_t count = 1;
  int i;
  for (i = 0; i < port->rank; ++i) {
    if (port->dims[i] < 0) fail("the network was compiled with an open dimension", port->name);
    count *= (size_t)port->dims[i];
  }
  return count;
}

/* Turns logits into probabilities; a network that ends in a softmax has done so itself. */
static void to_probabilities(float *values, size_t count) {
  float most = values[0], least = values[0], sum = 0;
  size_t i;
  for (i = 0; i < count; ++i) {
    most = fmaxf(most, values[i]);
    least = fminf(least, values[i]);
    sum += values[i];
  }
  if (least >= 0 && fabsf(sum - 1) < 1e-3f) return;
  for (i = 0, sum = 0; i < count; ++i) sum += values[i] = expf(values[i] - most);
  for (i = 0; i < count; ++i) values[i] /= sum;
}

static void print_bars(const float *probabilities, size_t count, size_t best) {
  size_t i;
  for (i = 0; i < count; ++i) {
    int n, length = (int)(probabilities[i] * 40 + 0.5f);
    printf("  %lu %c %5.1f %%  ", (unsigned long)i, i == best ? '>' : ' ', 100 * probabilities[i]);
    for (n = 0; n < length; ++n) putchar('#');
    putchar('\n');
  }
}

int main(int argc, char **argv) {
  /* All the memory that the network needs, known before it is called. One arena serves one call at a time. */
  static unsigned char memory[DIGIT_ARENA_BYTES + DIGIT_ALIGN];
  void *arena = memory + (DIGIT_ALIGN - (size_t)memory % DIGIT_ALIGN) % DIGIT_ALIGN;

  const mg_model *model = &digit_model;
  char message[256] = "";
  mg_options options = MG_OPTIONS_INIT;
  mg_status status;
  picture image;
  float *output;
  size_t classes, i, best = 0;

  if (argc < 2 || argc > 3) fail("usage: digit PICTURE.pgm, or digit IMAGES-IDX3 [INDEX]", NULL);
  image = read_picture(argv[1], argc == 3 ? strtol(argv[2], NULL, 10) : 0);
  if (model->n_inputs != 1 || model->n_outputs != 1) fail("the network must have one input and one output", NULL);
  if ((size_t)image.height * (size_t)image.width != elements(model->inputs[0]))
    fail("the picture does not have the size that the network takes", argv[1]);
  classes = elements(model->outputs[0]);
  output = malloc(classes * sizeof(float));
  if (!output) fail("out of memory", NULL);

  options.error = message;
  options.error_bytes = sizeof message;
  status = digit(image.pixels, output, arena, DIGIT_ARENA_BYTES, &options);
  if (status != MG_OK) fail(mg_status_string(status), message);

  to_probabilities(output, classes);
  for (i = 1; i < classes; ++i)
    if (output[i] > output[best]) best = i;
  draw(image);
  printf("\n  This is a %lu.\n\n", (unsigned long)best);
  print_bars(output, classes, best);
  free(output);
  free(image.pixels);
  return 0;
}
