// mg_run reads the symbols from the shapes and refuses every tensor that the model's description does not allow.
// RUN: %cc -std=c11 -Wall -Wextra -fsanitize=address,undefined -fno-sanitize-recover=all -I%source -I%S/Inputs %s \
// RUN:   %S/Inputs/fake.c %source/runtime/[!B]*.c -o %t
// RUN: %t

#include "expect.h"
#include "fake.h"

static char message[200];
static _Alignas(64) unsigned char arena[4096];
static mg_options options;

static void fresh(void) {
  options = (mg_options)MG_OPTIONS_INIT;
  options.error = message;
  options.error_bytes = sizeof message;
  strcpy(message, "untouched");
}

/// A tensor on the CPU.
static mg_tensor tensor(void *data, mg_dtype dtype, int32_t rank, int64_t *shape) {
  mg_tensor result = {data, MG_DEVICE_CPU, 0, rank, dtype, shape, NULL, 0, 0};
  return result;
}

//===- fake: one input, one output ------------------------------------------===//

static float image[96], logits[96];
static int64_t inShape[3] = {2, 3, 1}, outShape[3] = {2, 3, 1};
static mg_tensor in, out;

static void reset(void) {
  fresh();
  inShape[0] = outShape[0] = 2;
  inShape[1] = outShape[1] = 3;
  in = tensor(image, MG_F32, 2, inShape);
  out = tensor(logits, MG_F32, 2, outShape);
}

static mg_status run(void) { return mg_run(&fake_model, &in, 1, &out, 1, arena, sizeof arena, &options); }

static void accepts(void) {
  reset();
  image[5] = 4;
  EXPECT_FAULT(run(), MG_OK, message, "untouched");
  EXPECT(logits[5] == 9);

  int64_t strides[2] = {3, 1};
  in.strides = strides;
  in.device_type = 0;
  in.byte_offset = 12; // one row on
  inShape[0] = outShape[0] = 1;
  EXPECT(run() == MG_OK && logits[2] == 9);

  int64_t anyStride[2] = {77, 1}; // of a dimension of 1 there is no stride
  in.strides = anyStride;
  EXPECT(run() == MG_OK);

  int64_t symbols[1];
  EXPECT(mg_infer_symbols(&fake_model, &in, 1, symbols) == MG_OK && symbols[0] == 1);
  EXPECT(mg_infer_symbols(&fake_model, &in, 0, symbols) == MG_E_ARG);
  int64_t dims[4] = {0};
  EXPECT(fake_model.shapes(&fake_model, symbols, dims) == MG_OK && dims[0] == 1 && dims[1] == 3 && dims[3] == 3);
  symbols[0] = 0;
  EXPECT(fake_model.shapes(&fake_model, symbols, dims) == MG_E_SHAPE);
  EXPECT(fake_model.arena_bytes(&fake_model, symbols, NULL) == SIZE_MAX);
  EXPECT(mg_run(NULL, &in, 1, &out, 1, arena, sizeof arena, &options) == MG_E_ARG);
}

static void counts(void) {
  reset();
  EXPECT_FAULT(mg_run(&fake_model, &in, 2, &out, 1, arena, 4096, &options), MG_E_ARG, message,
               "2 inputs and 1 outputs are given, 'fake' has 1 and 1");
  EXPECT_FAULT(mg_run(&fake_model, NULL, 1, &out, 1, arena, 4096, &options), MG_E_ARG, message, "inputs is NULL");
  EXPECT_FAULT(mg_run(&fake_model, &in, 1, NULL, 1, arena, 4096, &options), MG_E_ARG, message, "outputs is NULL");
  options.size = 3;
  EXPECT(run() == MG_E_VERSION);
}

