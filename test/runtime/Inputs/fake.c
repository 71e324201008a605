//===- fake.c - models written by hand, to test the runtime alone ---------===//

#include "fake.h"

mg__frame lastFrame;
int runs;

/// What all models have in common.
#define COMMON                                                                                                         \
  .size = sizeof(mg_model), .abi = MARGAY_ABI, .version = "0.1.0", .hash = 0x1234, .align = 64, .call = mg__enter,     \
  .run = mg__run, .arena_bytes = mg__arena_bytes, .shapes = mg__shapes, .instance_bytes = mg__instance_bytes,          \
  .open = mg__open, .close = mg__close, .check_weights = mg__check_weights
#define COUNT(array) (int32_t)(sizeof(array) / sizeof(array)[0])

//===- fake -----------------------------------------------------------------===//

static const int64_t fakeDims[] = {MG_DIM_SYMBOL(0), 3};
static const mg_port fakeImage = {"image", MG_F32, 2, fakeDims, MG_TENSOR, 0};
static const mg_port fakeLogits = {"logits:0", MG_F32, 2, fakeDims, MG_TENSOR, 0};
static const mg_symbol fakeN = {"N", 1, 32, 1, 0, 0};
static const mg_port *const fakeInputs[] = {&fakeImage};
static const mg_port *const fakeOutputs[] = {&fakeLogits};
static const mg_symbol *const fakeSymbols[] = {&fakeN};
static const int32_t fakeIsas[] = {MG_ISA_X86_64_V4, MG_ISA_X86_64_V3, MG_ISA_X86_64_V2};
static const char *const fakeKernels[] = {"double", "add"};

static void fakeShapes(const int64_t *symbols, int64_t *dims) {
  dims[0] = dims[2] = symbols[0];
  dims[1] = dims[3] = 3;
}

static void fakeSizes(const int64_t *symbols, mg__sizes *sizes) {
  sizes->shared = (mg__size_mul(symbols[0], 12) + 63) / 64 * 64;
  sizes->scratch = 64;
}

/// args: {source, target}. Goes through the scratch, so that workers who shared it would be found out.
static void doubleRows(const void *args, int64_t begin, int64_t end, void *scratch) {
  const float *source = ((const float *const *)args)[0];
  float *target = ((float *const *)args)[1], *row = scratch;
  for (int64_t i = begin; i < end; ++i) {
    for (int j = 0; j < 3; ++j)
      row[j] = source[3 * i + j] * 2;
    for (int j = 0; j < 3; ++j)
      target[3 * i + j] = row[j];
  }
}

static void addOne(const void *args, int64_t begin, int64_t end, void *scratch) {
  (void)scratch;
  const float *source = ((const float *const *)args)[0];
  float *target = ((float *const *)args)[1];
  for (int64_t i = begin; i < end; ++i)
    target[i] = source[i] + 1;
}

static mg_status fakeDriver(const mg__frame *frame) {
  int64_t rows = frame->symbols[0];
  const void *first[] = {frame->inputs[0], frame->arena};
  mg__parallel(frame, doubleRows, first, rows, 2, NULL, 0);
  const void *second[] = {frame->arena, frame->outputs[0]};
  mg__parallel(frame, addOne, second, 3 * rows, 5, NULL, 1);
  return MG_OK;
}

static const mg__level fakeLevels[] = {{MG_ISA_X86_64_V4, 0, MG__FEATURES_X86_64_V4, fakeDriver},
                                       {MG_ISA_X86_64_V3, 0, MG__FEATURES_X86_64_V3, fakeDriver},
                                       {MG_ISA_X86_64_V2, 0, MG__FEATURES_X86_64_V2, fakeDriver}};
static const mg__program fakeProgram = {fakeLevels, COUNT(fakeLevels), fakeShapes, fakeSizes, NULL};

