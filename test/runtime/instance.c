// Instances live in the caller's memory and belong to one model; external weights are compared with the model's hashes.
// RUN: %cc -std=c11 -Wall -Wextra -fsanitize=address,undefined -fno-sanitize-recover=all -I%source -I%S/Inputs %s \
// RUN:   %S/Inputs/fake.c %source/runtime/[!B]*.c -o %t
// RUN: %t

#include "expect.h"
#include "fake.h"

static char message[200];
static mg_options options;

static void fresh(void) {
  options = (mg_options)MG_OPTIONS_INIT;
  options.error = message;
  options.error_bytes = sizeof message;
  strcpy(message, "untouched");
}

static _Alignas(64) unsigned char memory[128];

static mg_status call(const mg_model *model, float *y) {
  static float x[4] = {10, 20, 30, 40};
  const void *inputs[] = {x};
  void *outputs[] = {y};
  return model->call(model, NULL, inputs, outputs, NULL, 0, &options);
}

static void openAndClose(void) {
  fresh();
  size_t bytes = fake_model.instance_bytes(&fake_model, NULL);
  EXPECT(bytes == sizeof(mg__instance) && bytes <= sizeof memory);
  EXPECT_FAULT(mg__open(&fake_model, NULL, bytes, &options), MG_E_ARG, message,
               "memory of the instance is NULL, 64 bytes are needed");
  EXPECT_FAULT(mg__open(&fake_model, memory + 8, bytes, &options), MG_E_ALIGN, message,
               "memory of the instance is not aligned to 64 bytes");
  EXPECT_FAULT(mg__open(&fake_model, memory, bytes - 1, &options), MG_E_ARENA, message,
               "memory of the instance has 63 bytes, 64 are needed");
  EXPECT_FAULT(mg__open(&future_model, memory, bytes, &options), MG_E_ISA, message,
               "this CPU can run none of the compiled levels: x86-64-v4");
  options.size = 1;
  EXPECT(mg__open(&fake_model, memory, bytes, &options) == MG_E_VERSION);
  for (size_t i = 0; i < sizeof memory; ++i)
    EXPECT(memory[i] == 0);

  fresh();
  EXPECT(mg__open(&fake_model, memory, bytes, NULL) == MG_OK);
  _Alignas(64) unsigned char arena[448];
  float image[3] = {1, 2, 3}, logits[3];
  options.instance = memory;
  int64_t N = 1;
  const void *inputs[] = {image};
  void *outputs[] = {logits};
  EXPECT_FAULT(mg__enter(&fake_model, &N, inputs, outputs, arena, sizeof arena, &options), MG_OK, message, "untouched");
  EXPECT(logits[2] == 7);
  mg__close(&external_model, memory); // not its own: nothing happens
  EXPECT(mg__enter(&fake_model, &N, inputs, outputs, arena, sizeof arena, &options) == MG_OK);
  mg__close(&fake_model, memory);
  EXPECT_FAULT(mg__enter(&fake_model, &N, inputs, outputs, arena, sizeof arena, &options), MG_E_ARG, message,
               "options.instance is not an open instance of 'fake'");
  mg__close(&fake_model, memory); // twice does no harm
  mg__close(&fake_model, NULL);
  options.instance = (char *)memory + 1;
  EXPECT(mg__enter(&fake_model, &N, inputs, outputs, arena, sizeof arena, &options) == MG_E_ARG);
}

/// A file of weights as the compiler writes it.
static _Alignas(64) struct {
  mg__weights_header header;
  float tensors[4];
} file;

static void makeFile(void) {
  memset(&file, 0, sizeof file);
  memcpy(file.header.magic, MG__WEIGHTS_MAGIC, 8);
  for (int i = 0; i < 4; ++i)
    file.tensors[i] = (float)(i + 1);
  file.header.model_hash = external_model.hash;
  file.header.weights_hash = mg__hash(MG__HASH_START, file.tensors, sizeof file.tensors);
  file.header.bytes = 80;
}

static void weights(void) {
  float y[4];
  fresh();
  makeFile();
  EXPECT(file.header.weights_hash == external_model.weights_hash); // pins the hash function
  EXPECT_FAULT(call(&external_model, y), MG_E_WEIGHTS, message,
               "the weights of 'external' are in a file: options.weights is NULL");
  options.weights = &file;
  options.weights_bytes = sizeof file;
  EXPECT(call(&external_model, y) == MG_OK && y[0] == 11 && y[3] == 44);

  options.weights_bytes = 79;
  EXPECT_FAULT(call(&external_model, y), MG_E_WEIGHTS, message, "external weights have 79 bytes, 80 are needed");
  options.weights_bytes = sizeof file;
  options.weights = (char *)&file + 4;
  EXPECT_FAULT(call(&external_model, y), MG_E_ALIGN, message, "external weights are not aligned to 64 bytes");
  options.weights = &file;
  EXPECT_FAULT(call(&external_model, file.tensors), MG_E_ALIAS, message, "output 'y' overlaps the external weights");
  file.header.model_hash ^= 1;
  EXPECT_FAULT(call(&external_model, y), MG_E_WEIGHTS, message,
               "external weights are not those of 'external', or of another compilation of it");
  EXPECT(mg__open(&external_model, memory, sizeof memory, &options) == MG_E_WEIGHTS);
  file.header.magic[7] = '2';
  EXPECT_FAULT(call(&external_model, y), MG_E_WEIGHTS, message,
               "external weights are not a file of weights that Margay wrote");

  makeFile();
  EXPECT(mg__check_weights(&external_model, &file, 80, &options) == MG_OK);
  EXPECT(mg__check_weights(&fake_model, NULL, 0, NULL) == MG_OK); // its weights are embedded
  file.tensors[3] = 5;
  EXPECT_FAULT(mg__check_weights(&external_model, &file, 80, &options), MG_E_WEIGHTS, message,
               "external weights of 'external' are damaged: their hash is not the one they were written with");
  EXPECT(mg__check_weights(&external_model, NULL, 80, NULL) == MG_E_WEIGHTS);

  // An instance remembers where they are.
  makeFile();
  EXPECT(mg__open(&external_model, memory, sizeof memory, &options) == MG_OK);
  options.weights = NULL;
  options.weights_bytes = 0;
  options.instance = memory;
  EXPECT(call(&external_model, y) == MG_OK && y[1] == 22);
}

static void hashes(void) {
  const char text[] = "abcdefghijklmnopqrstuvwxyz";
  uint64_t whole = mg__hash(MG__HASH_START, text, 26);
  EXPECT(mg__hash(mg__hash(MG__HASH_START, text, 16), text + 16, 10) == whole); // in pieces
  EXPECT(mg__hash(MG__HASH_START, text, 25) != whole);
  EXPECT(mg__hash(MG__HASH_START, "\0\0\0", 1) != mg__hash(MG__HASH_START, "\0\0\0", 2));
  EXPECT(mg__hash(MG__HASH_START, text, 0) == MG__HASH_START);
}

static void sizes(void) {
  EXPECT(mg__size_mul(INT64_C(1) << 40, INT64_C(1) << 40) == MG__SIZE_MAX);
  EXPECT(mg__size_mul(3, 5) == 15 && mg__size_mul(MG__SIZE_MAX, 0) == 0);
  EXPECT(mg__size_add(MG__SIZE_MAX, 1) == MG__SIZE_MAX && mg__size_add(3, 5) == 8);
}

int main(void) {
  openAndClose();
  weights();
  hashes();
  sizes();
  return failures;
}