static void kinds(void) {
  reset();
  in.rank = 3;
  EXPECT_FAULT(run(), MG_E_SHAPE, message, "input 'image': rank is 3, expected 2");
  reset();
  in.dtype = MG_F64;
  EXPECT_FAULT(run(), MG_E_DTYPE, message, "input 'image': element type is f64, expected f32");
  reset();
  out.dtype = 0;
  EXPECT_FAULT(run(), MG_E_DTYPE, message, "output 'logits:0': element type is unknown, expected f32");
  reset();
  in.shape = NULL;
  EXPECT_FAULT(run(), MG_E_ARG, message, "input 'image': shape is NULL");
  reset();
  in.device_type = MG_DEVICE_CUDA;
  EXPECT_FAULT(run(), MG_E_DEVICE, message, "input 'image': tensor is on device type 2, the CPU (1) is needed");
  reset();
  int64_t strides[2] = {1, 2};
  out.strides = strides;
  EXPECT_FAULT(run(), MG_E_UNSUPPORTED, message,
               "output 'logits:0': stride of dim 1 is 2, 1 is needed (contiguous tensors only)");
  reset();
  in.data = NULL;
  EXPECT_FAULT(run(), MG_E_ARG, message, "input 'image': pointer is NULL");
  reset();
  in.byte_offset = 2;
  EXPECT_FAULT(run(), MG_E_ALIGN, message, "input 'image': pointer is not aligned to 4 bytes");
}

static void dimensions(void) {
  reset();
  inShape[1] = 4;
  EXPECT_FAULT(run(), MG_E_SHAPE, message, "input 'image': dim 1 is 4, expected 3");
  reset();
  inShape[0] = 33;
  EXPECT_FAULT(run(), MG_E_SHAPE, message, "dimension 'N' is 33, 1..32 is allowed");
  reset();
  inShape[0] = -1;
  EXPECT_FAULT(run(), MG_E_SHAPE, message, "input 'image': dim 0 is -1");
  reset();
  outShape[0] = 3;
  EXPECT_FAULT(run(), MG_E_SHAPE, message, "output 'logits:0': dim 0 is 3, expected 2");
}

//===- shapes: several symbols, computed dims, an optional input ------------===//

static void severalSymbols(void) {
  static float a[2 * 3], e[5];
  static int64_t b[3 * 4];
  static unsigned char d[2];
  int64_t shapeA[] = {2, 3}, shapeB[] = {3, 4}, shapeD[] = {3}, shapeE[] = {5};
  mg_tensor inputs[] = {tensor(a, MG_F32, 2, shapeA), tensor(b, MG_I64, 2, shapeB), tensor(NULL, 0, 0, NULL)};
  mg_tensor outputs[] = {tensor(d, MG_U4, 1, shapeD), tensor(e, MG_F32, 1, shapeE)};
  fresh();
  runs = 0;
  EXPECT_FAULT(mg_run(&shapes_model, inputs, 3, outputs, 2, NULL, 0, &options), MG_OK, message, "untouched");
  EXPECT(runs == 1 && lastFrame.symbols && lastFrame.model == &shapes_model);

  shapeB[0] = 4;
  EXPECT_FAULT(mg_run(&shapes_model, inputs, 3, outputs, 2, NULL, 0, &options), MG_E_SHAPE, message,
               "input 'b': dim 0 is 4, but 'K' is 3 elsewhere");
  shapeB[0] = 3;
  shapeB[1] = 5; // is 2*M
  EXPECT_FAULT(mg_run(&shapes_model, inputs, 3, outputs, 2, NULL, 0, &options), MG_E_SHAPE, message,
               "input 'b': dim 1 is 5, expected 4");
  shapeB[1] = 4;
  shapeE[0] = 6; // is M+K
  EXPECT_FAULT(mg_run(&shapes_model, inputs, 3, outputs, 2, NULL, 0, &options), MG_E_SHAPE, message,
               "output 'e': dim 0 is 6, expected 5");
  shapeE[0] = 5;
  inputs[2] = tensor(a, MG_F32, 0, NULL); // given now, so it is checked
  EXPECT_FAULT(mg_run(&shapes_model, inputs, 3, outputs, 2, NULL, 0, &options), MG_E_DTYPE, message,
               "input 'c': element type is f32, expected f16");
  inputs[2] = tensor(NULL, 0, 0, NULL);
  outputs[1].data = &d[0]; // three elements of 4 bits are two bytes
  EXPECT(mg_run(&shapes_model, inputs, 3, outputs, 2, NULL, 0, &options) != MG_OK);
  EXPECT(runs == 1);

  int64_t none[] = {2, 0}, noneB[] = {0, 4}, noneD[] = {0}, two[] = {2};
  mg_tensor empty[] = {tensor(NULL, MG_F32, 2, none), tensor(NULL, MG_I64, 2, noneB), tensor(NULL, 0, 0, NULL)};
  mg_tensor emptyOut[] = {tensor(NULL, MG_U4, 1, noneD), tensor(e, MG_F32, 1, two)};
  EXPECT(mg_run(&shapes_model, empty, 3, emptyOut, 2, NULL, 0, &options) == MG_OK); // no elements, no pointer
}