const mg_model fake_model = {
    COMMON,
    .name = "fake",
    .max_arena_bytes = 448,
    .n_inputs = 1,
    .n_outputs = 1,
    .n_symbols = 1,
    .n_isa_levels = 3,
    .n_kernels = 2,
    .n_dims = 4,
    .inputs = fakeInputs,
    .outputs = fakeOutputs,
    .symbols = fakeSymbols,
    .isa_levels = fakeIsas,
    .kernels = fakeKernels,
    .program = &fakeProgram,
};

mg_status fake(int64_t N, const float *image, float *logits, void *arena, size_t arena_bytes,
               const mg_options *options) {
  const void *inputs[] = {image};
  void *outputs[] = {logits};
  return mg__enter(&fake_model, &N, inputs, outputs, arena, arena_bytes, options);
}

size_t fake_arena_bytes(int64_t N, const mg_options *options) { return mg__arena_bytes(&fake_model, &N, options); }

//===- shapes ---------------------------------------------------------------===//

static const int64_t shapesA[] = {MG_DIM_SYMBOL(0), MG_DIM_SYMBOL(1)}, shapesB[] = {MG_DIM_SYMBOL(1), MG_DIM_COMPUTED};
static const int64_t shapesD[] = {MG_DIM_SYMBOL(1)}, shapesE[] = {MG_DIM_COMPUTED};
static const mg_port portA = {"a", MG_F32, 2, shapesA, MG_TENSOR, 0}, portB = {"b", MG_I64, 2, shapesB, MG_TENSOR, 0};
static const mg_port portC = {"c", MG_F16, 0, NULL, MG_TENSOR, MG_PORT_MAY_BE_NULL};
static const mg_port portD = {"d", MG_U4, 1, shapesD, MG_TENSOR, 0}, portE = {"e", MG_F32, 1, shapesE, MG_TENSOR, 0};
static const mg_symbol symbolM = {"M", 2, MG_UNBOUNDED, 2, 0, 0}, symbolK = {"K", 0, MG_UNBOUNDED, 1, 0, 1};
static const mg_port *const shapesInputs[] = {&portA, &portB, &portC}, *const shapesOutputs[] = {&portD, &portE};
static const mg_symbol *const shapesSymbols[] = {&symbolM, &symbolK};
static const int32_t anyIsa[] = {MG_ISA_X86_64_V2};

static void shapesShapes(const int64_t *s, int64_t *dims) {
  const int64_t values[] = {s[0], s[1], s[1], mg__size_mul(2, s[0]), s[1], mg__size_add(s[0], s[1])};
  for (int i = 0; i < 6; ++i)
    dims[i] = values[i];
}

static void noSizes(const int64_t *symbols, mg__sizes *sizes) {
  (void)symbols;
  sizes->shared = sizes->scratch = 0;
}

static mg_status rememberDriver(const mg__frame *frame) {
  lastFrame = *frame;
  ++runs;
  return MG_OK;
}

static const mg__level rememberLevels[] = {{MG_ISA_X86_64_V2, 0, 0, rememberDriver}};
static const mg__program shapesProgram = {rememberLevels, 1, shapesShapes, noSizes, NULL};

const mg_model shapes_model = {
    COMMON,
    .name = "shapes",
    .n_inputs = 3,
    .n_outputs = 2,
    .n_symbols = 2,
    .n_isa_levels = 1,
    .n_dims = 6,
    .inputs = shapesInputs,
    .outputs = shapesOutputs,
    .symbols = shapesSymbols,
    .isa_levels = anyIsa,
    .program = &shapesProgram,
};

//===- state ----------------------------------------------------------------===//

static const int64_t four[] = {4};
static const mg_port portPast = {"past", MG_F32, 1, four, MG_TENSOR, 0}, portX = {"x", MG_F32, 1, four, MG_TENSOR, 0};
static const mg_port portPresent = {"present", MG_F32, 1, four, MG_TENSOR, 0};
static const mg_port portY = {"y", MG_F32, 1, four, MG_TENSOR, 0};
static const mg_port *const stateInputs[] = {&portPast, &portX}, *const stateOutputs[] = {&portY, &portPresent};
static const mg_state pastIsPresent = {0, 1};
static const mg_state *const stateStates[] = {&pastIsPresent};

static void fourShapes(const int64_t *symbols, int64_t *dims) {
  (void)symbols;
  for (int i = 0; i < 4; ++i)
    dims[i] = 4;
}

static mg_status stateDriver(const mg__frame *frame) {
  const float *x = frame->inputs[1];
  float *y = frame->outputs[0], *state = frame->outputs[1];
  for (int i = 0; i < 4; ++i) {
    y[i] = state[i] + x[i];
    state[i] = x[i];
  }
  return MG_OK;
}

static const mg__level stateLevels[] = {{MG_ISA_X86_64_V2, 0, 0, stateDriver}};
static const mg__program stateProgram = {stateLevels, 1, fourShapes, noSizes, NULL};

const mg_model state_model = {
    COMMON,
    .name = "state",
    .n_inputs = 2,
    .n_outputs = 2,
    .n_states = 1,
    .n_isa_levels = 1,
    .n_dims = 4,
    .inputs = stateInputs,
    .outputs = stateOutputs,
    .states = stateStates,
    .isa_levels = anyIsa,
    .program = &stateProgram,
};

//===- found ----------------------------------------------------------------===//

static const int64_t two[] = {2}, unknownMany[] = {MG_DIM_DATA};
static const mg_port portPair = {"x", MG_F32, 1, two, MG_TENSOR, 0};
static const mg_port portFound = {"found", MG_F32, 1, unknownMany, MG_TENSOR, MG_PORT_DATA_DIMS};
static const mg_port *const foundInputs[] = {&portPair}, *const foundOutputs[] = {&portFound};

static void foundShapes(const int64_t *symbols, int64_t *dims) {
  (void)symbols;
  dims[0] = 2;
  dims[1] = 8;
}

static mg_status foundDriver(const mg__frame *frame) {
  const float *x = frame->inputs[0];
  const mg_output *found = frame->outputs[0];
  found->dims[0] = (int64_t)x[0];
  if ((size_t)found->dims[0] > found->capacity)
    return MG_E_OUTPUT;
  for (int64_t i = 0; i < found->dims[0]; ++i)
    ((float *)found->data)[i] = x[1];
  return MG_OK;
}

static const mg__level foundLevels[] = {{MG_ISA_X86_64_V2, 0, 0, foundDriver}};
static const mg__program foundProgram = {foundLevels, 1, foundShapes, noSizes, NULL};

const mg_model found_model = {
    COMMON,      .name = "found",       .n_inputs = 1,           .n_outputs = 1,       .n_isa_levels = 1,
    .n_dims = 2, .inputs = foundInputs, .outputs = foundOutputs, .isa_levels = anyIsa, .program = &foundProgram,
};

//===- sequence -------------------------------------------------------------===//

static const mg_port portItems = {"items", MG_F32, 1, unknownMany, MG_SEQUENCE, 0};
static const mg_port portMaybe = {"maybe", MG_F32, 1, unknownMany, MG_OPTIONAL, MG_PORT_MAY_BE_NULL};
static const mg_port portCopies = {"copies", MG_F32, 1, unknownMany, MG_SEQUENCE, 0};
static const mg_port *const sequenceInputs[] = {&portItems, &portMaybe}, *const sequenceOutputs[] = {&portCopies};

static void sequenceShapes(const int64_t *symbols, int64_t *dims) {
  (void)symbols;
  dims[0] = dims[1] = dims[2] = -1;
}

static mg_status sequenceDriver(const mg__frame *frame) {
  const mg_sequence *items = frame->inputs[0];
  mg_sequence *copies = frame->outputs[0];
  copies->count = 0;
  for (size_t i = 0; i < items->count && i < copies->capacity; ++i)
    copies->items[copies->count++] = items->items[i];
  return MG_OK;
}