//===- Outputs whose dimensions depend on the data, sequences ---------------===//

static void dataDims(void) {
  float x[2] = {3, 0.5f}, found[4] = {0};
  int64_t shapeX[] = {2}, shapeFound[] = {-1};
  mg_tensor input = tensor(x, MG_F32, 1, shapeX), output = tensor(found, MG_F32, 1, shapeFound);
  output.capacity = 4;
  fresh();
  EXPECT_FAULT(mg_run(&found_model, &input, 1, &output, 1, NULL, 0, &options), MG_OK, message, "untouched");
  EXPECT(shapeFound[0] == 3 && found[2] == 0.5f && found[3] == 0);
  x[0] = 5;
  EXPECT(mg_run(&found_model, &input, 1, &output, 1, NULL, 0, &options) == MG_E_OUTPUT);
  EXPECT(shapeFound[0] == 5 && found[3] == 0); // says what is needed
  output.data = x;
  EXPECT_FAULT(mg_run(&found_model, &input, 1, &output, 1, NULL, 0, &options), MG_E_ALIAS, message,
               "output 'found' overlaps input 'x'");
  output.data = NULL;
  EXPECT_FAULT(mg_run(&found_model, &input, 1, &output, 1, NULL, 0, &options), MG_E_ARG, message,
               "output 'found': pointer is NULL");
  void *outputs[] = {NULL};
  const void *inputs[] = {x};
  EXPECT_FAULT(found_model.call(&found_model, NULL, inputs, outputs, NULL, 0, &options), MG_E_ARG, message,
               "output 'found': pointer is NULL");
}

static void sequences(void) {
  float x[2] = {1, 2};
  int64_t two[] = {2}, count[] = {2}, room[] = {0};
  mg_tensor items[] = {tensor(x, MG_F32, 1, two), tensor(x, MG_F32, 1, two)}, copies[3];
  mg_tensor inputs[] = {tensor(items, 0, 1, count), tensor(NULL, 0, 0, NULL)};
  mg_tensor output = tensor(copies, 0, 1, room);
  output.capacity = 3;
  fresh();
  EXPECT_FAULT(mg_run(&sequence_model, inputs, 2, &output, 1, NULL, 0, &options), MG_OK, message, "untouched");
  EXPECT(room[0] == 2 && copies[1].data == x);
  inputs[0].rank = 0;
  EXPECT_FAULT(mg_run(&sequence_model, inputs, 2, &output, 1, NULL, 0, &options), MG_E_SHAPE, message,
               "input 'items': rank is 0, expected 1");
  inputs[0] = tensor(NULL, 0, 1, count);
  EXPECT_FAULT(mg_run(&sequence_model, inputs, 2, &output, 1, NULL, 0, &options), MG_E_ARG, message,
               "input 'items': pointer is NULL");
}

int main(void) {
  accepts();
  counts();
  kinds();
  dimensions();
  severalSymbols();
  dataDims();
  sequences();
  return failures;
}