static const mg__level sequenceLevels[] = {{MG_ISA_X86_64_V2, 0, 0, sequenceDriver}};
static const mg__program sequenceProgram = {sequenceLevels, 1, sequenceShapes, noSizes, NULL};

const mg_model sequence_model = {
    COMMON,
    .name = "sequence",
    .n_inputs = 2,
    .n_outputs = 1,
    .n_isa_levels = 1,
    .n_dims = 3,
    .inputs = sequenceInputs,
    .outputs = sequenceOutputs,
    .isa_levels = anyIsa,
    .program = &sequenceProgram,
};

//===- external -------------------------------------------------------------===//

static const mg_port *const externalInputs[] = {&portX}, *const externalOutputs[] = {&portY};

static mg_status externalDriver(const mg__frame *frame) {
  for (int i = 0; i < 4; ++i)
    ((float *)frame->outputs[0])[i] = ((const float *)frame->inputs[0])[i] + ((const float *)frame->weights)[i];
  return MG_OK;
}

static void externalShapes(const int64_t *symbols, int64_t *dims) {
  (void)symbols;
  dims[0] = dims[1] = 4;
}

static const mg__level externalLevels[] = {{MG_ISA_X86_64_V2, 0, 0, externalDriver}};
static const mg__program externalProgram = {externalLevels, 1, externalShapes, noSizes, NULL};

// weights_hash is the hash of the floats 1, 2, 3, 4: it may not change, or old files of weights would not be read.
const mg_model external_model = {
    COMMON,
    .name = "external",
    .weights_hash = UINT64_C(0xba5adf0e2db4d3b6),
    .weights_bytes = 80,
    .n_inputs = 1,
    .n_outputs = 1,
    .n_isa_levels = 1,
    .n_dims = 2,
    .inputs = externalInputs,
    .outputs = externalOutputs,
    .isa_levels = anyIsa,
    .program = &externalProgram,
};

//===- shrink ---------------------------------------------------------------===//

static const int64_t shrinkN[] = {MG_DIM_SYMBOL(0)}, shrinkLess[] = {MG_DIM_COMPUTED};
static const mg_port portLong = {"x", MG_F32, 1, shrinkN, MG_TENSOR, 0},
                     portShort = {"y", MG_F32, 1, shrinkLess, MG_TENSOR, 0};
static const mg_symbol shrinkSymbol = {"N", 1, MG_UNBOUNDED, 1, 0, 0};
static const mg_symbol *const shrinkSymbols[] = {&shrinkSymbol};
static const mg_port *const shrinkInputs[] = {&portLong}, *const shrinkOutputs[] = {&portShort};

static void shrinkShapes(const int64_t *symbols, int64_t *dims) {
  dims[0] = symbols[0];
  dims[1] = symbols[0] - 4;
}

static const mg__program shrinkProgram = {rememberLevels, 1, shrinkShapes, noSizes, NULL};

const mg_model shrink_model = {
    COMMON,
    .name = "shrink",
    .n_inputs = 1,
    .n_outputs = 1,
    .n_symbols = 1,
    .n_isa_levels = 1,
    .n_dims = 2,
    .inputs = shrinkInputs,
    .outputs = shrinkOutputs,
    .symbols = shrinkSymbols,
    .isa_levels = anyIsa,
    .program = &shrinkProgram,
};

//===- future ---------------------------------------------------------------===//

static const mg__level futureLevels[] = {
    {MG_ISA_X86_64_V4, 0, MG__FEATURES_X86_64_V4 | UINT64_C(1) << 62, stateDriver}};
static const mg__program futureProgram = {futureLevels, 1, externalShapes, noSizes, NULL};
static const int32_t futureIsas[] = {MG_ISA_X86_64_V4};

const mg_model future_model = {
    COMMON,
    .name = "future",
    .n_inputs = 1,
    .n_outputs = 1,
    .n_isa_levels = 1,
    .n_dims = 2,
    .inputs = externalInputs,
    .outputs = externalOutputs,
    .isa_levels = futureIsas,
    .program = &futureProgram,
};
